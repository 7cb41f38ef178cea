/** hostname, dnsdomainname, hostid: what the machine is called. @see hostname(1) */
import { Errno, type Routine, sethostname, uname } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io, readText } from "../../io.ts";
import { resolve } from "../../net/host-names.ts";
import { readTextOrDie } from "../../or-die.ts";

interface Host {
  readonly address: string;
  /** The official name first. */
  readonly names: readonly string[];
}

export const hostname: Applet = function* (io) {
  const options = yield* getopt(io, "dfisF:v");
  const { nodename } = yield* uname();
  const file = options.value("F");
  const lookup = ["f", "s", "d", "i"].find((letter) => options.has(letter));
  if (["d", "f", "i"].some((letter) => options.has(letter))) yield* showLookup(io, nodename, lookup as string);
  else if (lookup === "s") yield* io.out.line(nodename.replace(/\..*$/s, ""));
  else if (file !== undefined) yield* setFromFile(io, file);
  else if (options.operands[0] !== undefined) yield* setName(io, options.operands[0]);
  else yield* io.out.line(nodename === "" ? "?" : nodename);
  return 0;
};

export const dnsdomainname: Applet = function* (io) {
  yield* getopt(io, "dfisF:v");
  yield* showLookup(io, (yield* uname()).nodename, "d");
  return 0;
};

/** The address of the machine as a number whose halves are swapped. @see gethostid(3) */
export const hostid: Applet = function* (io) {
  if (io.argv.length > 1) return yield* showUsage(io);
  const hosts = yield* hostsOf((yield* uname()).nodename);
  const [a, b, c, d] = (hosts[0]?.address ?? "0.0.0.0").split(".").map(Number) as [number, number, number, number];
  yield* io.out.line([b, a, d, c].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  return 0;
};

/** One of the full name, its first part, its domain, or the addresses. */
function* showLookup(io: Io, name: string, what: string): Routine<void> {
  const listed = yield* hostsOf(name);
  const hosts = listed.length > 0 ? listed : (yield* resolve(name, 4)).map((address) => ({ address, names: [name] }));
  const official = hosts[0]?.names[0];
  if (official === undefined) return yield* io.die(`${name}: Host name lookup failure`);
  const dot = official.indexOf(".");
  if (what === "f") yield* io.out.line(official);
  else if (what === "s") yield* io.out.line(dot < 0 ? official : official.slice(0, dot));
  else if (what === "i") yield* io.out.line(hosts.map(({ address }) => address).join(" "));
  else if (dot >= 0) yield* io.out.line(official.slice(dot + 1));
}

/** The first IPv4 entry of /etc/hosts that a name has: without `multi on` there are no others. @see host.conf(5) */
function* hostsOf(name: string): Routine<readonly Host[]> {
  const text = yield* attempt(readText("/etc/hosts"));
  if (text instanceof Errno) return [];
  const found = text.split("\n").flatMap((line) => {
    const [address = "", ...names] = line.replace(/#.*$/, "").trim().split(/\s+/);
    const matches = /^\d+\.\d+\.\d+\.\d+$/.test(address) && names.includes(name);
    return matches ? [{ address, names }] : [];
  });
  return found.slice(0, 1);
}

/** Every line that is no comment becomes the name, one after the other. */
function* setFromFile(io: Io, path: string): Routine<void> {
  for (const line of (yield* readTextOrDie(io, path)).split("\n")) {
    const [word] = line.replace(/#.*$/, "").trim().split(/\s+/);
    if (word !== undefined && word !== "") yield* setName(io, word);
  }
}

function* setName(io: Io, name: string): Routine<void> {
  const error = yield* attempt(sethostname(name));
  if (error instanceof Errno) yield* io.pdie("sethostname", error);
}
