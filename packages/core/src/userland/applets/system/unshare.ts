/** unshare: run a program in new namespaces. @see unshare(1), unshare(2) */
import {
  close,
  Errno,
  getpid,
  getresgid,
  getresuid,
  MS_BIND,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_PRIVATE,
  MS_REC,
  MS_SHARED,
  MS_SLAVE,
  mount,
  type NamespaceKind,
  O_WRONLY,
  pipe2,
  type Routine,
  read,
  unshare as unshareCall,
} from "../../../abi/index.ts";
import { encode, ownValue } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { fork, waitFor } from "../../exec.ts";
import { getopt, type Options } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { continueInChild, execOrLoginShell } from "./child-shell.ts";

interface Kind {
  readonly letter: string;
  readonly long: string;
  readonly kind: NamespaceKind;
  /** The CLONE_NEW flag, for the message. */
  readonly flag: number;
}

const KINDS: readonly Kind[] = [
  { letter: "m", long: "mount", kind: "mnt", flag: 0x20000 },
  { letter: "u", long: "uts", kind: "uts", flag: 0x4000000 },
  { letter: "i", long: "ipc", kind: "ipc", flag: 0x8000000 },
  { letter: "n", long: "net", kind: "net", flag: 0x40000000 },
  { letter: "p", long: "pid", kind: "pid", flag: 0x20000000 },
  { letter: "U", long: "user", kind: "user", flag: 0x10000000 },
];

const LONG_OPTIONS = {
  ...Object.fromEntries(KINDS.map(({ long }) => [long, `${long}::`])),
  fork: "f",
  "map-root-user": "r",
  "mount-proc": "mount-proc::",
  propagation: "propagation:",
  setgroups: "setgroups:",
};

const PROPAGATION: Readonly<Record<string, number>> = {
  private: MS_REC | MS_PRIVATE,
  unchanged: 0,
  shared: MS_REC | MS_SHARED,
  slave: MS_REC | MS_SLAVE,
};

export const unshare: Applet = function* (io) {
  const options = yield* getopt(io, "+muinpUfr", LONG_OPTIONS);
  yield* checkSetgroups(io, options);
  const chosen = KINDS.filter(
    ({ letter, long }) => options.has(letter) || options.has(long) || implies(options, letter),
  );
  const ownsMounts = chosen.some(({ kind }) => kind === "mnt");
  const propagation = ownsMounts ? yield* propagationFlags(io, options) : 0;
  const ids = { uid: (yield* getresuid()).effective, gid: (yield* getresgid()).effective };
  yield* enterNamespaces(io, options, chosen);
  const goOn = function* (): Routine<never> {
    if (options.has("r")) yield* mapToRoot(io, ids);
    else if (options.has("setgroups")) yield* writeFile(io, "/proc/self/setgroups", options.value("setgroups") ?? "");
    if (ownsMounts) yield* mountOrDie(io, "none", "/", "", propagation);
    if (options.has("mount-proc")) yield* mountProc(io, options.value("mount-proc") || "/proc");
    return yield* execOrLoginShell(io, options.operands);
  };
  return options.has("f") ? yield* continueInChild(io, goOn) : yield* goOn();
};

function implies(options: Options, letter: string): boolean {
  if (letter === "U") return options.has("r");
  return letter === "m" && options.has("mount-proc");
}

function* checkSetgroups(io: Io, options: Options): Routine<void> {
  const value = options.value("setgroups");
  if (value === undefined || value === "deny") return;
  if (value !== "allow") yield* io.die(`unrecognized: --setgroups=${value}`);
  if (options.has("r")) yield* io.die("--setgroups=allow and --map-root-user are mutually exclusive");
}

function* propagationFlags(io: Io, options: Options): Routine<number> {
  const text = options.value("propagation") ?? "private";
  return ownValue(PROPAGATION, text) ?? (yield* io.die(`unrecognized: --propagation=${text}`));
}

/** Makes the namespaces; those with a file are kept there by a mount in the old mount namespace. */
function* enterNamespaces(io: Io, options: Options, chosen: readonly Kind[]): Routine<void> {
  const kept = chosen.filter(({ long }) => (options.value(long) ?? "") !== "");
  const self = yield* getpid();
  const keep = function* (): Routine<void> {
    for (const { kind, long } of kept) {
      yield* mountOrDie(io, `/proc/${self}/ns/${kind}`, options.value(long) ?? "", "", MS_BIND);
    }
  };
  const needsHelper = kept.length > 0 && chosen.some(({ kind }) => kind === "mnt");
  const [reader, writer] = needsHelper ? yield* pipe2() : [-1, -1];
  const helper = needsHelper
    ? yield* fork(io, function* () {
        yield* close(writer);
        yield* read(reader, 1);
        yield* keep();
        return 0;
      })
    : undefined;
  const flags = chosen.reduce((sum, { flag }) => sum + flag, 0);
  const error = yield* attempt(unshareCall(new Set(chosen.map(({ kind }) => kind))));
  if (error instanceof Errno) yield* io.pdie(`unshare(0x${flags.toString(16)})`, error);
  if (helper === undefined) return yield* keep();
  yield* close(writer);
  yield* close(reader);
  yield* waitFor(helper);
}

/** Without privileges, setgroups(2) must be given up before groups are mapped. */
function* mapToRoot(io: Io, ids: { readonly uid: number; readonly gid: number }): Routine<void> {
  yield* writeFile(io, "/proc/self/setgroups", "deny");
  yield* writeFile(io, "/proc/self/uid_map", `0 ${ids.uid} 1`);
  yield* writeFile(io, "/proc/self/gid_map", `0 ${ids.gid} 1`);
}

function* mountProc(io: Io, target: string): Routine<void> {
  yield* mountOrDie(io, "none", target, "", MS_PRIVATE | MS_REC);
  yield* mountOrDie(io, "proc", target, "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV);
}

function* mountOrDie(io: Io, source: string, target: string, type: string, flags: number): Routine<void> {
  const error = yield* attempt(mount(source, target, type, flags));
  if (!(error instanceof Errno)) return;
  yield* io.pdie(`can't mount ${source} on ${target} (flags:0x${flags.toString(16)})`, error);
}

function* writeFile(io: Io, path: string, text: string): Routine<void> {
  const fd = yield* openOrDie(io, path, O_WRONLY);
  const error = yield* attempt(writeAll(fd, encode(text)));
  if (error instanceof Errno) return yield* io.pdie("write error", error);
  yield* close(fd);
}
