/** Running a program and learning, as vfork(2) lets one, whether it could be started at all. */
import {
  close,
  Errno,
  type ErrnoCode,
  exitCode,
  O_CLOEXEC,
  pipe2,
  type Routine,
  read,
  write,
} from "../../../abi/index.ts";
import { decode, encode } from "../../../lib/index.ts";
import { execPreferred, fork, waitFor } from "../../exec.ts";
import type { Io } from "../../io.ts";
import { runInProcess } from "../in-process.ts";

const NOT_STARTED = 111;
const LONGEST_CODE = 64;

/** The program's exit code, or 128 + the signal that ended it; the error if it could not be started. */
export function* spawnAndWait(io: Io, argv: readonly string[]): Routine<number | Errno> {
  const done = yield* runInProcess(io, argv);
  if (done !== undefined) return done;
  // The pipe closes by itself when the program starts; before that the child says through it why it did not.
  const [input, output] = yield* pipe2(O_CLOEXEC);
  const pid = yield* fork(io, function* () {
    const error = yield* execPreferred(io, argv);
    yield* write(output, encode(error.code));
    return NOT_STARTED;
  });
  yield* close(output);
  const code = decode(yield* read(input, LONGEST_CODE));
  yield* close(input);
  const status = yield* waitFor(pid);
  return code === "" ? exitCode(status) : new Errno(code as ErrnoCode);
}
