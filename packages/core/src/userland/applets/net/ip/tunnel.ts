/**
 * `ip tunnel`: tunnels, which the kernel here has no part for: there are none, and none can be made.
 *
 * @see ip-tunnel(8), busybox networking/libiproute/iptunnel.c
 */
import { Errno, type Routine } from "../../../../abi/index.ts";
import { AppletExit, type Io } from "../../../io.ts";
import { integerOrDie } from "../../../number.ts";
import { addressOrDie, invalidArgument, matching, valueOf } from "./words.ts";

const COMMANDS = ["add", "change", "delete", "show", "list", "lst"] as const;
const MODES: ReadonlySet<string> = new Set(["ipip", "ip/ip", "gre", "gre/ip", "sit", "ipv6/ip"]);
const TTL_MAX = 255;
/** A list of tunnels of one mode fails with what the call returned. */
const FAILED_LIST = 255;

interface Wanted {
  readonly name: string | undefined;
  readonly mode: string | undefined;
}

export function* tunnel(io: Io, words: string[]): Routine<number> {
  const first = words.shift() ?? "show";
  const command = matching(COMMANDS, first);
  if (command === undefined) return yield* invalidArgument(io, first, "ip");
  const { name, mode } = yield* readWords(io, words);
  const missing = new Errno("ENODEV");
  switch (command) {
    case "add":
      if (mode === undefined) return yield* io.die("can't determine tunnel mode (ipip, gre or sit)");
      return yield* io.pdie("SIOCADDTUNNEL", missing);
    case "change":
      if (name === undefined && mode === undefined) {
        return yield* io.die("can't determine tunnel mode (ipip, gre or sit)");
      }
      return yield* io.pdie("SIOCGETTUNNEL", missing);
    case "delete":
      return yield* io.pdie("SIOCDELTUNNEL", missing);
    default:
      if (mode === undefined) return 0;
      yield* io.perror("SIOCGETTUNNEL", missing);
      throw new AppletExit(FAILED_LIST);
  }
}

function* readWords(io: Io, words: string[]): Routine<Wanted> {
  let name: string | undefined;
  let mode: string | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "mode") {
      mode = yield* valueOf(io, words);
      if (!MODES.has(mode)) return yield* io.die("can't guess tunnel mode");
    } else if (word === "remote" || word === "local") {
      yield* addressOrDie(io, yield* valueOf(io, words), undefined, "IP");
    } else if (word === "ttl" || word === "hoplimit") {
      const ttl = yield* valueOf(io, words);
      if (ttl !== "inherit" && (yield* integerOrDie(io, ttl)) > TTL_MAX) return yield* invalidArgument(io, ttl, "TTL");
    } else {
      const given = word === "name" ? yield* valueOf(io, words) : word;
      if (name !== undefined) return yield* io.die(`either "name" is duplicate, or "${given}" is garbage`);
      name = given;
    }
  }
  return { name, mode };
}
