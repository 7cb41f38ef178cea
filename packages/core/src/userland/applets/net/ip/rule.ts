/** `ip rule`: which packets are looked up in which table. @see ip-rule(8), busybox networking/libiproute/iprule.c */
import {
  netlink_get,
  type Routine,
  RULE_ACTIONS,
  type RuleChange,
  type RuleInfo,
  type RulePrefix,
} from "../../../../abi/index.ts";
import { bitsOf, familyOf } from "../../../../lib/index.ts";
import { showUsage } from "../../../getopt.ts";
import type { Io } from "../../../io.ts";
import { ROUTE_TYPES, routeType, tableName, tableNumber } from "./route-names.ts";
import { addressOrDie, invalidArgument, ipFamily, matching, prefixOrDie, type Style, talk, valueOf } from "./words.ts";

const COMMANDS = ["add", "delete", "list", "show"] as const;
/** In the order in which a beginning of the word is looked for. */
const SELECTORS = [
  ...(["from", "to", "preference", "order", "priority", "tos", "fwmark", "realms", "table", "lookup"] as const),
  ...(["dev", "iif", "nat", "map-to", "type", "help"] as const),
];
const NAT = ROUTE_TYPES.indexOf("nat");
const EVERY_BIT = 0xffff_ffff;

type Change = { -readonly [Field in keyof RuleChange]: RuleChange[Field] };

export function* rule(io: Io, style: Style, words: string[]): Routine<number> {
  const first = words.shift();
  if (first === undefined) return yield* list(io, style, words);
  const command = matching(COMMANDS, first);
  if (command === undefined) return yield* invalidArgument(io, first, "ip");
  return command === "add" || command === "delete"
    ? yield* modify(io, style, words, command === "add" ? "rule-add" : "rule-del")
    : yield* list(io, style, words);
}

function* list(io: Io, style: Style, words: string[]): Routine<number> {
  if (words.length > 0) {
    yield* io.warn("ignoring all arguments");
    return 255;
  }
  const family = ipFamily(style) ?? 4;
  const { rules } = yield* netlink_get();
  for (const one of rules) if (one.family === family) yield* io.out.write(`${format(one)}\n`);
  return 0;
}

function format({ priority, from, to, device, tos, mark, markMask, table, realms, action }: RuleInfo): string {
  const mask = markMask === EVERY_BIT ? "" : `/${hexadecimal(markMask)}`;
  return [
    `${priority}:\tfrom ${from === undefined ? "all" : shown(from)} `,
    to === undefined ? "" : `to ${shown(to)} `,
    tos === 0 ? "" : `tos ${tos} `,
    mark === 0 && markMask === 0 ? "" : `fwmark ${hexadecimal(mark)}${mask} `,
    device === undefined ? "" : `iif ${device} `,
    `lookup ${tableName(table)} `,
    realms > 0xffff ? `realms ${realms >>> 16}/` : "",
    realms === 0 ? "" : `${realms & 0xffff} `,
    action === RULE_ACTIONS.lookup ? "" : action === NAT ? "masquerade" : (ROUTE_TYPES[action] ?? String(action)),
  ].join("");
}

const shown = ({ address, length }: RulePrefix): string =>
  length === bitsOf(familyOf(address)) ? address : `${address}/${length}`;

/** As printf's `%#x`. */
const hexadecimal = (number: number): string => (number === 0 ? "0" : `0x${number.toString(16)}`);

function* modify(io: Io, style: Style, words: string[], kind: Change["kind"]): Routine<number> {
  const change: Change = { kind, family: ipFamily(style) ?? 4 };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const selector = matching(SELECTORS, word);
    if (selector === undefined) return yield* invalidArgument(io, word, "ip");
    if (selector === "help") return yield* showUsage(io);
    yield* select(io, style, change, selector, yield* valueOf(io, words));
  }
  return yield* talk(io, change);
}

function* select(
  io: Io,
  style: Style,
  change: Change,
  selector: Exclude<(typeof SELECTORS)[number], "help">,
  text: string,
): Routine<void> {
  switch (selector) {
    case "from":
    case "to":
      change[selector] = yield* prefixOrDie(io, text, ipFamily(style));
      return;
    case "preference":
    case "order":
    case "priority":
      change.priority = yield* numberOrDie(io, text, "preference");
      return;
    case "tos":
      change.tos = yield* serviceOrDie(io, text);
      return;
    case "fwmark": {
      const slash = text.indexOf("/");
      change.mark = yield* numberOrDie(io, slash < 0 ? text : text.slice(0, slash), "fwmark");
      if (slash >= 0) change.markMask = yield* numberOrDie(io, text.slice(slash + 1), "fwmask");
      return;
    }
    case "realms":
      change.realms = yield* realmsOrDie(io, text);
      return;
    case "table":
    case "lookup":
      change.table = tableNumber(text) ?? (yield* invalidArgument(io, text, "table ID"));
      return;
    case "dev":
    case "iif":
      change.device = text;
      return;
    case "nat":
    case "map-to":
      // Linux has not translated so since 2.6: it keeps the kind of rule, and forgets the address.
      yield* addressOrDie(io, text, 4);
      change.action = NAT;
      return;
    case "type":
      change.action = routeType(text) ?? (yield* invalidArgument(io, text, "type"));
  }
}

/** As strtoul with base 0 reads it. */
function* numberOrDie(io: Io, text: string, what: string): Routine<number> {
  const number = /^(0x[\da-f]+|\d+)$/i.test(text)
    ? Number(/^0\d/.test(text) ? `0o${text.slice(1)}` : text)
    : Number.NaN;
  return number <= EVERY_BIT ? number : yield* invalidArgument(io, text, what);
}

/** Hexadecimal, with or without saying so. */
function* serviceOrDie(io: Io, text: string): Routine<number> {
  const number = /^(0x)?[\da-f]+$/i.test(text) ? Number.parseInt(text, 16) : Number.NaN;
  return number <= 0xff ? number : yield* invalidArgument(io, text, "TOS");
}

/** `TO`, or `FROM/TO`. */
function* realmsOrDie(io: Io, text: string): Routine<number> {
  const [, from = "0", to = ""] = /^(?:(\d+)\/)?(\d+)$/.exec(text) ?? [];
  if (to === "" || Number(from) > 0xff || Number(to) > 0xff) return yield* invalidArgument(io, text, "realms");
  return Number(from) * 0x1_0000 + Number(to);
}
