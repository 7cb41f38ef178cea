/**
 * ICMP messages that come in: echoes are answered, errors go to the sockets whose packets caused them, and raw sockets
 * see everything.
 *
 * @see icmp(7), net/ipv4/icmp.c
 */
import { Errno } from "../abi/index.ts";
import type { NetStack } from "./net-stack.ts";
import { HOST_UNREACHABLE, type IcmpMessage, NET_UNREACHABLE, type Packet } from "./packet.ts";
import type { UdpSocket } from "./udp-socket.ts";

export interface Delivery {
  readonly stack: NetStack;
  /** Sends a packet, if there is a way. */
  reply(packet: Packet): void;
  /** The sockets that may have sent a packet. */
  udpSockets(about: Packet): readonly UdpSocket[];
}

export function deliverIcmp(delivery: Delivery, packet: Packet, message: IcmpMessage): void {
  const { stack } = delivery;
  for (const socket of [...stack.raw]) socket.deliver(packet, message);
  if (message.type === "echo-request") answerEcho(delivery, packet, message);
  else if (message.about !== undefined) reportError(delivery, message, message.about);
}

function answerEcho({ stack, reply }: Delivery, { source, destination }: Packet, message: IcmpMessage): void {
  if (!stack.isLocal(destination) || stack.isBroadcast(destination)) return;
  if (Number(stack.sysctl("net.ipv4.icmp_echo_ignore_all")) !== 0) return;
  reply({
    source: destination,
    destination: source,
    ttl: stack.ttlTo(source),
    body: { ...message, type: "echo-reply", about: undefined },
  });
}

function reportError({ stack, udpSockets }: Delivery, message: IcmpMessage, about: Packet): void {
  const error = new Errno(errnoOf(message));
  if (about.body.protocol === "tcp") stack.tcp.unreachable(about, about.body, error);
  else {
    // Who is told otherwise waits on: only a port that nobody listens on ends the matter.
    if (error.code !== "ECONNREFUSED") return;
    const to = about.body.protocol === "udp" ? about.body.port : 0;
    for (const socket of udpSockets(about)) {
      if (socket.remote?.address === about.destination && socket.remote.port === to) socket.unreachable(error);
    }
  }
}

/** @see net/ipv4/icmp.c: icmp_err_convert */
function errnoOf({ type, code }: IcmpMessage) {
  if (type === "time-exceeded" || code === HOST_UNREACHABLE) return "EHOSTUNREACH";
  return code === NET_UNREACHABLE ? "ENETUNREACH" : "ECONNREFUSED";
}
