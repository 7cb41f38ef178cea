/** arping: is anybody at an address of this link? @see arping(8) */
import {
  clock_gettime,
  Errno,
  nanosleep,
  netlink_get,
  type Routine,
  sendicmp,
  setsockopt,
  socket,
} from "../../../abi/index.ts";
import { familyOf } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { resolve } from "../../net/host-names.ts";
import { inetAton } from "../../net/inet-address.ts";

const SECOND = 1_000_000;
/** How often the neighbour table is looked at while an answer is awaited. */
const STEP_US = 1000;
const FAILURE = 2;
const NO_ADDRESS = "0.0.0.0";

export const arping: Applet = function* (io) {
  const options = yield* getopt(io, "UDAqfbc:+w:I:s:");
  const [host] = options.operands;
  if (host === undefined) return yield* showUsage(io);
  const count = options.number("c") ?? Number.POSITIVE_INFINITY;
  const seconds = options.number("w") ?? Number.POSITIVE_INFINITY;
  const fd = yield* attempt(socket("inet", "raw", "icmp"));
  if (fd instanceof Errno) return yield* io.pdie("socket", fd);
  const [address] = yield* resolve(host, 4);
  if (address === undefined) return yield* io.die(`bad address '${host}'`);
  const device = options.value("I") ?? "eth0";
  const { links } = yield* netlink_get();
  const link = links.find(({ name }) => name === device);
  if (link === undefined) return yield* io.die(`interface ${device} not found: No such device`, FAILURE);
  if (link.kind === "loopback") return yield* io.die(`interface ${device} is not ARPable`, FAILURE);
  const isUnsolicited = options.has("U") || options.has("A");
  const isProbe = options.has("D");
  const given = options.value("s") ?? (isUnsolicited && !isProbe ? address : undefined);
  if (given !== undefined && inetAton(given) === undefined) {
    return yield* io.die(`invalid source address ${given}`, FAILURE);
  }
  const { addresses } = yield* netlink_get();
  const own = addresses.filter((one) => familyOf(one.address) === 4);
  if (given !== undefined && !own.some((one) => one.address === given)) {
    return yield* io.pdie("bind", new Errno("EADDRNOTAVAIL"), FAILURE);
  }
  // Whatever the address is, it is looked for on the link.
  const onLink = own.find((one) => one.device === device)?.address;
  const source = given ?? (isProbe ? NO_ADDRESS : (onLink ?? NO_ADDRESS));
  if (!options.has("q")) yield* io.out.write(`ARPING ${address} from ${source} ${device}\n`);
  yield* setsockopt(fd, "SO_BINDTODEVICE", device).attempt();
  const endUs = (yield* clock_gettime("monotonic")) + seconds * SECOND;
  let sent = 0;
  let received = 0;
  while (sent < count && (yield* clock_gettime("monotonic")) < endUs) {
    sent++;
    const startUs = yield* clock_gettime("monotonic");
    const echo = { type: "echo-request", code: 0, id: 0, sequence: sent } as const;
    yield* sendicmp(fd, address, echo, new Uint8Array(0)).attempt();
    const mac = yield* waitForAnswer(address, Math.min(startUs + SECOND, endUs));
    if (mac !== undefined) {
      received++;
      const tookUs = (yield* clock_gettime("monotonic")) - startUs;
      const time = `${Math.floor(tookUs / 1000)}.${String(tookUs % 1000).padStart(3, "0")}ms`;
      if (!options.has("q")) yield* io.out.write(`Unicast reply from ${address} [${mac}] ${time}\n`);
      if (options.has("f")) break;
    }
    const left = startUs + SECOND - (yield* clock_gettime("monotonic"));
    if (sent < count && left > 0) yield* nanosleep(left);
  }
  if (!options.has("q")) {
    yield* io.out.write(`Sent ${sent} probe(s) (0 broadcast(s))\n`);
    yield* io.out.write(`Received ${received} response(s) (0 request(s), 0 broadcast(s))\n`);
  }
  if (isProbe) return received > 0 ? 1 : 0;
  return received > 0 || isUnsolicited ? 0 : 1;
};

/** The MAC address that the kernel learns for `address`; `undefined` if it learns none in time. */
function* waitForAnswer(address: string, untilUs: number): Routine<string | undefined> {
  for (;;) {
    const { neighbours } = yield* netlink_get();
    const known = neighbours.find((one) => one.address === address)?.mac;
    if (known !== undefined) return known;
    if ((yield* clock_gettime("monotonic")) >= untilUs) return undefined;
    yield* nanosleep(STEP_US);
  }
}
