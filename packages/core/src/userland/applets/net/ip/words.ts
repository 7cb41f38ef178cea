/** Words of ip's command lines, and what is said about wrong ones. */
import { Errno, type NetlinkChange, netlink_get, netlink_set, type Routine } from "../../../../abi/index.ts";
import { bitsOf, canonicalIp, familyOf, type IpFamily, type IpPrefix } from "../../../../lib/index.ts";
import { AppletExit, type Io } from "../../../io.ts";

/** How things are shown. */
export interface Style {
  readonly family: IpFamily | "link" | undefined;
  readonly oneLine: boolean;
}

/** The word of `all` that is `text`, or the only one that begins with it. @see libbb index_in_substrings */
export function matching<T extends string>(all: readonly T[], text: string): T | undefined {
  if (text === "") return undefined;
  const [first, ...others] = all.filter((word) => word.startsWith(text));
  return others.length === 0 ? first : all.find((word) => word === text);
}

export function* invalidArgument(io: Io, argument: string, what: string): Routine<never> {
  return yield* io.die(`invalid argument '${argument}' to '${what}'`);
}

/** The word behind an option. */
export function* valueOf(io: Io, words: string[]): Routine<string> {
  return words.shift() ?? (yield* incomplete(io));
}

/** The command line ends where a word should be. */
export function* incomplete(io: Io, code = 1): Routine<never> {
  return yield* io.die('command line is not complete, try "help"', code);
}

export function* requires(io: Io, option: string, code = 1): Routine<never> {
  return yield* io.die(`"${option}" requires an argument`, code);
}

/** Changes the network. What netlink answers is printed, and ends the applet with 2. */
export function* talk(io: Io, change: NetlinkChange): Routine<number> {
  const failure = yield* netlink_set(change).attempt();
  if (!(failure instanceof Errno)) return 0;
  yield* io.warn(`RTNETLINK answers: ${failure.message}`);
  throw new AppletExit(2);
}

/** Ends the applet if there is no such device. */
export function* checkDevice(io: Io, name: string, code = 1): Routine<void> {
  const { links } = yield* netlink_get();
  if (!links.some((one) => one.name === name)) yield* io.die(`can't find device '${name}'`, code);
}

/** An address or a prefix. "default" is the prefix of everything, and so is what is no address of the family. */
export function* prefixOrDie(io: Io, text: string, family: IpFamily | undefined): Routine<IpPrefix> {
  const slash = text.indexOf("/");
  const written = slash < 0 ? text : text.slice(0, slash);
  const address = written.includes(":") ? canonicalIp(written) : dottedQuad(written);
  if (address === undefined || (family !== undefined && familyOf(address) !== family)) {
    const isSix = family === 6 || (family === undefined && written.includes(":"));
    return { address: isSix ? "::" : "0.0.0.0", length: 0 };
  }
  const bits = bitsOf(familyOf(address));
  if (slash < 0) return { address, length: bits };
  const length = Number(text.slice(slash + 1));
  if (!/^\d+$/.test(text.slice(slash + 1)) || length > bits) {
    return yield* io.die(`an ${family === 6 ? "inet6" : "inet"} prefix is expected rather than "${written}"`);
  }
  return { address, length };
}

/** One address, not a prefix; `kind` is what it is called where it is none. */
export function* addressOrDie(
  io: Io,
  text: string,
  family: IpFamily | undefined,
  kind = family === 6 ? "inet6" : "inet",
): Routine<string> {
  const address = text.includes(":") ? canonicalIp(text) : dottedQuad(text);
  if (address !== undefined && (family === undefined || familyOf(address) === family)) return address;
  return yield* io.die(`an ${kind} address is expected rather than "${text}"`);
}

/** Up to four decimal parts; those that are missing, or empty, are zero. */
function dottedQuad(text: string): string | undefined {
  const parts = text.split(".");
  if (text === "" || parts.length > 4) return undefined;
  if (!parts.every((part) => /^\d{0,3}$/.test(part) && Number(part) < 256)) return undefined;
  return [...parts.map(Number), 0, 0, 0].slice(0, 4).join(".");
}

export const ipFamily = (style: Style): IpFamily | undefined => (style.family === "link" ? undefined : style.family);
