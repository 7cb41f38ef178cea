/** switch_root, run-init: empty the initial root file system and go on in another one. @see switch_root(8) */
import {
  access,
  capabilityNumber,
  chdir,
  chroot,
  close,
  Errno,
  execve,
  getpid,
  lstat,
  MS_MOVE,
  mount,
  O_RDWR,
  open,
  prctl,
  type Routine,
  stat,
  statfs,
  unlink,
  X_OK,
} from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { namesIn } from "../../directory.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io, readText } from "../../io.ts";
import { moveFd, STANDARD_STREAMS } from "../../move-fd.ts";
import { chdirOrDie, openOrDie, writeOrDie } from "../../or-die.ts";

const RAMFS_MAGIC = 0x858458f6;
const TMPFS_MAGIC = 0x01021994;

/** Programs that the kernel starts get what these files say. @see Documentation/admin-guide/sysctl/kernel.rst */
const HELPER_CAPABILITIES = "/proc/sys/kernel/usermodehelper";

export const switchRoot: Applet = function* (io) {
  return yield* goOn(io, yield* getopt(io, "+c:"));
};

export const runInit: Applet = function* (io) {
  const options = yield* getopt(io, "+c:d:n");
  if (options.operands.length < 2) return yield* showUsage(io);
  const dropped = options.value("d");
  if (dropped !== undefined) yield* dropCapabilities(io, dropped.split(","));
  return yield* goOn(io, options);
};

function* goOn(io: Io, options: Options): Routine<number> {
  const isRehearsal = options.has("n");
  const [newRoot, init] = options.operands;
  if (newRoot === undefined || init === undefined) return yield* showUsage(io);
  yield* chdirOrDie(io, newRoot);
  const rootDevice = (yield* stat("/")).dev;
  if ((yield* stat(".")).dev === rootDevice) return yield* showUsage(io);
  if (!isRehearsal && (yield* getpid()) !== 1) return yield* showUsage(io);
  yield* checkInitialRoot(io);
  if (!isRehearsal) {
    yield* deleteContents("/", rootDevice);
    const error = yield* attempt(mount(".", "/", "", MS_MOVE));
    if (error instanceof Errno) return yield* io.pdie("error moving root", error);
  }
  yield* chroot(".");
  yield* chdir("/");
  const terminal = options.value("c");
  if (terminal !== undefined) yield* reopenStreams(io, terminal);
  const failure = isRehearsal
    ? yield* attempt(access(init, X_OK))
    : yield* attempt(execve(init, options.operands.slice(1), io.env));
  return failure instanceof Errno ? yield* io.pdie(`can't execute '${init}'`, failure) : 0;
}

/** For good, and for what the kernel starts. */
function* dropCapabilities(io: Io, names: readonly string[]): Routine<void> {
  for (const name of names) {
    const capability = capabilityNumber(name.toLowerCase().startsWith("cap_") ? "" : `CAP_${name.toUpperCase()}`);
    if (capability === undefined) return yield* io.die(`unknown capability '${name}'`);
    for (const set of ["bset", "inheritable"]) yield* clearBit(io, `${HELPER_CAPABILITIES}/${set}`, capability);
    yield* prctl("PR_CAPBSET_DROP", capability);
    yield* io.warn(`dropped capability: ${name}`);
  }
}

/** The file holds two numbers of 32 bits, the lower one first. */
function* clearBit(io: Io, path: string, bit: number): Routine<void> {
  const fd = yield* openOrDie(io, path, O_RDWR);
  const halves = (yield* readText(path)).trim().split(/\s+/).map(Number);
  const at = bit < 32 ? 0 : 1;
  halves[at] = ((halves[at] ?? 0) & ~(1 << (bit % 32))) >>> 0;
  yield* writeOrDie(io, fd, encode(halves.join(" ")));
  yield* close(fd);
}

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
  const names = yield* attempt(namesIn(path));
  if (names instanceof Errno) return;
  for (const name of names) yield* deleteContents(path === "/" ? `/${name}` : `${path}/${name}`, device);
}

function* reopenStreams(io: Io, path: string): Routine<void> {
  const fd = yield* attempt(open(path, O_RDWR));
  if (fd instanceof Errno) return yield* io.perror(`can't open '${path}'`, fd);
  yield* moveFd(fd, ...STANDARD_STREAMS);
}
