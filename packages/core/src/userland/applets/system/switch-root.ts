/** switch_root: empty the initial root file system and go on in another one. @see switch_root(8) */
import {
  chdir,
  chroot,
  dup3,
  Errno,
  execve,
  getpid,
  lstat,
  MS_MOVE,
  mount,
  O_RDWR,
  open,
  type Routine,
  stat,
  statfs,
  unlink,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, chdirOrDie, type Io } from "../../io.ts";
import { listDirectory } from "./directory.ts";

const RAMFS_MAGIC = 0x858458f6;
const TMPFS_MAGIC = 0x01021994;

export const switchRoot: Applet = function* (io) {
  const options = yield* getopt(io, "+c:");
  const [newRoot, init] = options.operands;
  if (newRoot === undefined || init === undefined) return yield* showUsage(io);
  yield* chdirOrDie(io, newRoot);
  const rootDevice = (yield* stat("/")).dev;
  if ((yield* stat(".")).dev === rootDevice || (yield* getpid()) !== 1) return yield* showUsage(io);
  yield* checkInitialRoot(io);
  yield* deleteContents("/", rootDevice);
  const error = yield* attempt(mount(".", "/", "", MS_MOVE));
  if (error instanceof Errno) return yield* io.pdie("error moving root", error);
  yield* chroot(".");
  yield* chdir("/");
  const terminal = options.value("c");
  if (terminal !== undefined) yield* reopenStreams(io, terminal);
  const failure = yield* attempt(execve(init, options.operands.slice(1), io.env));
  return yield* io.pdie(`can't execute '${init}'`, failure);
};

/** Nothing is deleted unless the root looks like what a boot loader unpacked into memory. */
function* checkInitialRoot(io: Io): Routine<void> {
  const init = yield* attempt(stat("/init"));
  if (init instanceof Errno || init.type !== "file") yield* io.die("'/init' is not a regular file");
  const { magic } = yield* statfs("/");
  if (magic !== RAMFS_MAGIC && magic !== TMPFS_MAGIC) yield* io.die("root filesystem is not ramfs/tmpfs");
}

/** Deletes files, not directories, and nothing of other file systems. */
function* deleteContents(path: string, device: number): Routine<void> {
  const found = yield* attempt(lstat(path));
  if (found instanceof Errno || found.dev !== device) return;
  if (found.type !== "dir") {
    yield* attempt(unlink(path));
    return;
  }
  const names = yield* listDirectory(path);
  if (names instanceof Errno) return;
  for (const name of names) yield* deleteContents(path === "/" ? `/${name}` : `${path}/${name}`, device);
}

function* reopenStreams(io: Io, path: string): Routine<void> {
  const fd = yield* attempt(open(path, O_RDWR));
  if (fd instanceof Errno) return yield* io.perror(`can't open '${path}'`, fd);
  for (const stream of [0, 1, 2]) if (stream !== fd) yield* dup3(fd, stream);
}
