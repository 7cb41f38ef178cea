/** Runs programs found in PATH: execvp(3), and vfork with the reason of a failed exec brought back. */
import {
  clone,
  close,
  type Env,
  Errno,
  type ErrnoCode,
  execve,
  exit,
  O_CLOEXEC,
  pipe2,
  type Routine,
  read,
  write,
} from "../../../abi/index.ts";
import { decode, encode } from "../../../lib/index.ts";
import { attempt } from "../../io.ts";

const DEFAULT_PATH = "/bin:/usr/bin";
const SHELL = "/bin/sh";
const FAILED = 111;

/** Replaces the process; returns only the error if no program of that name can be run. */
export function* execvp(argv: readonly string[], env: Env): Routine<Errno> {
  const name = argv[0] ?? "";
  if (name === "") return new Errno("ENOENT");
  const folders = name.includes("/") ? [undefined] : (env.get("PATH") ?? DEFAULT_PATH).split(":");
  let denied: Errno | undefined;
  let last = new Errno("ENOENT");
  for (const folder of folders) {
    const path = folder === undefined ? name : `${folder === "" ? "." : folder}/${name}`;
    const error = yield* attempt(execve(path, argv, env));
    if (!(error instanceof Errno)) continue;
    if (error.code === "ENOEXEC") {
      const script = yield* attempt(execve(SHELL, ["sh", path, ...argv.slice(1)], env));
      return script instanceof Errno ? script : error;
    }
    if (error.code === "EACCES") denied = error;
    else if (error.code !== "ENOENT" && error.code !== "ENOTDIR") return error;
    last = error;
  }
  return denied ?? (last.code === "ENOTDIR" ? new Errno("ENOENT") : last);
}

interface Start {
  readonly argv: readonly string[];
  readonly env: Env;
  readonly report: number;
}

/** Starts a program; its pid, or the error with which exec failed. */
export function* spawn(argv: readonly string[], env: Env): Routine<number | Errno> {
  const [report, theirs] = yield* pipe2(O_CLOEXEC);
  const pid = yield* attempt(clone(child, { argv, env, report: theirs }));
  yield* close(theirs);
  const code = pid instanceof Errno ? "" : decode(yield* read(report, 64));
  yield* close(report);
  if (pid instanceof Errno) return pid;
  return code === "" ? pid : new Errno(code as ErrnoCode);
}

function* child({ argv, env, report }: Start): Routine<number> {
  const error = yield* execvp(argv, env);
  yield* write(report, encode(error.code));
  return yield* exit(FAILED);
}
