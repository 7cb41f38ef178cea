/** A device as ip shows it. */
import { LINK_FLAGS, type LinkInfo } from "../../../../abi/index.ts";
import type { Style } from "./words.ts";

const LOOPBACK_MAC = "00:00:00:00:00:00";
const BROADCAST_MAC = "ff:ff:ff:ff:ff:ff";

/** The name with the other end of a pair, `eth0@if7`. */
function fullName(link: LinkInfo, all: readonly LinkInfo[]): string {
  if (link.peerIndex === undefined) return link.name;
  const peer = peerOf(link, all);
  return `${link.name}@${peer?.name ?? `if${link.peerIndex}`}`;
}

/** The other end, if it is in this namespace too. */
function peerOf(link: LinkInfo, all: readonly LinkInfo[]): LinkInfo | undefined {
  return all.find((one) => one.index === link.peerIndex && one.peerIndex === link.index && one.kind === "veth");
}

function flagsOf(link: LinkInfo, all: readonly LinkInfo[]): string {
  const { multicast, noArp } = LINK_FLAGS;
  const flags = link.up && !link.running ? ["NO-CARRIER"] : [];
  flags.push(link.kind === "loopback" ? "LOOPBACK" : "BROADCAST");
  if ((link.flags & multicast) !== 0) flags.push("MULTICAST");
  if ((link.flags & noArp) !== 0) flags.push("NOARP");
  if (link.up) flags.push("UP");
  if (link.up && link.running) flags.push("LOWER_UP");
  const nameless = link.flags & ~(multicast | noArp);
  const text = `${flags.join(",")}${nameless === 0 ? "" : nameless.toString(16)}`;
  const isDown = link.peerIndex !== undefined && peerOf(link, all)?.up !== true;
  return isDown ? `${text},M-DOWN` : text;
}

/** How packets wait on it: not at all, or nowhere as long as it was never up. */
export const disciplineOf = (link: LinkInfo): string => (link.used ? "noqueue" : "noop");

/** One or two lines. */
export function linkText(link: LinkInfo, all: readonly LinkInfo[], { family, oneLine }: Style): string {
  const qdisc = family === 6 ? "" : `qdisc ${disciplineOf(link)} `;
  const master = link.master === undefined ? "" : `master ${link.master} `;
  const length = link.queueLength === 0 ? "" : `qlen ${link.queueLength}`;
  const first = `${link.index}: ${fullName(link, all)}: <${flagsOf(link, all)}> mtu ${link.mtu} ${qdisc}${master}${length}`;
  if (family === 4 || family === 6) return `${first}\n`;
  const [kind, broadcast] = link.kind === "loopback" ? ["loopback", LOOPBACK_MAC] : ["ether", BROADCAST_MAC];
  return `${first}${oneLine ? "\\" : "\n"}    link/${kind} ${link.mac} brd ${broadcast}\n`;
}
