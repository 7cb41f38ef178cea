/** tee: copy standard input to files and to standard output. @see tee(1p) */
import {
  Errno,
  O_APPEND,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  open,
  type Routine,
  read,
  SIGINT,
  sigaction,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, writeAll } from "../../io.ts";

const PORTION = 1024;

export const tee: Applet = function* (io) {
  const options = yield* getopt(io, "ia");
  if (options.has("i")) yield* sigaction(SIGINT, "ignore");
  let code = 0;
  const targets: { readonly fd: number; readonly name: string; error: Errno | undefined }[] = [
    { fd: 1, name: "standard output", error: undefined },
  ];
  const flags = O_WRONLY | O_CREAT | (options.has("a") ? O_APPEND : O_TRUNC);
  for (const file of options.operands) {
    const fd = file === "-" ? 1 : yield* attempt(open(file, flags));
    if (fd instanceof Errno) {
      yield* io.perror(file, fd);
      code = 1;
    } else targets.push({ fd, name: file, error: undefined });
  }
  for (;;) {
    const bytes = yield* attempt(read(0, PORTION));
    if (bytes instanceof Errno) code = 1;
    if (bytes instanceof Errno || bytes.length === 0) break;
    for (const target of targets) target.error ??= yield* errorOf(writeAll(target.fd, bytes));
  }
  for (const { name, error, fd } of targets) {
    // What standard output could not take is forgotten.
    if (error !== undefined && fd !== 1) return yield* io.die(`${name}: I/O error`);
  }
  return code;
};

function* errorOf(routine: Routine<void>): Routine<Errno | undefined> {
  const result = yield* attempt(routine);
  return result instanceof Errno ? result : undefined;
}
