/** Streams to and from other hosts, with the messages that libbb prints when they cannot be had. */
import { bind, connect, Errno, listen, type Routine, setsockopt, socket } from "../../abi/index.ts";
import { familyOf, type IpFamily } from "../../lib/index.ts";
import type { Io } from "../io.ts";
import { resolve } from "./host-names.ts";
import { domainOf, splitHostPort } from "./inet-address.ts";
import { portOrDie } from "./services.ts";

export interface Target {
  readonly address: string;
  readonly port: number;
}

/** The address of a host, with the port that its text or `port` names. Ends the applet if there is none. */
export function* hostOrDie(io: Io, text: string, port: number, family?: IpFamily): Routine<Target> {
  const written = splitHostPort(text);
  const chosen = yield* portOrDie(io, written.port, port);
  const [address] = yield* resolve(written.host, family);
  if (address === undefined) return yield* io.die(`bad address '${text}'`);
  return { address, port: chosen };
}

/** Connects a new stream. */
export function* connectOrDie(io: Io, target: Target): Routine<number> {
  const domain = domainOf(target.address);
  const fd = yield* socket(domain, "stream");
  const failure = yield* connect(fd, { family: domain, ...target }).attempt();
  if (!(failure instanceof Errno)) return fd;
  const to = familyOf(target.address) === 4 ? ` (${target.address})` : "";
  return yield* io.pdie(`can't connect to remote host${to}`, failure);
}

/** A socket that listens; without an address on all of them, IPv6 and IPv4. */
export function* listenOrDie(
  io: Io,
  at: { readonly address?: string; readonly port: number },
  backlog: number,
): Routine<number> {
  const address = at.address ?? "::";
  const fd = yield* socket(domainOf(address), "stream");
  yield* setsockopt(fd, "SO_REUSEADDR", 1);
  yield* bindOrDie(io, fd, { address, port: at.port });
  yield* listen(fd, backlog);
  return fd;
}

function* bindOrDie(io: Io, fd: number, { address, port }: Target): Routine<void> {
  const failure = yield* bind(fd, { family: domainOf(address), address, port }).attempt();
  if (failure instanceof Errno) yield* io.pdie("bind", failure);
}
