/** ip: show or change devices, addresses, routes. @see ip(8), busybox's ip */
import type { Routine } from "../../../../abi/index.ts";
import type { Applet } from "../../../applet.ts";
import { showUsage } from "../../../getopt.ts";
import type { Io } from "../../../io.ts";
import { address } from "./address.ts";
import { link } from "./link.ts";
import { neighbour } from "./neighbour.ts";
import { route } from "./route.ts";
import { rule } from "./rule.ts";
import { tunnel } from "./tunnel.ts";
import { invalidArgument, matching, type Style } from "./words.ts";

const OBJECTS = ["address", "route", "r", "link", "tunnel", "tunl", "neigh", "rule"] as const;

export const ip: Applet = function* (io) {
  const words = io.argv.slice(1);
  let style: Style = { family: undefined, oneLine: false };
  while (words[0]?.startsWith("-")) style = yield* option(io, words, style);
  const object = words.shift();
  if (object === undefined) return yield* showUsage(io);
  const chosen = matching(OBJECTS, object);
  switch (chosen) {
    case "address":
      return yield* address(io, style, words);
    case "route":
    case "r":
      return yield* route(io, style, words);
    case "link":
      return yield* link(io, style, words);
    case "neigh":
      return yield* neighbour(io, style, words);
    case "rule":
      return yield* rule(io, style, words);
    case "tunnel":
    case "tunl":
      return yield* tunnel(io, words);
    default:
      return yield* showUsage(io);
  }
};

/** Options before the object: they may be shortened, and written with two dashes. */
function* option(io: Io, words: string[], style: Style): Routine<Style> {
  const word = (words.shift() ?? "").replace(/^--?/, "");
  if (word === "") return style;
  if (word === "4" || word === "6") return { ...style, family: word === "4" ? 4 : 6 };
  if (word === "0") return { ...style, family: "link" };
  if ("oneline".startsWith(word)) return { ...style, oneLine: true };
  if ("family".startsWith(word)) {
    const family = words.shift();
    if (family === "inet") return { ...style, family: 4 };
    if (family === "inet6") return { ...style, family: 6 };
    if (family === "link") return { ...style, family: "link" };
    return yield* invalidArgument(io, family ?? "", "family");
  }
  return yield* showUsage(io);
}
