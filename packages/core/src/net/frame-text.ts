/** A frame in a line, much as tcpdump prints it with -n. @see tcpdump(8) */
import { familyOf } from "../lib/index.ts";
import { type Frame, type IcmpMessage, isPacket, type Packet, type Solicitation, type TcpSegment } from "./packet.ts";

export function frameText({ payload }: Frame): string {
  return isPacket(payload) ? packetText(payload) : neighbourText(payload);
}

function neighbourText({ answer, senderAddress, senderMac, target }: Solicitation): string {
  if (familyOf(target) === 4) {
    return answer
      ? `ARP, Reply ${senderAddress} is-at ${senderMac}`
      : `ARP, Request who-has ${target} tell ${senderAddress}`;
  }
  return answer
    ? `IP6 ${senderAddress} > ${target}: ICMP6, neighbor advertisement, tgt is ${senderAddress}`
    : `IP6 ${senderAddress} > ${target}: ICMP6, neighbor solicitation, who has ${target}`;
}

function packetText({ source, destination, body }: Packet): string {
  const family = familyOf(source);
  const name = family === 4 ? "IP" : "IP6";
  if (body.protocol === "icmp")
    return `${name} ${source} > ${destination}: ICMP${family === 6 ? "6" : ""} ${icmpText(body)}`;
  const ends = `${name} ${source}.${body.sourcePort} > ${destination}.${body.port}`;
  return body.protocol === "udp" ? `${ends}: UDP, length ${body.data.length}` : `${ends}: ${tcpText(body)}`;
}

function tcpText({ syn, ack, fin, rst, sequence, acknowledges, window, data }: TcpSegment): string {
  const flags = `${fin ? "F" : ""}${syn ? "S" : ""}${rst ? "R" : ""}${data.length > 0 ? "P" : ""}${ack ? "." : ""}`;
  const range = data.length === 0 ? `${sequence}` : `${sequence}:${sequence + data.length}`;
  const acked = ack ? `, ack ${acknowledges}` : "";
  return `Flags [${flags}], seq ${range}${acked}, win ${window}, length ${data.length}`;
}

function icmpText({ type, code, id, sequence, data }: IcmpMessage): string {
  if (type === "echo-request" || type === "echo-reply") {
    return `echo ${type.slice("echo-".length)}, id ${id}, seq ${sequence}, length ${data.length + 8}`;
  }
  return type === "time-exceeded" ? "time exceeded in-transit" : `unreachable, code ${code}`;
}
