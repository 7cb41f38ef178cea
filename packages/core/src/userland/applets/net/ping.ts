/** ping, ping6: ICMP echoes. @see busybox's ping */
import {
  clock_gettime,
  Errno,
  exit,
  getpid,
  type IcmpInfo,
  netlink_get,
  netlink_route,
  POLLIN,
  poll,
  type Routine,
  recvicmp,
  SIGINT,
  sendicmp,
  setsockopt,
  sigaction,
  socket,
} from "../../../abi/index.ts";
import { familyOf, type IpFamily } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { resolve } from "../../net/host-names.ts";
import { inetAddress, zoneOf } from "../../net/inet-address.ts";
import { unsignedOrDie } from "../../number.ts";
import { durationOrDie } from "../system/duration.ts";

/** Bytes after the header of an echo. */
const MAX_SIZE = 65_535;
const SECOND = 1_000_000;
/** Seconds to wait for the first answer, after the last question. */
const DEFAULT_TIMEOUT = 10;
/** An echo carries its time of sending from this size on. */
const TIMED_SIZE = 4;
const HEADER = 8;

interface Plan {
  readonly host: string;
  readonly address: string;
  /** The device by which an address of IPv6 is meant: "fe80::1%eth0". */
  readonly zone: string | undefined;
  /** 0 is without end. */
  readonly count: number;
  readonly size: number;
  readonly intervalUs: number;
  readonly timeoutUs: number;
  readonly deadlineUs: number | undefined;
  readonly quiet: boolean;
  readonly adaptive: boolean;
  readonly pattern: number;
}

export const ping: Applet = (io) => run(io, undefined);
export const ping6: Applet = (io) => run(io, 6);

function* run(io: Io, only: IpFamily | undefined): Routine<number> {
  const options = yield* getopt(io, "qvAc:+s:t:+w:+W:+I:np:i:46");
  const [host, ...others] = options.operands;
  if (host === undefined || others.length > 0) return yield* showUsage(io);
  const plan = yield* planOf(io, options, host, only);
  const given = yield* sourceOf(io, options.value("I"));
  const source = given === undefined || familyOf(given) === familyOf(plan.address) ? given : undefined;
  const from = source === undefined ? "" : ` from ${source}`;
  const shown = plan.zone === undefined ? plan.address : `${plan.address}%${plan.zone}`;
  yield* io.out.write(`PING ${host} (${shown})${from}: ${plan.size} data bytes\n`);
  const fd = yield* openSocket(io, plan.address);
  const device = given === undefined ? (options.value("I") ?? plan.zone) : plan.zone;
  if (device !== undefined) yield* setsockopt(fd, "SO_BINDTODEVICE", device);
  if (source !== undefined) yield* checkSource(io, source);
  const ttl = options.number("t");
  if (ttl !== undefined) yield* setsockopt(fd, "IP_TTL", ttl);
  yield* setsockopt(fd, "SO_BROADCAST", 1);
  return yield* new Pinging(io, plan, fd, yield* getpid()).go();
}

function* planOf(io: Io, options: Options, host: string, only: IpFamily | undefined): Routine<Plan> {
  const family = only ?? (options.has("6") ? 6 : options.has("4") ? 4 : undefined);
  const count = options.number("c") ?? 0;
  const sizeText = options.value("s");
  const size = sizeText === undefined ? 56 : yield* unsignedOrDie(io, sizeText, 0, MAX_SIZE);
  const timeout = options.number("W") ?? DEFAULT_TIMEOUT;
  const deadline = options.number("w") ?? 0;
  const interval = options.value("i");
  const intervalUs = interval === undefined ? SECOND : yield* durationOrDie(io, interval);
  const pattern = options.value("p") ?? "0";
  if (!/^[0-9a-f]{1,2}$/i.test(pattern)) return yield* io.die(`invalid number '${pattern}'`);
  const startUs = yield* clock_gettime("monotonic");
  const [address] = yield* resolve(host, family);
  const zone = zoneOf(host);
  if (address === undefined || (zone !== undefined && !(yield* hasDevice(zone)))) {
    return yield* io.die(`bad address '${host}'`);
  }
  return {
    host,
    address,
    zone,
    count,
    size,
    intervalUs,
    timeoutUs: timeout * SECOND,
    deadlineUs: deadline === 0 ? undefined : startUs + deadline * SECOND,
    quiet: options.has("q"),
    adaptive: options.has("A"),
    pattern: Number.parseInt(pattern, 16),
  };
}

/** The address that `-I` names; `undefined` if it names a device. Ends the applet if it is neither. */
function* sourceOf(io: Io, text: string | undefined): Routine<string | undefined> {
  if (text === undefined || (yield* hasDevice(text))) return undefined;
  const address = inetAddress(text);
  return address ?? (yield* io.die(`bad address '${text}'`));
}

function* hasDevice(wanted: string): Routine<boolean> {
  const { links } = yield* netlink_get();
  return links.some(({ name }) => name === wanted);
}

/** Ends the applet if an address is none of this host's. */
export function* checkSource(io: Io, source: string): Routine<void> {
  const way = yield* netlink_route(source).attempt();
  if (way instanceof Errno || way.scope !== "host") yield* io.die("can't set multicast source interface");
}

function* openSocket(io: Io, address: string): Routine<number> {
  const four = familyOf(address) === 4;
  const fd = yield* attempt(socket(four ? "inet" : "inet6", "raw", four ? "icmp" : "icmp6"));
  if (!(fd instanceof Errno)) return fd;
  if (fd.code === "EPERM") return yield* io.die("permission denied (are you root?)");
  return yield* io.pdie("socket", fd);
}

