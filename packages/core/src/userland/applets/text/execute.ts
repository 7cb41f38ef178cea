/** vfork(2) and exec, with the reason of a failed exec brought back. */
import {
  clone,
  close,
  Errno,
  type ErrnoCode,
  exit,
  O_CLOEXEC,
  pipe2,
  type Routine,
  read,
  write,
} from "../../../abi/index.ts";
import { decode, encode } from "../../../lib/index.ts";
import { execPreferred } from "../../exec.ts";
import { attempt, type Io } from "../../io.ts";

const FAILED = 111;

interface Start {
  readonly io: Io;
  readonly argv: readonly string[];
  readonly report: number;
}

/** Starts a program; its pid, or the error with which exec failed. */
export function* spawn(io: Io, argv: readonly string[]): Routine<number | Errno> {
  const [report, theirs] = yield* pipe2(O_CLOEXEC);
  const pid = yield* attempt(clone(child, { io, argv, report: theirs }));
  yield* close(theirs);
  const code = pid instanceof Errno ? "" : decode(yield* read(report, 64));
  yield* close(report);
  if (pid instanceof Errno) return pid;
  return code === "" ? pid : new Errno(code as ErrnoCode);
}

function* child({ io, argv, report }: Start): Routine<number> {
  const error = yield* execPreferred(io, argv);
  yield* write(report, encode(error.code));
  return yield* exit(FAILED);
}
