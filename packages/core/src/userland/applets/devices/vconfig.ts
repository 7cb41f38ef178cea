/** vconfig: virtual networks on a link. @see vconfig(8), net/8021q/vlan.c */
import { socket } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { UINT_MAX, unsignedOrDie } from "../../number.ts";
import { control } from "./device.ts";

/** How many words follow each command. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ["set_name_type", 1],
  ["rem", 1],
  ["add", 2],
  ["set_flag", 3],
  ["set_egress_map", 3],
  ["set_ingress_map", 3],
]);
const NAME_TYPES = ["VLAN_PLUS_VID", "VLAN_PLUS_VID_NO_PAD", "DEV_PLUS_VID", "DEV_PLUS_VID_NO_PAD"];
const LAST_VLAN = 4095;
const LAST_QUALITY = 7;

export const vconfig: Applet = function* (io) {
  const [, command = "", ...words] = io.argv;
  if (WORDS.get(command) !== words.length) return yield* showUsage(io);
  const [device = "", number = "", quality = ""] = words;
  if (command === "set_name_type" && !NAME_TYPES.includes(device)) return yield* showUsage(io);
  if (command === "add") yield* unsignedOrDie(io, number, 0, LAST_VLAN);
  if (command === "set_flag") yield* unsignedOrDie(io, number, 0, 1);
  if (command.endsWith("_map")) yield* unsignedOrDie(io, number, 0, UINT_MAX);
  if (words.length === 3) yield* unsignedOrDie(io, quality, 0, LAST_QUALITY);
  const fd = yield* socket("inet", "stream");
  yield* control(io, fd, "SIOCSIFVLAN", { argument: io.argv.slice(1), what: `ioctl error for ${command}` });
  return 0;
};
