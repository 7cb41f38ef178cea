/** tftp: a file from or to a server, block by block. @see RFC 1350, RFC 2347, RFC 2348, RFC 2349 */
import {
  close,
  connect,
  Errno,
  fstat,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  POLLIN,
  poll,
  type Routine,
  read,
  recvfrom,
  type SocketAddress,
  sendto,
  socket,
  unlink,
} from "../../../abi/index.ts";
import { concat, decode, encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { domainOf } from "../../net/inet-address.ts";
import { portOrDie } from "../../net/services.ts";
import { hostOrDie, type Target } from "../../net/stream.ts";
import { openOrDie } from "../../or-die.ts";

const TFTP_PORT = 69;
const [READ, WRITE, DATA, ACK, ERROR, OPTIONS] = [1, 2, 3, 4, 5, 6];
const DEFAULT_BLOCK = 512;
const [LEAST_BLOCK, MOST_BLOCK] = [8, 65_464];
const TRIES = 12;
const US_PER_MS = 1000;
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [100, 2000];
const HEAD = 4;
const [DISK_FULL, BAD_OPTION] = [3, 8];
const ERRORS = [
  "",
  "file not found",
  "access violation",
  "disk full",
  "bad operation",
  "unknown transfer id",
  "file already exists",
  "no such user",
  "bad option",
];

export const tftp: Applet = function* (io) {
  const options = yield* getopt(io.withArguments(commandsAsOptions(io.argv)), "l:r:gpb:m:");
  const sizeText = options.value("b") ?? String(DEFAULT_BLOCK);
  const blockSize = readBlockSize(sizeText, MOST_BLOCK);
  if (blockSize === undefined) return yield* io.die(`bad blocksize '${sizeText}'`);
  const [gets, puts] = [options.has("g"), options.has("p")];
  const [host, portText] = options.operands;
  const remote = options.value("r") ?? options.value("l")?.split("/").at(-1);
  if (gets === puts || remote === undefined || host === undefined) return yield* showUsage(io);
  const port = yield* portOrDie(io, portText, TFTP_PORT);
  const target = yield* hostOrDie(io, host, port);
  const local = options.value("l") ?? remote;
  const transfer = new Transfer(io, { target, gets, remote, local: local === "-" ? undefined : local, blockSize });
  return yield* transfer.run();
};

/** `undefined` if it is none, or more than `most`. */
function readBlockSize(text: string, most: number): number | undefined {
  const size = /^\d+$/.test(text) ? Number(text) : 0;
  return size >= LEAST_BLOCK && size <= most ? size : undefined;
}

/** Another tftp is told "-c get FILE": that means -g -r FILE here. */
function commandsAsOptions(argv: readonly string[]): readonly string[] {
  const at = argv.findIndex((word) => /^-[^-]*c/.test(word));
  const [verb = "", file] = argv.slice(at + 1);
  const isVerb = at > 0 && (verb === "get" || verb === "put");
  if (!isVerb || file === undefined) return argv;
  return [...argv.slice(0, at), verb === "get" ? "-g" : "-p", "-r", file, ...argv.slice(at + 3)];
}

interface Plan {
  readonly target: Target;
  readonly gets: boolean;
  readonly remote: string;
  /** Standard input or output without one. */
  readonly local: string | undefined;
  readonly blockSize: number;
}

class Transfer {
  readonly #io: Io;
  readonly #plan: Plan;
  #fd = -1;
  #peer: SocketAddress;
  #isConnected = false;
  #file: number | undefined;
  /** What was asked for, until the first answer says what holds. */
  #blockSize: number;
  #isSettled = false;

  constructor(io: Io, plan: Plan) {
    this.#io = io;
    this.#plan = plan;
    this.#peer = { family: domainOf(plan.target.address), ...plan.target };
    this.#blockSize = plan.blockSize;
  }

  *run(): Routine<number> {
    const { gets, local, target } = this.#plan;
    this.#fd = yield* socket(domainOf(target.address), "dgram");
    if (!gets) this.#file = local === undefined ? 0 : yield* openOrDie(this.#io, local, O_RDONLY);
    const isDone = yield* gets ? this.#get() : this.#put();
    if (!isDone && gets && local !== undefined && this.#file !== undefined) yield* attempt(unlink(local));
    return isDone ? 0 : 1;
  }

  *#get(): Routine<boolean> {
    let request = yield* this.#request(READ);
    for (let block = 1; ; ) {
      const answer = yield* this.#exchange(request, DATA, block & 0xffff);
      if (answer === undefined) return false;
      if (wordAt(answer, 0) === OPTIONS) {
        request = words(ACK, 0);
        continue;
      }
      const data = answer.subarray(HEAD);
      if (!(yield* this.#store(data))) return false;
      request = words(ACK, block & 0xffff);
      block++;
      if (data.length >= this.#blockSize) continue;
      // Nobody answers the last acknowledgement.
      yield* attempt(sendto(this.#fd, request));
      return true;
    }
  }

  *#put(): Routine<boolean> {
    let packet = yield* this.#request(WRITE);
    let isLast = false;
    for (let block = 0; ; block++) {
      const answer = yield* this.#exchange(packet, ACK, block & 0xffff);
      if (answer === undefined) return false;
      if (isLast) return true;
      const data = yield* this.#nextBlock();
      isLast = data.length < this.#blockSize;
      packet = concat([words(DATA, (block + 1) & 0xffff), data]);
    }
  }

  /** Which block size holds: the server may want a smaller one, or know no options. False if it wants another one. */
  *#settle(answer: Uint8Array): Routine<boolean> {
    this.#isSettled = true;
    const offered = this.#blockSize;
    if (wordAt(answer, 0) !== OPTIONS) {
      if (offered !== DEFAULT_BLOCK) yield* this.#io.warn(`falling back to blocksize ${DEFAULT_BLOCK}`);
      this.#blockSize = DEFAULT_BLOCK;
      return true;
    }
    const wanted = optionIn(answer, "blksize");
    this.#blockSize = wanted === undefined ? offered : (readBlockSize(wanted, offered) ?? 0);
    if (this.#blockSize > 0) return true;
    yield* this.#io.warn(`bad blocksize '${wanted ?? ""}'`);
    yield* this.#refuse(BAD_OPTION, "");
    return false;
  }

  *#nextBlock(): Routine<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = this.#blockSize; left > 0; ) {
      const bytes = yield* read(this.#file ?? 0, left);
      if (bytes.length === 0) break;
      parts.push(bytes);
      left -= bytes.length;
    }
    return concat(parts);
  }

  /** The file is made when there is something for it. */
  *#store(data: Uint8Array): Routine<boolean> {
    const { local } = this.#plan;
    this.#file ??= local === undefined ? 1 : yield* openOrDie(this.#io, local, O_WRONLY | O_TRUNC | O_CREAT, 0o666);
    const failure = yield* attempt(writeAll(this.#file, data));
    if (!(failure instanceof Errno)) return true;
    yield* this.#io.warn("write error");
    yield* this.#refuse(DISK_FULL, "write error");
    return false;
  }

  /** Tells the server that this ends here. */
  *#refuse(code: number, why: string): Routine<void> {
    yield* attempt(sendto(this.#fd, concat([words(ERROR, code), encode(`${why}\0`)])));
  }

  *#request(kind: number): Routine<Uint8Array> {
    const size = this.#file === undefined ? 0 : (yield* fstat(this.#file)).size;
    const blockSize = this.#blockSize === DEFAULT_BLOCK ? "" : `blksize\0${this.#blockSize}\0`;
    return concat([words(kind), encode(`${this.#plan.remote}\0octet\0${blockSize}tsize\0${size}\0`)]);
  }

  /** Sends until the packet comes that is waited for, or at first what acknowledges options. `undefined` on a failure. */
  *#exchange(packet: Uint8Array, kind: number, block: number): Routine<Uint8Array | undefined> {
    const isWanted = (answer: Uint8Array): boolean =>
      wordAt(answer, 0) === ERROR ||
      (wordAt(answer, 0) === OPTIONS && !this.#isSettled) ||
      (wordAt(answer, 0) === kind && wordAt(answer, 2) === block);
    let waitMs = FIRST_WAIT_MS;
    for (let tries = TRIES; tries > 0; tries--) {
      const sent = yield* attempt(sendto(this.#fd, packet, 0, this.#isConnected ? undefined : this.#peer));
      if (sent instanceof Errno) return yield* this.#io.pdie("sendto", sent);
      for (let answer = yield* this.#receive(waitMs); answer !== undefined; answer = yield* this.#receive(waitMs)) {
        if (answer === "failed") return undefined;
        if (answer.length < HEAD || !isWanted(answer)) continue;
        if (wordAt(answer, 0) !== ERROR) return this.#isSettled || (yield* this.#settle(answer)) ? answer : undefined;
        yield* this.#tellError(answer);
        return undefined;
      }
      waitMs = Math.min(waitMs + Math.floor(waitMs / 2), LONGEST_WAIT_MS);
    }
    yield* this.#io.warn("timeout");
    yield* close(this.#fd);
    return undefined;
  }

  /** What comes in time. The server answers from a port of its own, which is the one to speak with from then on. */
  *#receive(waitMs: number): Routine<Uint8Array | "failed" | undefined> {
    const ready = yield* poll([{ fd: this.#fd, events: POLLIN }], waitMs * US_PER_MS);
    if (ready.length === 0) return undefined;
    const received = yield* attempt(recvfrom(this.#fd, this.#plan.blockSize + DEFAULT_BLOCK + HEAD));
    if (received instanceof Errno) {
      yield* this.#io.warn("read error");
      return "failed";
    }
    if (!this.#isConnected && received.from !== undefined) {
      this.#peer = received.from;
      yield* attempt(connect(this.#fd, this.#peer));
      this.#isConnected = true;
    }
    return received.data;
  }

  *#tellError(packet: Uint8Array): Routine<void> {
    const code = wordAt(packet, 2);
    const said = decode(packet.subarray(HEAD)).replace(/\0.*$/s, "");
    yield* this.#io.warn(`server error: (${code}) ${said === "" ? (ERRORS[code] ?? "") : said}`);
  }
}

const wordAt = (packet: Uint8Array, at: number): number => ((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0);
const words = (...numbers: readonly number[]): Uint8Array =>
  Uint8Array.from(numbers.flatMap((number) => [number >> 8, number & 0xff]));

/** Names and values follow each other, a NUL after each. */
function optionIn(packet: Uint8Array, name: string): string | undefined {
  const texts = decode(packet.subarray(2)).split("\0");
  const at = texts.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at < 0 ? undefined : texts[at + 1];
}
