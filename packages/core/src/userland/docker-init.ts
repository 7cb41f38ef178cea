/**
 * docker-init: the small init of `docker run --init`. It starts one child, forwards signals to it, reaps everything,
 * and ends as the child does.
 *
 * @see tini(1) 0.19, https://github.com/krallin/tini
 */
import {
  clone,
  type Env,
  Errno,
  exitCode,
  getpid,
  kill,
  type Program,
  type Routine,
  SIGBUS,
  SIGCHLD,
  SIGFPE,
  SIGILL,
  SIGKILL,
  SIGSEGV,
  SIGSTOP,
  SIGSYS,
  SIGTRAP,
  SIGTTIN,
  SIGTTOU,
  setpgid,
  sigaction,
  wait4,
  write,
} from "../abi/index.ts";
import { encode } from "../lib/index.ts";
import { execvp } from "./exec.ts";
import { attempt } from "./io.ts";

/** Signals that are tini's own, or that cannot be caught. */
const NOT_FORWARDED: ReadonlySet<number> = new Set([
  SIGFPE,
  SIGILL,
  SIGSEGV,
  SIGBUS,
  SIGTRAP,
  SIGSYS,
  SIGTTIN,
  SIGTTOU,
  SIGCHLD,
  SIGKILL,
  SIGSTOP,
]);
const LAST_SIGNAL = 64;
const SIGNALS = Array.from({ length: LAST_SIGNAL }, (_, index) => index + 1).filter(
  // The two real-time signals that libc keeps for itself cannot be caught.
  (signal) => !NOT_FORWARDED.has(signal) && signal !== 32 && signal !== 33,
);

export const dockerInit: Program = function* (argv, env) {
  const words = argv[1] === "--" ? argv.slice(2) : argv.slice(1);
  let child = 0;
  const forward = function* (signal: number): Routine<void> {
    if (child !== 0) yield* attempt(kill(child, signal));
  };
  for (const signal of SIGNALS) yield* sigaction(signal, forward);
  for (const signal of [SIGTTIN, SIGTTOU]) yield* sigaction(signal, "ignore");
  child = yield* clone(becomeChild, { words, env });
  for (;;) {
    const ended = yield* attempt(wait4(-1));
    if (ended instanceof Errno) {
      if (ended.code !== "EINTR") return 1;
    } else if (ended?.pid === child) return exitCode(ended.status);
  }
};

/** The child leads a group of its own: signals of a terminal do not reach docker-init. */
function* becomeChild({ words, env }: { readonly words: readonly string[]; readonly env: Env }): Routine<number> {
  for (const signal of [...SIGNALS, SIGTTIN, SIGTTOU]) yield* sigaction(signal, "default");
  yield* setpgid(0, 0);
  const error = yield* execvp(words, env);
  yield* write(2, encode(`[FATAL tini (${yield* getpid()})] exec ${words[0] ?? ""} failed: ${error.message}\n`));
  return error.code === "ENOENT" ? 127 : error.code === "EACCES" ? 126 : 1;
}
