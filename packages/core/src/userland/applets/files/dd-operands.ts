/** The operands of dd(1): `bs=4k conv=notrunc,sync`. */
import type { Routine } from "../../../abi/index.ts";
import { ownValue } from "../../../lib/index.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { DATA_SUFFIXES, INT64_MAX, numberOrDie } from "./number.ts";

export interface DdOperands {
  readonly input: string | undefined;
  readonly output: string | undefined;
  /** Bytes. */
  readonly inputBlock: number;
  readonly outputBlock: number;
  /** Input blocks, or bytes with `count_bytes`; all if not given. */
  readonly count: number | undefined;
  readonly skip: number;
  readonly seek: number;
  /** The words of conv=, iflag=, oflag= and status=. */
  readonly flags: ReadonlySet<string>;
}

const DEFAULT_BLOCK = 512;
const NUMBERS = ["bs", "ibs", "obs", "count", "skip", "seek"];
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  conv: ["notrunc", "sync", "noerror", "fsync", "swab"],
  iflag: ["skip_bytes", "count_bytes", "fullblock", "direct"],
  oflag: ["seek_bytes", "append", "direct"],
  status: ["none", "noxfer"],
};

/** Reads the operands in their order; the first wrong one ends the applet. */
export function* ddOperands(io: Io): Routine<DdOperands> {
  const numbers = new Map<string, number>();
  const flags = new Set<string>();
  const files = new Map<string, string>();
  for (const word of io.argv.slice(1)) {
    if (word === "--") continue;
    const equals = word.indexOf("=");
    if (equals < 0) return yield* showUsage(io);
    const name = word.slice(0, equals);
    const value = word.slice(equals + 1);
    const known = ownValue(FLAGS, name);
    if (NUMBERS.includes(name)) {
      const size = yield* sizeOrDie(io, name, value);
      if (name !== "bs") numbers.set(name, size);
      else numbers.set("ibs", size).set("obs", size);
    } else if (name === "if" || name === "of") files.set(name, value);
    else if (known === undefined) return yield* showUsage(io);
    else {
      for (const flag of name === "status" ? [value] : value.split(",")) {
        if (!known.includes(flag)) return yield* io.die(`invalid argument '${flag}' to '${name}'`);
        flags.add(flag);
      }
    }
  }
  return {
    input: files.get("if"),
    output: files.get("of"),
    inputBlock: numbers.get("ibs") ?? DEFAULT_BLOCK,
    outputBlock: numbers.get("obs") ?? DEFAULT_BLOCK,
    count: numbers.get("count"),
    skip: numbers.get("skip") ?? 0,
    seek: numbers.get("seek") ?? 0,
    flags,
  };
}

function* sizeOrDie(io: Io, name: string, text: string): Routine<number> {
  const range = name.endsWith("bs") ? { least: 1, most: INT64_MAX } : {};
  return yield* numberOrDie(io, text, { suffixes: DATA_SUFFIXES, ...range });
}
