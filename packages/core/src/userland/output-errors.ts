/**
 * What applets say when their standard output could not be written, and how they end.
 *
 * Those that look at it when they end say so in libbb's words; the others do not look, and end as if nothing had been.
 *
 * @see busybox libbb/fflush_stdout_and_exit.c and who calls it; seen on a full tmpfs
 */
import type { Errno } from "../abi/index.ts";

interface OutputFailure {
  /** Undefined if the applet says nothing. */
  readonly message: string | undefined;
  /** Undefined if it ends as it would have. */
  readonly code: number | undefined;
}

const UNNOTICED: OutputFailure = { message: undefined, code: undefined };

/** Exit codes of those that flush at the end and look whether that went well. */
const LOOKS_AT_THE_END: ReadonlyMap<string, number> = new Map([
  ..."base64 cal chrt cksum cut du env expand fold getfattr id ipcs last logread nice nl paste printenv readlink realpath"
    .split(" ")
    .map(endsWithOne),
  ..."rev route shuf strings time tsort uname unexpand uniq uudecode uuencode wc xxd".split(" ").map(endsWithOne),
  ["cmp", 2],
  ["expr", 2],
  ["sort", 2],
  ["tty", 2],
]);

/** Those that write without a buffer of stdio, or have words of their own. */
const OWN = new Map<string, (error: Errno, wasLast: boolean) => OutputFailure>([
  ["cat", writeError],
  ["tail", writeError],
  ["tar", writeError],
  ["cpio", writeError],
  ["tac", (error) => ({ message: `short write: ${error.message}`, code: 1 })],
  // What went wrong before the end is only known to have gone wrong.
  ["head", (error, wasLast) => ({ message: `standard output: ${wasLast ? error.message : "I/O error"}`, code: 1 })],
  ["od", () => ({ message: "write error", code: 1 })],
  ["printf", () => ({ message: undefined, code: 1 })],
  ["seq", () => ({ message: undefined, code: 255 })],
]);

/** `wasLast`: it happened when the rest was written at the end. */
export function outputFailure(name: string, error: Errno, wasLast: boolean): OutputFailure {
  const own = OWN.get(name);
  if (own !== undefined) return own(error, wasLast);
  const code = LOOKS_AT_THE_END.get(name);
  return code === undefined ? UNNOTICED : { message: `standard output: ${error.message}`, code };
}

function writeError(error: Errno): OutputFailure {
  return { message: `write error: ${error.message}`, code: 1 };
}

function endsWithOne(name: string): readonly [string, number] {
  return [name, 1];
}
