/**
 * Datagrams from the machine itself to one of its ports, and those that come back, for somebody outside of the world. A
 * process of the machine holds the socket, for as long as there is talk.
 */
import { connect, Errno, POLLHUP, POLLIN, poll, type Routine, read, SIGKILL, socket, write } from "../../abi/index.ts";
import type { Kernel, Process } from "../../kernel/index.ts";
import { concat, familyOf } from "../../lib/index.ts";
import { StdinFeed } from "../streams/stdin-feed.ts";

const READ_SIZE = 65_536;
const INPUT = 0;
/** In the pipe a datagram follows its length. */
const LENGTH_BYTES = 2;
/** Without a word for so long it is over. @see moby cmd/docker-proxy: UDPConnTrackTimeout */
const PATIENCE_US = 90_000_000;

interface Destination {
  readonly address: string;
  readonly port: number;
}

/** A UDP socket of the machine itself, for a caller outside of the world. */
export class MachineDatagrams {
  readonly #kernel: Kernel;
  readonly #process: Process;
  readonly #feed: StdinFeed;

  constructor(kernel: Kernel, to: Destination, onData: (datagram: Uint8Array) => void) {
    const [input, feed] = kernel.pipes.pipe(0, 0, 0);
    this.#kernel = kernel;
    this.#feed = new StdinFeed(feed);
    const argv = ["docker-proxy", `${to.address}:${to.port}/udp`];
    this.#process = kernel.start(() => exchange(to, onData), { argv, files: [input] });
  }

  get isOpen(): boolean {
    return this.#process.isAlive;
  }

  /** @param datagram at most 65,507 bytes: no longer one fits into a packet */
  send(datagram: Uint8Array): void {
    const { length } = datagram;
    this.#feed.write(concat([Uint8Array.of(length >> 8, length & 0xff), datagram]));
    this.#kernel.world.wake();
  }

  close(): void {
    if (this.#process.isAlive) this.#kernel.signals.send(this.#process, SIGKILL);
    this.#kernel.world.wake();
  }
}

function* exchange({ address, port }: Destination, onData: (datagram: Uint8Array) => void): Routine<number> {
  const family = familyOf(address) === 4 ? "inet" : "inet6";
  const fd = yield* socket(family, "dgram");
  yield* connect(fd, { family, address, port });
  let waiting: Uint8Array = new Uint8Array(0);
  for (;;) {
    const wanted = [INPUT, fd].map((one) => ({ fd: one, events: POLLIN }));
    const ready = yield* poll(wanted, PATIENCE_US);
    if (ready.length === 0) return 0;
    for (const { fd: one, events } of ready) {
      if ((events & (POLLIN | POLLHUP)) === 0) continue;
      const bytes = yield* read(one, READ_SIZE).attempt();
      // An ICMP error: nobody listens there yet, but somebody may later.
      if (bytes instanceof Errno) continue;
      if (one === fd) onData(bytes);
      else waiting = yield* sendWhole(fd, concat([waiting, bytes]));
    }
  }
}

/** Sends the datagrams that are there whole; returns the rest. */
function* sendWhole(fd: number, bytes: Uint8Array): Routine<Uint8Array> {
  let rest = bytes;
  for (;;) {
    const [high, low] = rest;
    if (high === undefined || low === undefined) return rest;
    const end = LENGTH_BYTES + high * 256 + low;
    if (rest.length < end) return rest;
    yield* write(fd, rest.subarray(LENGTH_BYTES, end)).attempt();
    rest = rest.subarray(end);
  }
}
