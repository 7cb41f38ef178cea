/** ls: list directories. @see ls(1p) */
import { clock_gettime, Errno, ioctl, lstat, type Routine, stat } from "../../../abi/index.ts";
import { byteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { isDotOrDotDot, visitDirectory } from "../../directory.ts";
import { getopt, type Options } from "../../getopt.ts";
import { attempt, type Io, isatty } from "../../io.ts";
import { humanSize } from "./human.ts";
import { type Entry, Listing, timeOf } from "./ls-listing.ts";
import { joinPath } from "./paths.ts";
import { compareVersions } from "./version-order.ts";

const OPTIONS = "Cadi1lgnsxAkFpRQctuSXrvLHhqT:w:+";
const LONGS = {
  "full-time": "full-time",
  "group-directories-first": "dirs-first",
  color: "color::",
};

/** What an option switches on, and off: of options that exclude each other the last one counts. */
const EFFECTS: Readonly<Record<string, { readonly on?: string; readonly off?: string }>> = {
  n: { on: "l" },
  g: { on: "l" },
  "full-time": { on: "l" },
  t: { off: "S" },
  S: { off: "t" },
  H: { off: "L" },
  L: { off: "H" },
  C: { off: "xl1" },
  x: { off: "Cl1" },
  l: { off: "xC" },
  1: { off: "Cx" },
  c: { off: "u" },
  u: { off: "c" },
};

export const ls: Applet = function* (io) {
  const options = yield* getopt(io, OPTIONS, LONGS);
  const flags = flagsOf(options);
  const toTerminal = yield* isatty(1);
  if (!["l", "1", "x", "C"].some((flag) => flags.has(flag))) flags.add(toTerminal ? "C" : "1");
  if (!flags.has("l") && (flags.has("c") || flags.has("u"))) flags.add("t");
  const listing = new Listing(io, flags, {
    width: yield* terminalWidth(io, options),
    color: yield* usesColor(io, options, toTerminal),
    toTerminal,
    nowUs: yield* clock_gettime(),
  });
  const files = options.operands.length === 0 ? ["."] : options.operands;
  const lister = new Lister(io, flags, listing, files.length > 1);
  return yield* lister.list(files);
};

function flagsOf(options: Options): Set<string> {
  const flags = new Set<string>();
  for (const [name] of options.given) {
    flags.add(name);
    const { on = "", off = "" } = EFFECTS[name] ?? {};
    if (on !== "") flags.add(on);
    for (const flag of off) flags.delete(flag);
  }
  return flags;
}

/** Unlike -w, the terminal's width leaves its last column free. */
function* terminalWidth(io: Io, options: Options): Routine<number> {
  const given = options.number("w");
  if (given !== undefined) return given;
  const fromEnv = io.env.get("COLUMNS");
  let columns = fromEnv === undefined ? undefined : Number.parseInt(fromEnv, 10) || 0;
  if (columns === undefined) {
    const size = yield* attempt(ioctl(0, "TIOCGWINSZ"));
    if (typeof size === "object" && size !== null && "columns" in size) columns = Number(size.columns);
  }
  return (columns === undefined || columns <= 1 || columns >= 30_000 ? 80 : columns) - 1;
}

function* usesColor(io: Io, options: Options, toTerminal: boolean): Routine<boolean> {
  const when = options.value("color");
  if (when === undefined || when.startsWith("n")) return false;
  const known = ["always", "yes", "force", "auto", "tty", "if-tty"].findIndex((word) => word.startsWith(when));
  if (known < 0) return false;
  const terminal = io.env.get("TERM");
  return known < 3 || (toTerminal && terminal !== "dumb");
}

class Lister {
  readonly #io: Io;
  readonly #flags: ReadonlySet<string>;
  readonly #listing: Listing;
  readonly #names: boolean;
  #code = 0;

  constructor(io: Io, flags: ReadonlySet<string>, listing: Listing, namesDirectories: boolean) {
    this.#io = io;
    this.#flags = flags;
    this.#listing = listing;
    this.#names = namesDirectories || (flags.has("R") && !flags.has("d"));
  }

  *list(paths: readonly string[]): Routine<number> {
    const entries: Entry[] = [];
    const followsOperands = this.#flags.has("H") || !["l", "i", "s", "F"].some((flag) => this.#flags.has(flag));
    for (const path of paths) {
      const entry = yield* this.#look(path, path, followsOperands);
      if (entry !== undefined) entries.push(entry);
    }
    if (this.#flags.has("d")) {
      if (entries.length > 0) yield* this.#listing.show(this.#sorted(entries));
      return this.#code;
    }
    const files = entries.filter((entry) => entry.stat.type !== "dir");
    const directories = entries.filter((entry) => entry.stat.type === "dir");
    if (files.length > 0) yield* this.#listing.show(this.#sorted(files));
    yield* this.#directories(this.#sorted(directories), files.length === 0);
    return this.#code;
  }

  *#directories(directories: readonly Entry[], isFirst: boolean): Routine<void> {
    let first = isFirst;
    const waiting = [...directories].reverse();
    for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
      const { path } = directory;
      if (this.#names) {
        if (!first) yield* this.#io.out.write("\n");
        first = false;
        yield* this.#io.out.line(`${path}:`);
      }
      const entries = yield* this.#scan(path);
      if (this.#flags.has("s") || this.#flags.has("l")) yield* this.#total(entries);
      if (entries.length === 0) continue;
      const sorted = this.#sorted(entries);
      yield* this.#listing.show(sorted);
      if (!this.#flags.has("R")) continue;
      const below = sorted.filter(({ stat, name }) => stat.type === "dir" && !isDotOrDotDot(name));
      waiting.push(...below.reverse());
    }
  }

  *#scan(path: string): Routine<Entry[]> {
    const entries: Entry[] = [];
    const lister = this;
    const failure = yield* attempt(
      visitDirectory(path, function* (some) {
        for (const { name } of some) {
          const entry = lister.#hides(name) ? undefined : yield* lister.#look(joinPath(path, name), name, false);
          if (entry !== undefined) entries.push(entry);
        }
      }),
    );
    if (!(failure instanceof Errno)) return entries;
    yield* this.#io.perror(`can't open '${path}'`, failure);
    this.#code = 1;
    return [];
  }

  #hides(name: string): boolean {
    if (!name.startsWith(".") || this.#flags.has("a")) return false;
    return !this.#flags.has("A") || isDotOrDotDot(name);
  }

  *#look(path: string, name: string, follows: boolean): Routine<Entry | undefined> {
    const followed = follows || this.#flags.has("L");
    const found = yield* attempt(followed ? stat(path) : lstat(path));
    if (!(found instanceof Errno)) return { path, name, stat: found, followed };
    yield* this.#io.perror(path, found);
    this.#code = 1;
    return undefined;
  }

  *#total(entries: readonly Entry[]): Routine<void> {
    const blocks = entries.reduce((sum, { stat }) => sum + stat.blocks, 0);
    const kibibytes = Math.floor((blocks + 1) / 2);
    const text = this.#flags.has("h") ? humanSize(kibibytes * 1024, { decimals: false }).padEnd(7) : String(kibibytes);
    yield* this.#io.out.line(`total ${text}`);
  }

  #sorted(entries: readonly Entry[]): readonly Entry[] {
    const order = this.#order();
    const sign = this.#flags.has("r") ? -1 : 1;
    const keyed = entries.map((entry) => ({ entry, key: byteString(entry.name) }));
    keyed.sort((a, b) => sign * (order(a.entry, b.entry) || compareText(a.key, b.key)));
    return keyed.map(({ entry }) => entry);
  }

  #order(): (a: Entry, b: Entry) => number {
    const rank = this.#rank();
    if (!this.#flags.has("dirs-first")) return rank;
    const isFile = ({ stat }: Entry): number => (stat.type === "dir" ? 0 : 1);
    return (a, b) => isFile(a) - isFile(b) || rank(a, b);
  }

  /** What comes first; names decide between equals. */
  #rank(): (a: Entry, b: Entry) => number {
    if (this.#flags.has("S")) return (a, b) => b.stat.size - a.stat.size;
    if (this.#flags.has("t")) {
      const seconds = (entry: Entry): number => Math.floor(timeOf(entry.stat, this.#flags) / 1_000_000);
      return (a, b) => seconds(b) - seconds(a);
    }
    if (this.#flags.has("v")) return (a, b) => compareVersions(byteString(a.name), byteString(b.name));
    if (this.#flags.has("X")) return (a, b) => compareText(extension(a.name), extension(b.name));
    return () => 0;
  }
}

/** From the first dot on. */
function extension(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? "" : byteString(name.slice(dot));
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
