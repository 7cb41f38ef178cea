/** nameif: give network devices names by their hardware addresses. @see nameif(8) */
import { Errno, netlink_get, netlink_set, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io, readText } from "../../io.ts";

const TABLE = "/etc/mactab";
/** One byte of an interface's name is for the end. */
const NAME_SIZE = 16;
const MAC = /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i;

interface Wanted {
  readonly name: string;
  readonly mac: string;
}

export const nameif: Applet = function* (io) {
  const options = yield* getopt(io, "sc:");
  const { operands } = options;
  const pairs = operands.length > 0 ? inPairs(operands) : yield* tableIn(io, options.value("c") ?? TABLE);
  const wanted: Wanted[] = [];
  for (const [name, selector] of pairs) {
    if (selector === undefined) return yield* showUsage(io);
    wanted.unshift(yield* selectorOf(io, name, selector));
  }
  for (const link of (yield* netlink_get()).links) {
    const at = wanted.findIndex(({ mac }) => mac === link.mac);
    const found = wanted[at];
    if (found === undefined) continue;
    wanted.splice(at, 1);
    if (found.name !== link.name) yield* rename(io, link.name, found.name);
  }
  return 0;
};

type Pair = readonly [name: string, selector: string | undefined];

const inPairs = (words: readonly string[]): readonly Pair[] =>
  words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1]] as const] : []));

/** Two words a line; what else there is does not count. */
function* tableIn(io: Io, file: string): Routine<readonly Pair[]> {
  const text = yield* attempt(readText(file));
  if (text instanceof Errno) {
    yield* io.perror(file, text);
    return [];
  }
  return text.split("\n").flatMap((line) => {
    const [name, selector] = line
      .replace(/#.*/, "")
      .trim()
      .split(/[ \t]+/);
    return name === undefined || selector === undefined ? [] : [[name, selector] as const];
  });
}

function* selectorOf(io: Io, name: string, selector: string): Routine<Wanted> {
  if (name.length >= NAME_SIZE) return yield* io.die(`interface name '${name}' too long`);
  const text = selector.replace(/^mac=/, "");
  if (!MAC.test(text)) return yield* io.die(`can't parse ${text}`);
  const mac = text
    .toLowerCase()
    .split(":")
    .map((byte) => byte.padStart(2, "0"))
    .join(":");
  return { name, mac };
}

function* rename(io: Io, from: string, to: string): Routine<void> {
  const failure = yield* attempt(netlink_set({ kind: "link-set", name: from, newName: to }));
  if (failure instanceof Errno) yield* io.pdie(`can't change ifname ${from} to ${to}`, failure);
}
