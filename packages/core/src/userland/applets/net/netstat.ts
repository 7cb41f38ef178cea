/** netstat: sockets, or the routing table, out of /proc/net. @see netstat(8), proc_pid_net(5) */
import { Errno, type Routine } from "../../../abi/index.ts";
import { formatIp, isAny, unmappedIp } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options } from "../../getopt.ts";
import { attempt, type Io, readText } from "../../io.ts";
import { nameOf } from "../../net/host-names.ts";
import { serviceOf } from "../../net/services.ts";
import { showRoutes } from "./route-table.ts";

const STATES = [
  "",
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT1",
  "FIN_WAIT2",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "CLOSING",
];
const ESTABLISHED = 1;
const LISTEN = 10;

export const netstat: Applet = function* (io) {
  const options = yield* getopt(io, "laentuwxr");
  if (options.has("r")) {
    return yield* showRoutes(io, { numeric: options.has("n"), extended: !options.has("e") });
  }
  const kinds = ["t", "u", "w", "x"].filter((letter) => options.has(letter));
  const wants = (letter: string): boolean => kinds.length === 0 || kinds.includes(letter);
  const shown = options.has("a") ? "(servers and established)" : options.has("l") ? "(only servers)" : "(w/o servers)";
  if (wants("t") || wants("u") || wants("w")) {
    yield* io.out.write(`Active Internet connections ${shown}\n`);
    yield* io.out.write(
      `Proto Recv-Q Send-Q ${"Local Address".padEnd(WIDTH)} ${"Foreign Address".padEnd(WIDTH)} State       \n`,
    );
    for (const [letter, protocol] of TABLES) {
      if (!wants(letter)) continue;
      for (const file of [protocol, `${protocol}6`]) yield* showTable(io, options, protocol, file);
    }
  }
  if (wants("x")) yield* showUnix(io, options, shown);
  return 0;
};

const TABLES = [
  ["t", "tcp"],
  ["u", "udp"],
  ["w", "raw"],
] as const;
const WIDTH = 23;

function* showTable(io: Io, options: Options, protocol: string, file: string): Routine<void> {
  const text = yield* attempt(readText(`/proc/net/${file}`));
  if (text instanceof Errno) return;
  for (const line of text.split("\n").slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [, local = "", remote = "", state = "0", queues = "0:0"] = fields;
    if (local === "") continue;
    const number = Number.parseInt(state, 16);
    const isServer = protocol === "tcp" ? number === LISTEN : number !== ESTABLISHED;
    if (!options.has("a") && isServer !== options.has("l")) continue;
    const [send = "0", receive = "0"] = queues.split(":");
    const shownState =
      protocol === "tcp"
        ? (STATES[number] ?? "")
        : protocol === "raw"
          ? String(number)
          : number === ESTABLISHED
            ? "ESTABLISHED"
            : "";
    const here = yield* endOf(local, protocol, options);
    const there = yield* endOf(remote, protocol, options);
    const counts = `${String(Number.parseInt(receive, 16)).padStart(6)} ${String(Number.parseInt(send, 16)).padStart(6)}`;
    yield* io.out.write(
      `${protocol.padEnd(5)} ${counts} ${here.padEnd(WIDTH)} ${there.padEnd(WIDTH)} ${shownState.padEnd(12)}\n`,
    );
  }
}

/** An end as people read it: a name and a service unless numbers are wanted. */
function* endOf(text: string, protocol: string, options: Options): Routine<string> {
  const [hex = "", portHex = "0"] = text.split(":");
  const port = Number.parseInt(portHex, 16);
  const address = addressOf(hex);
  const numeric = options.has("n");
  const service = port === 0 ? "*" : numeric ? undefined : yield* serviceOf(port, protocol);
  const plain = unmappedIp(address);
  const name = numeric || isAny(address) ? undefined : yield* nameOf(plain);
  return `${(name ?? address).slice(0, WIDTH)}:${service ?? port}`;
}

/** Numbers of 32 bits as a little-endian machine has them in memory. */
function addressOf(hex: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < hex.length; at += 8) {
    const word = Number.parseInt(hex.slice(at, at + 8), 16);
    bytes.push(word & 255, (word >>> 8) & 255, (word >>> 16) & 255, (word >>> 24) & 255);
  }
  return formatIp(Uint8Array.from(bytes));
}

const UNIX_TYPES: Readonly<Record<string, string>> = { "0001": "STREAM", "0002": "DGRAM", "0005": "SEQPACKET" };
const UNIX_STATES: Readonly<Record<string, string>> = { "02": "CONNECTING", "03": "CONNECTED", "04": "DISCONNECTING" };
const ACCEPTS = 0x10000;

function* showUnix(io: Io, options: Options, shown: string): Routine<void> {
  yield* io.out.write(`Active UNIX domain sockets ${shown}\n`);
  yield* io.out.write("Proto RefCnt Flags       Type       State         I-Node Path\n");
  const text = yield* attempt(readText("/proc/net/unix"));
  if (text instanceof Errno) return;
  for (const line of text.split("\n").slice(1)) {
    const [, count = "0", , flagText = "0", type = "", state = "", inode = "", path = ""] = line.trim().split(/\s+/);
    if (type === "") continue;
    const listens = (Number.parseInt(flagText, 16) & ACCEPTS) !== 0;
    if (!options.has("a") && listens !== options.has("l")) continue;
    const flags = `[ ${listens ? "ACC " : ""}]`;
    const name = listens ? "LISTENING" : (UNIX_STATES[state] ?? "");
    yield* io.out.write(
      `unix  ${String(Number.parseInt(count, 16)).padEnd(6)} ${flags.padEnd(11)} ${(UNIX_TYPES[type] ?? "").padEnd(10)} ${name.padEnd(13)} ${inode.padStart(6)} ${path}\n`,
    );
  }
}
