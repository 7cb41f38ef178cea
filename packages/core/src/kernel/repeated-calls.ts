/**
 * Calls that one process after the other makes with the same outcome: the init of an exec sets limits, ids and
 * capabilities and looks for a program, thousands of times in a container that has health checks.
 *
 * They are made twice and remembered: which they were, and what the process was before and afterwards. As long as all
 * that they follow from is the same, another process becomes at once what they would make of it; it is charged for each,
 * and the trace counts each. While somebody looks at calls or meddles with them they are made one by one.
 *
 * They follow from credentials, limits and directories, and where they name files from names, permissions and mounts:
 * those on the mount of the root directory are watched over by numbers that differ when something has changed. Calls with
 * paths that lead elsewhere, and calls of other kinds, are not remembered.
 */
import type { Call, SyscallName } from "../abi/index.ts";
import { staysOnRoot } from "../vfs/index.ts";
import { accountCalls, CallRecording } from "./call-recording.ts";
import type { Kernel } from "./kernel.ts";
import { KnownProgram } from "./known-program.ts";
import type { Process } from "./process.ts";
import { SteadyRoot } from "./steady-root.ts";

/** Calls that change nothing but what `Outcome` has, and that follow from nothing but what `Origin` has. */
const REPEATABLE: ReadonlySet<SyscallName> = new Set<SyscallName>([
  ...(["sigaction", "seccomp", "prlimit", "prctl", "capget", "capset"] as const),
  ...(["setgroups", "setresgid", "setresuid", "chdir", "stat", "access"] as const),
  // To the runtime, which answers for what it hears.
  "write",
]);

/** What a process was before. */
interface Origin extends Pick<Process, "creds" | "limits" | "cwd"> {
  readonly root: SteadyRoot;
}

/**
 * What became of it, and the calls as the trace counts them. It is one object with what was before: a machine has many,
 * and each lies elsewhere in memory.
 */
interface Repetition extends Origin {
  readonly codes: readonly number[];
  readonly newCreds: Process["creds"];
  readonly newTraits: Process["traits"];
  readonly newCwd: Process["cwd"];
  /** Where the program was found. */
  readonly path: string | undefined;
  readonly program: KnownProgram | undefined;
}

/** The calls that processes make from one place of their program to another. */
export class RepeatedCalls {
  readonly #kernel: Kernel;
  #origin: Origin | undefined;
  #known: Repetition | undefined;
  #wereMade = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Makes of the process whose turn it is what the calls would. False if they have to be made, up to `made`. */
  repeat(): boolean {
    const { current, isUnwatched } = this.#kernel;
    if (current === undefined || !isUnwatched) return false;
    if (this.#known !== undefined && isAsBefore(current, this.#known)) {
      become(current, this.#known);
      this.#kernel.known = this.#known.program;
      return true;
    }
    this.#known = undefined;
    this.#origin = this.#wereMade ? originOf(current) : undefined;
    if (this.#origin !== undefined) this.#kernel.recording = recordingOf(current);
    return false;
  }

  /** Where the calls that are repeated have found the program; `undefined` if there is none. */
  get path(): string | undefined {
    return this.#known?.path;
  }

  /** The calls have been made, and have found the program at `path`. */
  made(path: string | undefined): void {
    this.#wereMade = true;
    const { current, recording, callLists } = this.#kernel;
    const origin = this.#origin;
    this.#kernel.recording = undefined;
    this.#origin = undefined;
    if (current === undefined || recording?.process !== current || !recording.isWhole || origin === undefined) return;
    this.#known = {
      creds: origin.creds,
      limits: origin.limits,
      cwd: origin.cwd,
      root: origin.root,
      codes: callLists.shared(recording.codes),
      newCreds: current.creds,
      newTraits: current.traits,
      newCwd: current.cwd,
      path,
      program: path === undefined ? undefined : KnownProgram.find(current, path, origin.root),
    };
  }
}

/** `undefined` if nobody counts what changes where its files are, or if it is nothing that just begins. */
function originOf({ creds, limits, root, cwd, seccomp, actions, aheadUs }: Process): Origin | undefined {
  const isBeginning = seccomp === undefined && actions === undefined && aheadUs === 0;
  const steady = isBeginning ? SteadyRoot.of(root) : undefined;
  return steady && { creds, limits, root: steady, cwd };
}

const isAsBefore = (process: Process, { creds, limits, cwd, root }: Origin): boolean =>
  process.aheadUs === 0 &&
  process.creds === creds &&
  process.limits === limits &&
  process.cwd === cwd &&
  root.is(process.root);

const recordingOf = (process: Process): CallRecording =>
  new CallRecording(process, (call) => REPEATABLE.has(call.name) && staysAtHome(process, call));

/** What it is about lies on the mount of the root directory. */
export function staysAtHome(process: Process, { name, a: path }: Call): boolean {
  if (name !== "chdir" && name !== "stat" && name !== "access") return true;
  return staysOnRoot(process, path as string);
}

function become(process: Process, { codes, newCreds, newTraits, newCwd }: Repetition): void {
  accountCalls(process, codes);
  process.creds = newCreds;
  process.traits = process.traits.with({ limits: newTraits.limits, seccomp: newTraits.seccomp }, newTraits);
  process.chdir(newCwd);
}
