/** cpio: archives in the "new ASCII" format, made of names that are read. @see cpio(1), cpio(5) */
import { O_CREAT, O_TRUNC, O_WRONLY, type Routine } from "../../../abi/index.ts";
import { decode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { zoneOf } from "../../dates.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { moveFd } from "../../move-fd.ts";
import { openOrDie } from "../../or-die.ts";
import { type Owner, ownerOrDie } from "../../passwd.ts";
import { type CpioMember, CpioReader } from "./cpio-reader.ts";
import { CpioWriter } from "./cpio-writer.ts";
import { Extractor } from "./extract.ts";
import { longLine, SafeNames, Selection } from "./member.ts";
import { Source } from "./source.ts";

const LONG_OPTIONS = {
  extract: "i",
  list: "t",
  create: "o",
  format: "H",
  owner: "R",
  verbose: "v",
  null: "0",
  dereference: "L",
  quiet: "quiet",
  "to-stdout": "to-stdout",
  "ignore-devno": "ignore-devno",
  "renumber-inodes": "renumber-inodes",
};

export const cpio: Applet = function* (io) {
  const options = yield* getopt(io, "it0oH:uvdmLF:R:", LONG_OPTIONS);
  const creates = options.has("o");
  const reads = options.has("i") || options.has("t");
  const formatIsKnown = (options.value("H") ?? (creates ? "" : "newc")) === "newc";
  if (creates === reads || !formatIsKnown) return yield* showUsage(io);
  const owner = options.value("R");
  const given = owner === undefined ? undefined : yield* ownerOrDie(io, owner);
  return creates ? yield* create(io, options, given) : yield* unpack(io, options, given);
};

function* create(io: Io, options: Options, owner: Owner | undefined): Routine<number> {
  const id = (value: number | undefined): number | undefined => (value === -1 ? undefined : value);
  const file = options.value("F");
  if (file !== undefined) {
    yield* moveFd(yield* openOrDie(io, file, O_WRONLY | O_CREAT | O_TRUNC), 1);
  }
  const writer = new CpioWriter(io, {
    uid: id(owner?.uid),
    gid: id(owner?.gid),
    followsLinks: options.has("L"),
    namesDevice: !options.has("ignore-devno"),
    renumbers: options.has("renumber-inodes"),
  });
  const end = options.has("0") ? "\0" : "\n";
  for (let line = yield* io.in.line(end.charCodeAt(0)); line !== undefined; ) {
    const word = decode(line);
    const path = (word.endsWith(end) ? word.slice(0, -1) : word).replace(/^(\.\/+)+/, "");
    if (path !== "") yield* writer.add(path);
    line = yield* io.in.line(end.charCodeAt(0));
  }
  yield* writer.finish();
  return 0;
}

/** Lists or extracts. */
function* unpack(io: Io, options: Options, owner: Owner | undefined): Routine<number> {
  const file = options.value("F");
  const fd = file === undefined ? 0 : yield* openOrDie(io, file);
  const source = new Source(io, fd, { canSeek: true });
  const reader = new CpioReader(io, source);
  const selection = new Selection(options.operands);
  const safe = new SafeNames(io);
  const extractor = new Extractor(io, source, {
    existing: options.has("u") ? "unlink" : "keep-newer",
    makesParents: options.has("d"),
    restoresTime: options.has("m"),
    restoresOwner: true,
    restoresMode: true,
    numericOwner: true,
    strippedComponents: 0,
  });
  for (let found = yield* reader.next(); found !== undefined; found = yield* reader.next()) {
    const member = owner === undefined ? found : { ...found, ...chosen(found, owner) };
    if (!selection.wantsExactly(member.name)) {
      yield* source.skip(member.size);
      continue;
    }
    if (options.has("t")) yield* source.skip(member.size);
    else if (options.has("to-stdout")) yield* source.copyTo(1, member.size);
    else yield* extractor.extract({ ...member, name: yield* safe.strip(member.name) });
    if (!member.isLate) yield* show(io, options, member);
  }
  yield* extractor.finish();
  if (reader.blocks !== undefined && !options.has("quiet")) {
    yield* io.out.flush();
    yield* io.err.write(`${reader.blocks} blocks\n`);
  }
  return 0;
}

function chosen(member: CpioMember, { uid, gid }: Owner): Owner {
  return { uid: uid === -1 ? member.uid : uid, gid: gid === -1 ? member.gid : gid };
}

function* show(io: Io, options: Options, member: CpioMember): Routine<void> {
  if (options.has("t") && options.has("v")) yield* io.out.line(longLine(member, zoneOf(io.env.get("TZ"))));
  else if (options.has("t") || options.has("v")) yield* io.out.line(member.name);
}
