/** install: copy files and set their attributes. @see install(1) */
import { chmod, Errno, getresgid, getresuid, lchown, PERMISSION_BITS, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { parseModeHere } from "../../mode.ts";
import { gidOrDie, uidOrDie } from "../../passwd.ts";
import { Copier, PLAIN_COPY } from "./copy.ts";
import { isDirectory } from "./ln.ts";
import { makeDirectory } from "./make-directory.ts";
import { joinPath, parentPath } from "./paths.ts";
import { spawnAndWait } from "./spawn.ts";

const LONGS = {
  directory: "d",
  "preserve-timestamps": "p",
  strip: "s",
  group: "g",
  mode: "m",
  owner: "o",
  "target-directory": "t",
};
const DEFAULT_MODE = 0o755;

export const install: Applet = function* (io) {
  const options = yield* getopt(io, "cvbDdpsg:m:o:t:", LONGS);
  const makes = options.has("d");
  const directory = options.value("t");
  if (makes && (directory !== undefined || options.has("s"))) return yield* showUsage(io);
  const attributes = yield* attributesOf(io, options);
  const words = [...options.operands];
  const target = directory ?? (makes ? undefined : words.pop());
  if (words.length === 0) return yield* showUsage(io);
  const intoDirectory = directory !== undefined || (target !== undefined && (yield* isDirectory(target, true)));
  const verbose = options.has("v");
  const copier = new Copier(io, { ...PLAIN_COPY, force: true, preserve: options.has("p"), verbose });
  let code = 0;
  for (const word of words) {
    let dest = word;
    let done: boolean;
    if (target === undefined) done = yield* makeDirectory(io, word, { parents: true, mode: DEFAULT_MODE, verbose });
    else {
      if (options.has("D")) {
        // Whether that works shows when the file is copied.
        const parent = directory ?? parentPath(target);
        yield* makeDirectory(io, parent, { parents: true, mode: DEFAULT_MODE, verbose });
      }
      dest = intoDirectory ? joinPath(target, word.slice(word.lastIndexOf("/") + 1)) : target;
      done = yield* copier.copy(word, dest);
    }
    if (!done) code = 1;
    else if (!(yield* finish(io, options, dest, attributes))) code = 1;
  }
  return code;
};

interface Attributes {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

function* attributesOf(io: Io, options: Options): Routine<Attributes> {
  const modeText = options.value("m");
  const owner = options.value("o");
  const group = options.value("g");
  const mode = modeText === undefined ? DEFAULT_MODE : yield* parseModeHere(modeText, DEFAULT_MODE);
  const uid = owner === undefined ? (yield* getresuid()).real : yield* uidOrDie(io, owner);
  const gid = group === undefined ? (yield* getresgid()).real : yield* gidOrDie(io, group);
  // A wrong mode is not noticed: it is -1, all bits.
  return { uid, gid, mode: mode ?? PERMISSION_BITS };
}

/** Strips the file and sets its attributes: the owner first, because that clears set-id bits. */
function* finish(io: Io, options: Options, dest: string, attributes: Attributes): Routine<boolean> {
  const { uid, gid, mode } = attributes;
  let all = true;
  if (options.has("s")) {
    const stripped = yield* spawnAndWait(io, ["strip", "-p", dest]);
    if (stripped instanceof Errno) yield* io.perror("strip", stripped);
    if (stripped !== 0) all = false;
  }
  if (options.has("o") || options.has("g")) {
    const owned = yield* attempt(lchown(dest, uid, gid));
    if (owned instanceof Errno) {
      yield* io.perror(`can't change ownership of ${dest}`, owned);
      all = false;
    }
  }
  const changed = yield* attempt(chmod(dest, mode));
  if (changed instanceof Errno) {
    yield* io.perror(`can't change permissions of ${dest}`, changed);
    all = false;
  }
  return all;
}
