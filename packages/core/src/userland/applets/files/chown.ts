/** chown and chgrp: change owners. @see chown(1p), chgrp(1p) */
import { chown as changeOwner, Errno, lchown, type Routine, type Stat } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, Io } from "../../io.ts";
import { type Owner, ownerOrDie } from "../../passwd.ts";
import { type Visit, walkTree } from "./walk.ts";

const LONGS = {
  recursive: "R",
  dereference: "dereference",
  "no-dereference": "h",
  changes: "c",
  silent: "f",
  quiet: "f",
  verbose: "v",
};

export const chown: Applet = function* (io) {
  return yield* changeOwners(io, yield* getopt(io, "RhvcfLHP", LONGS));
};

/** `chgrp GROUP` is `chown :GROUP`. */
export const chgrp: Applet = function* (io) {
  const at = io.argv.findIndex((word, index) => index > 0 && !word.startsWith("-"));
  const argv = at < 0 ? io.argv : io.argv.with(at, `:${io.argv[at] ?? ""}`);
  return yield* changeOwners(io, yield* getopt(new Io(io.name, argv, io.env), "RhvcfLHP", LONGS));
};

function* changeOwners(io: Io, options: Options): Routine<number> {
  const [text, ...files] = options.operands;
  if (text === undefined || files.length === 0) return yield* showUsage(io);
  const follows = options.has("L") ? "all" : options.has("H") ? "operand" : "none";
  const onLinks = options.has("h") || (options.has("R") && follows === "none");
  const change = changer(io, options, yield* ownerOrDie(io, text), onLinks);
  let code = 0;
  for (const file of files) {
    const done = yield* walkTree(io, file, {
      recurses: options.has("R"),
      follows,
      depthFirst: true,
      file: change,
      directory: change,
    });
    if (!done) code = 1;
  }
  return code;
}

function changer(io: Io, options: Options, owner: Owner, onLinks: boolean) {
  return function* change(path: string, file: Stat): Routine<Visit> {
    const uid = owner.uid === -1 ? file.uid : owner.uid;
    const gid = owner.gid === -1 ? file.gid : owner.gid;
    const changed = yield* attempt(onLinks ? lchown(path, uid, gid) : changeOwner(path, uid, gid));
    if (changed instanceof Errno) {
      if (!options.has("f")) yield* io.perror(path, changed);
      return changed;
    }
    if (options.has("v") || (options.has("c") && (file.uid !== uid || file.gid !== gid))) {
      yield* io.out.line(`changed ownership of '${path}' to ${uid}:${gid}`);
    }
    return "done";
  };
}
