/** dumpleases: which addresses udhcpd has given to whom. @see busybox: networking/udhcp/dumpleases.c */
import { clock_gettime } from "../../../abi/index.ts";
import { decode, toHex } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { civilOf, strftime, zoneOf } from "../../dates.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { readFileOrDie } from "../../or-die.ts";

const LEASES = "/var/lib/misc/udhcpd.leases";
const LONGS = { absolute: "a", remaining: "r", file: "f", decimal: "d" } as const;
const SECOND = 1_000_000;
/** When the file was written, then each lease: how long it lasts from then on, its address, who has it. */
const HEAD_BYTES = 8;
const LEASE = { bytes: 36, address: 4, mac: 8, macBytes: 6, name: 14, nameBytes: 20 } as const;
const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

export const dumpleases: Applet = function* (io) {
  const options = yield* getopt(io, "arf:d", LONGS);
  if (options.operands.length > 0 || (options.has("a") && options.has("r"))) return yield* showUsage(io);
  const path = options.value("f") ?? LEASES;
  const bytes = yield* readFileOrDie(io, path);
  yield* io.out.line(`Mac Address       IP Address      Host Name           Expires ${options.has("a") ? "at" : "in"}`);
  if (bytes.length < HEAD_BYTES) return yield* io.die("short read");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const written = Number(view.getBigInt64(0));
  const now = Math.floor((yield* clock_gettime()) / SECOND);
  const passed = Math.max(0, now - written);
  for (let at = HEAD_BYTES; at + LEASE.bytes <= bytes.length; at += LEASE.bytes) {
    const part = (offset: number, length: number): Uint8Array => bytes.subarray(at + offset, at + offset + length);
    const mac = toHex(part(LEASE.mac, LEASE.macBytes)).replace(/..(?!$)/g, "$&:");
    const address = [...part(LEASE.address, 4)].join(".");
    const name = decode(part(LEASE.name, LEASE.nameBytes)).replace(/\0.*$/s, "");
    const left = view.getUint32(at) - passed;
    yield* io.out.write(`${mac} ${address.padEnd(16)}${name.padEnd(20)}`);
    if (left <= 0) yield* io.out.line("expired");
    else if (options.has("d")) yield* io.out.line(String(options.has("a") ? now + left : left));
    else if (options.has("a")) {
      const civil = civilOf((now + left) * SECOND, zoneOf(io.env.get("TZ")));
      yield* io.out.line(strftime("%a %b %e %H:%M:%S %Y", civil));
    } else yield* io.out.line(duration(left));
  }
  return 0;
};

/** "2 days 03:04:05" */
function duration(seconds: number): string {
  const days = Math.floor(seconds / DAY);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const clock = `${two((seconds % DAY) / HOUR)}:${two((seconds % HOUR) / MINUTE)}:${two(seconds % MINUTE)}`;
  return days > 0 ? `${days} days ${clock}` : clock;
}
