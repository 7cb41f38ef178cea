/**
 * Applets: programs in the manner of busybox, and the multi-call program that holds them.
 *
 * An applet is a generator over an `Io`; it returns its exit code. `runApplet` does what libc and libbb do around a main
 * function: it ends on `AppletExit`, prints what an uncaught `Errno` says, and flushes standard output at the end.
 */
import {
  type Call,
  type Env,
  Errno,
  getresgid,
  getresuid,
  type Ids,
  type Program,
  prctl,
  type Routine,
  setresgid,
  setresuid,
} from "../abi/index.ts";
import { basename } from "../lib/index.ts";
import { type Build, describeBuild, installBuild, listBuild } from "./build.ts";
import { showUsage } from "./getopt.ts";
import { AppletExit, Io, type Output, type Siblings } from "./io.ts";
import { outputFailure } from "./output-errors.ts";

/** The main function of an applet. */
export type Applet = (io: Io) => Routine<number>;

/** Applets that a set-uid busybox may run with the privileges of its owner; all others drop them first. */
const KEEPS_PRIVILEGES: ReadonlySet<string> = new Set([
  "su",
  "passwd",
  "login",
  "ping",
  "ping6",
  "crontab",
  "mount",
  "umount",
]);

/** Applets to which `--help` is a word like any other. */
const READS_HELP: ReadonlySet<string> = new Set(["[", "[[", "echo", "false", "test", "true"]);

/** Runs an applet as `main` would be run. `before`: what the process does first. */
export function runApplet(applet: Applet, io: Io, before?: (name: string) => Routine<void>): Routine<number> {
  return new AppletRoutine(applet, io, before?.(io.name));
}

type Part = "before" | "applet" | "complaint" | "end";

/** No generator: that would keep room for all that it ever needs, around each applet that sleeps. */
class AppletRoutine implements Routine<number> {
  readonly #applet: Applet;
  readonly #io: Io;
  #part: Part = "applet";
  /** What runs now. The applet and what comes after it end with the exit code. */
  #routine: Routine<unknown>;

  constructor(applet: Applet, io: Io, before: Routine<void> | undefined) {
    this.#applet = wantsHelp(io) ? help : applet;
    this.#io = io;
    this.#routine = before ?? this.#applet(io);
    if (before !== undefined) this.#part = "before";
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(answer: unknown): IteratorResult<Call, number> {
    return this.#step(false, answer);
  }

  throw(error: unknown): IteratorResult<Call, number> {
    return this.#step(true, error);
  }

  #step(fails: boolean, answer: unknown): IteratorResult<Call, number> {
    let step: IteratorResult<Call, unknown>;
    try {
      step = fails ? this.#routine.throw(answer) : this.#routine.next(answer);
    } catch (ending) {
      if (this.#part !== "applet") throw ending;
      return this.#goOn("complaint", codeOf(ending, this.#io));
    }
    return step.done === true ? this.#ended(step.value as number) : step;
  }

  #ended(code: number): IteratorResult<Call, number> {
    if (this.#part === "before") return this.#goOn("applet", this.#applet(this.#io));
    const out = this.#part === "end" ? undefined : this.#io.outIfAny;
    return out === undefined ? { done: true, value: code } : this.#goOn("end", finish(out, this.#io, code));
  }

  #goOn(part: Part, routine: Routine<unknown>): IteratorResult<Call, number> {
    this.#part = part;
    this.#routine = routine;
    return this.#step(false, undefined);
  }
}

const wantsHelp = ({ name, argv }: Io): boolean => argv[1] === "--help" && !READS_HELP.has(name);

const help: Applet = (io) => showUsage(io, io.name, 0);

function* codeOf(ending: unknown, io: Io): Routine<number> {
  if (ending instanceof AppletExit) return ending.code;
  if (!(ending instanceof Errno)) throw ending;
  yield* io.warn(ending.code === "ENOMEM" ? "out of memory" : ending.message);
  return 1;
}

/** What is still to be written is. The exit code, if that fails or has failed. */
function* finish(out: Output, io: Io, code: number): Routine<number> {
  const wasWell = out.error === undefined;
  yield* out.flush();
  if (out.error === undefined) return code;
  const { message, code: failed } = outputFailure(io.name, out.error, wasWell);
  if (message !== undefined) yield* io.warn(message);
  return failed === undefined || code !== 0 ? code : failed;
}

export interface MultiCallOptions {
  /** What its shell runs by name, without looking for it. */
  readonly siblings?: Siblings | undefined;
  /** Sorted names of what was built in, be it there or not. */
  readonly names?: readonly string[] | undefined;
}

