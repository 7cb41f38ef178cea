/**
 * Calls that one process after the other makes with the same outcome. In a container that has health checks, the init
 * of an exec sets limits, ids and capabilities and looks for a program thousands of times.
 *
 * They are really made twice, and remembered: the calls, and what the process was before and after them. As long as
 * everything that their outcome depends on is the same, the next process is given that outcome at once; it is charged
 * for each call, and the trace counts each. While somebody traces calls or intercepts them, they are made one by one.
 *
 * The outcome depends on credentials, limits and directories; that of calls which name files also on names, permissions
 * and mounts. Those on the mount of the root directory have counters that move with every change. Calls with paths that
 * lead elsewhere, and calls of other kinds, are not remembered.
 */
import type { Call, SyscallName } from "../../abi/index.ts";
import { staysOnRoot } from "../../vfs/index.ts";
import type { Kernel } from "../kernel.ts";
import type { Process } from "../process.ts";
import { accountCalls, CallRecording } from "./call-recording.ts";
import { KnownProgram } from "./known-program.ts";
import { SteadyRoot } from "./steady-root.ts";

/**
 * Calls that change nothing but what `Repetition` holds, and whose outcome depends on nothing but what `Origin` holds.
 */
const REPEATABLE: ReadonlySet<SyscallName> = new Set<SyscallName>([
  ...(["sigaction", "seccomp", "prlimit", "prctl", "capget", "capset"] as const),
  ...(["setgroups", "setresgid", "setresuid", "chdir", "stat", "access"] as const),
  // Only to the pipe of the runtime, which is told by other means.
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

  /**
   * Does to the process whose turn it is what the calls would. False if they have to be made: then `made` is to be
   * called after them.
   */
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

/** `undefined` if its root directory has no counters of changes, or if it is no process that has just begun. */
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

/** Whether the file that a call names lies on the mount of the root directory. */
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
