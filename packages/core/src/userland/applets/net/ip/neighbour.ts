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

const COMMANDS = ["show", "list", "flush"] as const;

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
    if (command !== "flush") yield* io.out.write(format(one));
    else yield* netlink_set({ kind: "neighbour-del", device: one.device, address: one.address }).attempt();
  }
  return 0;
}

function format({ device, address, mac, state, probes }: NeighbourInfo): string {
  const where = mac === undefined ? "" : `lladdr ${mac} ref 1`;
  return `${address} dev ${device} ${where} used 0/0/0 probes ${probes} ${state.toUpperCase()}\n`;
}
