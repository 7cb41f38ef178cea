/** nsenter: run a program in the namespaces of another process. @see nsenter(1), setns(2) */
import {
  chdir,
  chroot,
  close,
  Errno,
  fchdir,
  type NamespaceKind,
  open,
  type Routine,
  setgroups,
  setns,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { continueInChild, execOrLoginShell } from "./child-shell.ts";
import { becomeGroup, becomeUser } from "./identity.ts";

/** The user namespace comes first: it gives the right to enter the others. */
const KINDS: readonly (readonly [letter: string, kind: NamespaceKind])[] = [
  ["U", "user"],
  ["i", "ipc"],
  ["u", "uts"],
  ["n", "net"],
  ["p", "pid"],
  ["m", "mnt"],
];
const LONG_OPTIONS = {
  user: "U",
  ipc: "i",
  uts: "u",
  net: "n",
  pid: "p",
  mount: "m",
  target: "t",
  setuid: "S",
  setgid: "G",
  root: "r",
  wd: "w",
  "no-fork": "F",
  "preserve-credentials": "preserve-credentials",
};

export const nsenter: Applet = function* (io) {
  const options = yield* getopt(io, "+U::i::u::n::p::m::t:+S:+G:+r::w::F", LONG_OPTIONS);
  const target = options.number("t") ?? 0;
  const uid = options.number("S") ?? 0;
  const gid = options.number("G") ?? 0;
  const root = yield* openOption(io, options, "r", target, "root");
  const directory = yield* openOption(io, options, "w", target, "cwd");
  const opened: (readonly [fd: number, kind: NamespaceKind])[] = [];
  for (const [letter, kind] of KINDS) {
    const fd = yield* openOption(io, options, letter, target, `ns/${kind}`);
    if (fd !== undefined) opened.push([fd, kind]);
  }
  const becomesRoot = options.has("U") && !options.has("preserve-credentials");
  const groupsFailed = becomesRoot && (yield* attempt(setgroups([]))) instanceof Errno;
  for (const [fd, kind] of opened) {
    const error = yield* attempt(setns(fd, kind));
    if (error instanceof Errno) return yield* io.pdie(`setns(): can't reassociate to namespace '${kind}'`, error);
    yield* close(fd);
  }
  yield* enterDirectories(io, root, directory);
  const goOn = function* (): Routine<never> {
    if (becomesRoot || options.has("G")) {
      const error = yield* attempt(setgroups([]));
      if (error instanceof Errno && groupsFailed) return yield* io.pdie("setgroups", error);
      yield* becomeGroup(io, gid);
    }
    if (becomesRoot || options.has("S")) yield* becomeUser(io, uid);
    return yield* execOrLoginShell(io, options.operands);
  };
  // A process keeps its pid namespace: only its children are in the new one.
  const forks = options.has("p") && !options.has("F");
  return forks ? yield* continueInChild(io, goOn) : yield* goOn();
};

/** Opens the file that an option names, or that of the target process. */
function* openOption(
  io: Io,
  options: Options,
  letter: string,
  target: number,
  file: string,
): Routine<number | undefined> {
  const value = options.value(letter);
  if (value === undefined) return undefined;
  if (value === "" && target === 0) return yield* showUsage(io);
  const path = value === "" ? `/proc/${target}/${file}` : value;
  return yield* openOrDie(io, path);
}

/** Changing the root keeps the working directory, unless another is asked for. */
function* enterDirectories(io: Io, root: number | undefined, directory: number | undefined): Routine<void> {
  let place = directory;
  if (root !== undefined) {
    place ??= yield* open(".");
    yield* fchdir(root);
    const error = yield* attempt(chroot("."));
    if (error instanceof Errno) yield* io.pdie("can't change root directory to '.'", error);
    yield* chdir("/");
    yield* close(root);
  }
  if (place === undefined) return;
  yield* fchdir(place);
  yield* close(place);
}