class Pinging {
  readonly #io: Io;
  readonly #plan: Plan;
  readonly #fd: number;
  readonly #id: number;
  #sent = 0;
  #received = 0;
  #repeated = 0;
  #sumUs = 0;
  #minUs = Number.POSITIVE_INFINITY;
  #maxUs = 0;
  readonly #sentUs = new Map<number, number>();
  readonly #answered = new Set<number>();

  constructor(io: Io, plan: Plan, fd: number, id: number) {
    this.#io = io;
    this.#plan = plan;
    this.#fd = fd;
    this.#id = id & 0xffff;
  }

  *go(): Routine<number> {
    const plan = this.#plan;
    const pinging = this;
    yield* sigaction(SIGINT, function* () {
      yield* exit(yield* pinging.#end());
    });
    let nextUs = yield* this.#send();
    for (;;) {
      const nowUs = yield* clock_gettime("monotonic");
      if (nowUs >= nextUs) {
        if (this.#isLast(nowUs)) return yield* this.#end();
        nextUs = yield* this.#send();
        continue;
      }
      const ready = yield* attempt(
        poll([{ fd: this.#fd, events: POLLIN }], Number.isFinite(nextUs) ? nextUs - nowUs : undefined),
      );
      if (ready instanceof Errno || ready.length === 0) continue;
      const counts = yield* this.#receive();
      if (plan.count > 0 && this.#received >= plan.count) return yield* this.#end();
      if (counts && plan.adaptive) nextUs = yield* clock_gettime("monotonic");
    }
  }

  /** Is there nothing more to send? */
  #isLast(nowUs: number): boolean {
    const { count, deadlineUs } = this.#plan;
    return (count > 0 && this.#sent >= count) || (deadlineUs !== undefined && nowUs >= deadlineUs);
  }

  /** Sends one, and tells when to act again: for the next one, or because all answers should be there. */
  *#send(): Routine<number> {
    const { address, size, pattern, count, intervalUs, timeoutUs, deadlineUs } = this.#plan;
    const message: IcmpInfo = { type: "echo-request", code: 0, id: this.#id, sequence: this.#sent & 0xffff };
    const nowUs = yield* clock_gettime("monotonic");
    this.#sentUs.set(message.sequence, nowUs);
    const failure = yield* sendicmp(this.#fd, address, message, new Uint8Array(size).fill(pattern)).attempt();
    if (failure instanceof Errno) return yield* this.#io.pdie("sendto", failure);
    this.#sent++;
    if (count === 0 || this.#sent < count) {
      // An alarm in no time is none: nothing more is ever sent.
      if (intervalUs === 0) return Number.POSITIVE_INFINITY;
      return deadlineUs === undefined
        ? nowUs + intervalUs
        : Math.min(nowUs + intervalUs, Math.max(deadlineUs, nowUs + 1));
    }
    // All are sent: wait as long as twice the slowest answer took, or for the first one as long as was said.
    const waitUs = this.#received > 0 ? Math.max(2 * this.#maxUs, intervalUs) : timeoutUs;
    return deadlineUs === undefined ? nowUs + waitUs : Math.min(nowUs + waitUs, Math.max(deadlineUs, nowUs + 1));
  }

  /** True if it was an answer to us. */
  *#receive(): Routine<boolean> {
    const got = yield* recvicmp(this.#fd).attempt();
    if (got instanceof Errno || got.message.type !== "echo-reply" || got.message.id !== this.#id) return false;
    const { sequence } = got.message;
    const sentUs = this.#sentUs.get(sequence);
    const tripUs = sentUs === undefined ? 0 : (yield* clock_gettime("monotonic")) - sentUs;
    const timed = this.#plan.size >= TIMED_SIZE;
    if (timed) {
      this.#sumUs += tripUs;
      this.#minUs = Math.min(this.#minUs, tripUs);
      this.#maxUs = Math.max(this.#maxUs, tripUs);
    }
    const again = this.#answered.has(sequence);
    if (again) this.#repeated++;
    else {
      this.#answered.add(sequence);
      this.#received++;
    }
    if (this.#plan.quiet) return true;
    const time = timed ? ` time=${milliseconds(tripUs)} ms` : "";
    const { out } = this.#io;
    yield* out.write(
      `${got.data.length + HEADER} bytes from ${got.from}: seq=${sequence} ttl=${got.ttl}${time}${again ? " (DUP!)" : ""}\n`,
    );
    yield* out.flush();
    return true;
  }

  /** Prints the statistics. The exit code: 0 if anybody has answered. */
  *#end(): Routine<number> {
    const { out } = this.#io;
    const lost = this.#sent > 0 ? Math.floor((100 * (this.#sent - this.#received)) / this.#sent) : 0;
    yield* out.write(`\n--- ${this.#plan.host} ping statistics ---\n`);
    yield* out.write(`${this.#sent} packets transmitted, ${this.#received} packets received, `);
    if (this.#repeated > 0) yield* out.write(`${this.#repeated} duplicates, `);
    yield* out.write(`${lost}% packet loss\n`);
    if (this.#minUs !== Number.POSITIVE_INFINITY) {
      const average = Math.floor(this.#sumUs / (this.#received + this.#repeated));
      const times = [this.#minUs, average, this.#maxUs].map(milliseconds).join("/");
      yield* out.write(`round-trip min/avg/max = ${times} ms\n`);
    }
    yield* out.flush();
    return this.#received === 0 ? 1 : 0;
  }
}

const milliseconds = (us: number): string => `${Math.floor(us / 1000)}.${String(us % 1000).padStart(3, "0")}`;
