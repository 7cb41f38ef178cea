/** ipcalc: what follows from an IPv4 address and its prefix. @see ipcalc(1) */
import type { Routine } from "../../../abi/index.ts";
import { formatIp, ipNumber, netmask } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { AppletExit, type Io } from "../../io.ts";
import { nameOf } from "../../net/host-names.ts";
import { classLength, inetAton, maskLength } from "../../net/inet-address.ts";
import { integerOrDie } from "../../number.ts";

const LONGS = { broadcast: "b", network: "n", netmask: "m", prefix: "p", hostname: "h", silent: "s" };

export const ipcalc: Applet = function* (io) {
  const options = yield* getopt(io, "mbnphs", LONGS);
  const [text, maskText, ...more] = options.operands;
  const asked = ["m", "b", "n", "p", "h"].filter((letter) => options.has(letter));
  if (text === undefined || more.length > 0 || (asked.length === 0 && maskText === undefined)) {
    return yield* showUsage(io);
  }
  const complain = complainer(io, options.has("s"));
  const [addressText = "", prefixText = ""] = text.split("/", 2);
  if (prefixText !== "" && maskText !== undefined) return yield* complain("use prefix or netmask, not both");
  const prefix = prefixText === "" ? undefined : yield* integerOrDie(io, prefixText, 0, 32);
  const address = inetAton(addressText);
  if (address === undefined) return yield* complain(`bad IP address: ${addressText}`);
  const given = maskText === undefined ? undefined : inetAton(maskText);
  if (maskText !== undefined && given === undefined) return yield* complain(`bad netmask: ${maskText}`);
  const shownMask = given ?? netmask(prefix ?? classLength(address));
  const [bits, mask] = [ipNumber(address), ipNumber(shownMask)];
  if (options.has("m")) yield* io.out.line(`NETMASK=${shownMask}`);
  if (options.has("b")) yield* io.out.line(`BROADCAST=${textOf((bits & mask) | ~mask)}`);
  if (options.has("n")) yield* io.out.line(`NETWORK=${textOf(bits & mask)}`);
  if (options.has("p")) yield* io.out.line(`PREFIX=${maskLength(shownMask)}`);
  if (!options.has("h")) return 0;
  const name = yield* nameOf(address);
  if (name === undefined) return yield* complain(`can't find hostname for ${addressText}: Host name lookup failure`);
  yield* io.out.line(`HOSTNAME=${name}`);
  return 0;
};

function complainer(io: Io, silent: boolean): (message: string) => Routine<never> {
  return function* (message) {
    if (!silent) yield* io.warn(message);
    throw new AppletExit(1);
  };
}

const textOf = (bits: number): string => formatIp(Uint8Array.from([bits >>> 24, bits >>> 16, bits >>> 8, bits]));
