/** `ip neigh`: the neighbour table. @see ip-neighbour(8) */
import { type NeighbourInfo, netlink_get, netlink_set, type Routine } from "../../../../abi/index.ts";
import { familyOf, type IpPrefix, inPrefix } from "../../../../lib/index.ts";
import type { Io } from "../../../io.ts";
import {
  checkDevice,
  invalidArgument,
  ipFamily,
  matching,
  prefixOrDie,
  requires,
  type Style,
  valueOf,
} from "./words.ts";

const COMMANDS = ["show", "flush"] as const;
/** States in which no timer holds an entry. */
const UNREFERENCED: ReadonlySet<NeighbourInfo["state"]> = new Set(["stale", "failed", "permanent"]);

export function* neighbour(io: Io, style: Style, words: string[]): Routine<number> {
  const first = words.shift();
  const command = first === undefined ? "show" : matching(COMMANDS, first);
  if (command === undefined) return yield* invalidArgument(io, first ?? "", "ip");
  if (command === "flush" && words.length === 0) return yield* requires(io, "ip neigh flush");
  let device: string | undefined;
  let to: IpPrefix | undefined;
  let state: string | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "dev") device = yield* valueOf(io, words);
    else if (word === "nud") state = yield* valueOf(io, words);
    else to = yield* prefixOrDie(io, word === "to" ? yield* valueOf(io, words) : word, ipFamily(style));
  }
  if (device !== undefined) yield* checkDevice(io, device);
  const { neighbours } = yield* netlink_get();
  const wanted = neighbours.filter(
    (one) =>
      (device === undefined || one.device === device) &&
      (to === undefined || inPrefix(to, one.address)) &&
      (state === undefined || state === "all" || one.state === state) &&
      (ipFamily(style) === undefined || familyOf(one.address) === ipFamily(style)),
  );
  if (command === "flush" && wanted.length === 0) yield* io.out.line("Nothing to flush");
  for (const one of wanted.toReversed()) {
    yield* io.out.write(format(one, device !== undefined));
    if (command !== "flush") continue;
    yield* netlink_set({ kind: "neighbour-del", device: one.device, address: one.address }).attempt();
  }
  if (command === "flush" && wanted.length > 0) {
    yield* io.out.write(
      `\n*** Round 1, deleting ${wanted.length} entries ***\n*** Flush is complete after 1 round(s) ***\n`,
    );
  }
  return 0;
}

/** A device that all lines were asked to have in common is left out. */
function format({ device, address, mac, state, probes }: NeighbourInfo, onDevice: boolean): string {
  const references = UNREFERENCED.has(state) ? "" : " ref 1";
  const where = `${mac === undefined ? "" : `lladdr ${mac}`}${references}`;
  return `${address} ${onDevice ? "" : `dev ${device} `}${where} used 0/0/0 probes ${probes} ${state.toUpperCase()}\n`;
}
