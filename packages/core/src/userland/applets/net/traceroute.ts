/** traceroute: the way to a host, by packets that die on it. @see traceroute(8); it sends echoes, as with -I */
import {
  clock_gettime,
  Errno,
  getpid,
  netlink_route,
  POLLIN,
  poll,
  type ReceivedIcmp,
  type Routine,
  recvicmp,
  sendicmp,
  setsockopt,
  socket,
} from "../../../abi/index.ts";
import { familyOf, type IpFamily } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { nameOf, resolve } from "../../net/host-names.ts";
import { unsignedOrDie } from "../../number.ts";
import { numberOrDie } from "../files/number.ts";
import { checkSource } from "./ping.ts";

const HEADER_4 = 46;
const HEADER_6 = 72;

export const traceroute: Applet = (io) => run(io, undefined);
export const traceroute6: Applet = (io) => run(io, 6);

function* run(io: Io, only: IpFamily | undefined): Routine<number> {
  const options = yield* getopt(io, "46FIlnrdvxt:i:m:p:q:s:w:z:f:");
  const [host, size] = options.operands;
  if (host === undefined) return yield* showUsage(io);
  const number = function* (letter: string, usual: number): Routine<number> {
    const text = options.value(letter);
    return text === undefined ? usual : yield* numberOrDie(io, text);
  };
  const hops = yield* number("m", 30);
  const queries = yield* number("q", 3);
  const waitUs = (yield* number("w", 3)) * 1_000_000;
  const firstText = options.value("f");
  const first = firstText === undefined ? 1 : yield* unsignedOrDie(io, firstText, 1, hops);
  const [address] = yield* resolve(host, only ?? (options.has("6") ? 6 : options.has("4") ? 4 : undefined));
  if (address === undefined) return yield* io.die(`bad address '${host}'`);
  const four = familyOf(address) === 4;
  const fd = yield* attempt(socket(four ? "inet" : "inet6", "raw", four ? "icmp" : "icmp6"));
  if (fd instanceof Errno) return yield* io.pdie("socket", fd);
  const source = options.value("s");
  if (source !== undefined) yield* checkSource(io, source);
  const device = options.value("i");
  const unbound = device === undefined ? undefined : yield* setsockopt(fd, "SO_BINDTODEVICE", device).attempt();
  if (unbound instanceof Errno) yield* io.perror(`can't bind to interface ${device}`, unbound);
  const bytes = size === undefined ? (four ? HEADER_4 : HEADER_6) : yield* numberOrDie(io, size);
  const route = yield* netlink_route(address).attempt();
  if (route instanceof Errno) return yield* io.pdie(`can't connect to remote host (${address})`, route);
  yield* io.out.write(`traceroute to ${host} (${address}), ${hops} hops max, ${bytes} byte packets\n`);
  yield* io.out.flush();
  const id = (yield* getpid()) & 0xffff;
  let sequence = 0;
  for (let ttl = first; ttl <= hops; ttl++) {
    yield* io.out.write(String(ttl).padStart(2));
    let last: string | undefined;
    let arrived = false;
    for (let query = 0; query < queries; query++) {
      yield* setsockopt(fd, "IP_TTL", ttl);
      const startUs = yield* clock_gettime("monotonic");
      const echo = { type: "echo-request", code: 0, id, sequence: ++sequence } as const;
      const failure = yield* sendicmp(fd, address, echo, new Uint8Array(Math.max(0, bytes - 28))).attempt();
      if (failure instanceof Errno) return yield* io.pdie("sendto", failure);
      const got = yield* answerTo(fd, { id, sequence, address, untilUs: startUs + waitUs });
      if (got === undefined) {
        yield* io.out.write("  *");
        continue;
      }
      if (got.from !== last) yield* io.out.write(yield* shown(got.from, options.has("n")));
      last = got.from;
      const tookUs = (yield* clock_gettime("monotonic")) - startUs;
      yield* io.out.write(`  ${Math.floor(tookUs / 1000)}.${String(tookUs % 1000).padStart(3, "0")} ms`);
      if (got.message.type === "unreachable") yield* io.out.write(["  !N", "  !H"][got.message.code] ?? "");
      arrived ||= got.message.type !== "time-exceeded";
      yield* io.out.flush();
    }
    yield* io.out.write("\n");
    if (arrived) return 0;
  }
  return 0;
}

function* shown(address: string, numeric: boolean): Routine<string> {
  return numeric ? `  ${address}` : `  ${(yield* nameOf(address)) ?? address} (${address})`;
}

interface Awaited {
  readonly id: number;
  readonly sequence: number;
  readonly address: string;
  readonly untilUs: number;
}

function* answerTo(fd: number, { id, sequence, address, untilUs }: Awaited): Routine<ReceivedIcmp | undefined> {
  for (;;) {
    const leftUs = untilUs - (yield* clock_gettime("monotonic"));
    if (leftUs <= 0) return undefined;
    const ready = yield* poll([{ fd, events: POLLIN }], leftUs);
    if (ready.length === 0) return undefined;
    const got = yield* recvicmp(fd);
    const { message, about } = got;
    const isEcho = message.type === "echo-reply" && message.id === id && message.sequence === sequence;
    const isError = about !== undefined && about.to === address && about.id === id && about.sequence === sequence;
    if (isEcho || isError) return got;
  }
}