/**
 * The multi-call program: it is the applet that `argv[0]` names, or that follows `busybox`.
 *
 * It hands out the applet's own routine: one around it would live as long as the applet, and see all its calls pass by.
 */
export function multiCall(
  applets: ReadonlyMap<string, Applet>,
  shell: Program,
  { siblings, names = appletNames(applets) }: MultiCallOptions = {},
): Program {
  const build = { names, isStandalone: siblings !== undefined };
  return function busybox(argv, env) {
    const called = argv[0] ?? "busybox";
    const name = basename(called.startsWith("-") ? called.slice(1) : called);
    if (name === "sh" || name === "ash") return namedShell(shell, name, argv, env);
    const applet = applets.get(name);
    if (applet !== undefined) return runApplet(applet, new Io(name, argv, env, undefined, siblings), becomeApplet);
    if (!name.startsWith("busybox")) return notFound(name, env);
    return busyboxItself(applets, build, argv, env, busybox);
  };
}

/** One generator for what most processes do: so many are so short that it counts. */
function* becomeApplet(name: string): Routine<void> {
  if ((yield* prctl("PR_GET_NAME")) === RUN_BY_LINK) yield* prctl("PR_SET_NAME", name);
  if (KEEPS_PRIVILEGES.has(name)) return;
  const uids = yield* getresuid();
  if (uids.real !== 0) yield* dropPrivileges(uids);
}

/** What a process is called that was executed as `/proc/self/exe`. */
const RUN_BY_LINK = "exe";

/** A program that was executed as `/proc/self/exe` takes its proper name; a script keeps its own. @see busybox libbb/appletlib.c */
function* nameProcess(name: string): Routine<void> {
  if ((yield* prctl("PR_GET_NAME")) === RUN_BY_LINK) yield* prctl("PR_SET_NAME", name);
}

function* namedShell(shell: Program, name: string, argv: readonly string[], env: Env): Routine<number> {
  yield* becomeApplet(name);
  return yield* shell(argv, env);
}

function* busyboxItself(
  applets: ReadonlyMap<string, Applet>,
  build: Build,
  argv: readonly string[],
  env: Env,
  again: Program,
): Routine<number> {
  yield* nameProcess("busybox");
  const io = new Io("busybox", argv, env);
  const [, first, second] = argv;
  if (first === "--help" && second !== undefined)
    return yield* busyboxItself(applets, build, ["", second, first], env, again);
  if (first === undefined || first === "--help" || first.startsWith("--list")) {
    const isList = first?.startsWith("--list") === true;
    yield* io.out.write(isList ? listBuild(build, first !== "--list") : describeBuild(build));
    yield* io.out.flush();
    return 0;
  }
  if (first === "--install") {
    yield* installBuild(io, build, argv.slice(2));
    return 0;
  }
  const isOwn = SELF_NAMES.some((name) => name === first);
  if (!isOwn && !applets.has(first)) return yield* notFound(first, env);
  return yield* again(argv.slice(1), env);
}

/** Names of the multi-call program that are no applets. */
const SELF_NAMES = ["ash", "busybox", "sh"] as const;

/** What a build that prefers its own applets to PATH runs by name. @see busybox: FEATURE_PREFER_APPLETS */
export function siblingsOf(applets: ReadonlyMap<string, Applet>): Siblings {
  return new Map([...applets, ...SELF_NAMES.map((name) => [name, undefined] as const)]);
}

/** Every name that the multi-call program answers to, sorted. */
export function appletNames(applets: ReadonlyMap<string, Applet>): readonly string[] {
  return withSelf([...applets.keys()]);
}

/** Sorted names of applets, with those of the multi-call program itself. */
export function withSelf(names: readonly string[]): readonly string[] {
  return [...new Set([...names, ...SELF_NAMES])].sort();
}

function* notFound(name: string, env: Env): Routine<number> {
  yield* nameProcess(name);
  const io = new Io(name, [name], env);
  yield* io.warn("applet not found");
  return 127;
}

/** A set-uid busybox gives its privileges up, but for a few applets and for root. @see busybox's doc on SUID */
function* dropPrivileges(uids: Ids): Routine<void> {
  const gids = yield* getresgid();
  if (gids.effective !== gids.real) yield* setresgid(-1, gids.real, gids.effective === 0 ? gids.real : -1);
  if (uids.effective === uids.real) return;
  if (uids.effective === 0) yield* setresuid(uids.real, uids.real, uids.real);
  else yield* setresuid(-1, uids.real, -1);
}
