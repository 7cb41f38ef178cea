/** ar: list and extract archives of object files. @see ar(1), ar(5) */
import { type Routine, S_IFREG } from "../../../abi/index.ts";
import { fromByteString, latin1 } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { civilOf, strftime, type Zone, zoneOf } from "../../dates.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { Io } from "../../io.ts";
import { modeString } from "../../mode.ts";
import { openOrDie } from "../../or-die.ts";
import { Extractor } from "./extract.ts";
import { type Member, Selection } from "./member.ts";
import { Source } from "./source.ts";

export const MAGIC = "!<arch>\n";
const HEADER_SIZE = 60;
const HEADER_END = "`\n";

export const ar: Applet = function* (io) {
  const [name = "ar", first = "", ...rest] = io.argv;
  const argv = first === "" || first.startsWith("-") ? io.argv : [name, `-${first}`, ...rest];
  const options = yield* getopt(new Io(name, argv, io.env), "vocxtp");
  const [archive, ...names] = options.operands;
  const modes = ["x", "t", "p"].filter((letter) => options.has(letter));
  if (modes.length !== 1 || archive === undefined) return yield* showUsage(io);
  const fd = yield* openOrDie(io, archive);
  const source = new Source(io, fd, { canSeek: true });
  if (latin1(yield* source.need(MAGIC.length)) !== MAGIC) yield* io.die("invalid ar magic");
  const reader = new ArReader(io, source);
  const selection = new Selection(names);
  const extractor = new Extractor(io, source, {
    existing: "keep",
    makesParents: false,
    restoresTime: options.has("o"),
    restoresOwner: true,
    restoresMode: true,
    numericOwner: true,
    strippedComponents: 0,
  });
  for (let member = yield* reader.next(); member !== undefined; member = yield* reader.next()) {
    if (!selection.wantsExactly(member.name)) yield* source.skip(member.size);
    else yield* handle(io, options, { member, source, extractor });
    yield* source.align(2);
  }
  return 0;
};

function* handle(
  io: Io,
  options: Options,
  { member, source, extractor }: { readonly member: Member; readonly source: Source; readonly extractor: Extractor },
): Routine<void> {
  if (options.has("v")) yield* io.out.line(arLine(member, zoneOf(io.env.get("TZ"))));
  else if (options.has("t")) yield* io.out.line(member.name);
  if (options.has("x")) return yield* extractor.extract(member);
  if (options.has("t")) return yield* source.skip(member.size);
  yield* source.copyTo(1, member.size);
}

/** A member as ar lists it: the kind of file is left out, as there is but one. */
function arLine({ mode, uid, gid, size, mtimeUs, name }: Member, zone: Zone): string {
  const time = strftime("%b %e %H:%M %Y", civilOf(mtimeUs, zone));
  return `${modeString(mode).slice(1)} ${uid}/${gid}${String(size).padStart(7)} ${time} ${name}`;
}

/** Member by member; their contents are the source's next bytes. */
export class ArReader {
  readonly #io: Io;
  readonly #source: Source;
  /** GNU's table of long names. */
  #longNames = "";

  constructor(io: Io, source: Source) {
    this.#io = io;
    this.#source = source;
  }

  *next(): Routine<Member | undefined> {
    for (;;) {
      const bytes = yield* this.#source.take(HEADER_SIZE);
      if (bytes.length === 0) return undefined;
      if (bytes.length < HEADER_SIZE) yield* this.#io.die("short read");
      const text = latin1(bytes);
      if (text.slice(58) !== HEADER_END) yield* this.#io.die("invalid ar header");
      const number = (at: number, size: number, base: number): number =>
        Number.parseInt(text.slice(at, at + size), base) || 0;
      const size = number(48, 10, 10);
      const name = text.slice(0, 16).trimEnd();
      if (name === "//") {
        this.#longNames = latin1(yield* this.#source.need(size));
        yield* this.#source.align(2);
        continue;
      }
      if (name === "/") {
        yield* this.#source.skip(size);
        yield* this.#source.align(2);
        continue;
      }
      return {
        name: fromByteString(this.#fullName(name)),
        mode: S_IFREG | (number(40, 8, 8) & 0o7777),
        uid: number(28, 6, 10),
        gid: number(34, 6, 10),
        userName: "",
        groupName: "",
        mtimeUs: number(16, 12, 10) * 1e6,
        size,
        linkTarget: undefined,
        device: 0,
      };
    }
  }

  /** `/12` is a place in the table; other names end in a slash. */
  #fullName(name: string): string {
    const place = /^\/(\d+)$/.exec(name)?.[1];
    if (place === undefined) return name.replace(/\/$/, "");
    return /^[^/\n]*/.exec(this.#longNames.slice(Number(place)))?.[0] ?? "";
  }
}
