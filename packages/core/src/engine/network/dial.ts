/**
 * A TCP connection from the machine itself, for somebody outside of the world: what `nc` on the host of the containers
 * would open. A process of the machine holds the socket; bytes go in through a pipe and come out by a callback.
 */
import {
  close,
  connect,
  Errno,
  POLLHUP,
  POLLIN,
  type PollFd,
  poll,
  type Routine,
  read,
  SIGKILL,
  SIGPIPE,
  shutdown,
  sigaction,
  socket,
} from "../../abi/index.ts";
import type { Kernel, Process } from "../../kernel/index.ts";
import { familyOf } from "../../lib/index.ts";
import { attempt, writeAll } from "../../userland/index.ts";
import { StdinFeed } from "../streams/stdin-feed.ts";

const READ_SIZE = 65_536;
/** The process's only descriptor at first: what somebody sends. */
const INPUT = 0;
/** How often it looks whether somebody who could not take more can again. */
const PAUSE_US = 5_000;

/** Hears of a connection from the machine. */
export interface DialListener {
  onData(bytes: Uint8Array): void;
  /** The other side sends no more. */
  onEnd(): void;
  /** All is over: with the error if the connection could not be made, or was reset. */
  onClose(error: Errno | undefined): void;
}

/** A TCP connection that the machine itself has opened, for a caller outside of the world. */
export class MachineConnection {
  readonly #kernel: Kernel;
  readonly #process: Process;
  readonly #feed: StdinFeed;
  #isPaused = false;

  constructor(kernel: Kernel, to: { readonly address: string; readonly port: number }, listener: DialListener) {
    const [input, feed] = kernel.pipes.pipe(0, 0, 0);
    this.#kernel = kernel;
    this.#feed = new StdinFeed(feed);
    const isPaused = (): boolean => this.#isPaused;
    const routine = function* (): Routine<number> {
      const outcome = yield* converse(to, listener, isPaused);
      listener.onClose(outcome);
      return outcome === undefined ? 0 : 1;
    };
    this.#process = kernel.start(routine, { argv: ["docker-proxy", `${to.address}:${to.port}`], files: [input] });
    kernel.world.wake();
  }

  get isOpen(): boolean {
    return this.#process.isAlive;
  }

  write(bytes: Uint8Array): void {
    this.#feed.write(bytes);
    this.#kernel.world.wake();
  }

  /** Takes nothing more from the other side, but for what is under way, until `resume`. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** Sends no more. */
  end(): void {
    this.#feed.end();
    this.#kernel.world.wake();
  }

  /** Breaks it off; nobody hears of that. */
  destroy(): void {
    if (this.#process.isAlive) this.#kernel.signals.send(this.#process, SIGKILL);
    this.#kernel.world.wake();
  }
}

function* converse(
  { address, port }: { readonly address: string; readonly port: number },
  listener: DialListener,
  isPaused: () => boolean,
): Routine<Errno | undefined> {
  yield* sigaction(SIGPIPE, "ignore");
  const family = familyOf(address) === 4 ? "inet" : "inet6";
  const fd = yield* socket(family, "stream");
  const failure = yield* connect(fd, { family, address, port }).attempt();
  if (failure instanceof Errno) return failure;
  const result = yield* passOn(fd, listener, isPaused);
  yield* close(fd);
  return result;
}

/** Until both sides have said that they send no more. */
function* passOn(fd: number, listener: DialListener, isPaused: () => boolean): Routine<Errno | undefined> {
  let sends = true;
  let receives = true;
  while (receives) {
    const waits = isPaused();
    const wanted: PollFd[] = waits ? [] : [{ fd, events: POLLIN }];
    if (sends) wanted.push({ fd: INPUT, events: POLLIN });
    const ready = yield* poll(wanted, waits ? PAUSE_US : undefined).attempt();
    if (ready instanceof Errno) continue;
    const isReady = (one: number): boolean =>
      ready.some((found) => found.fd === one && (found.events & (POLLIN | POLLHUP)) !== 0);
    if (sends && isReady(INPUT)) {
      const bytes = yield* read(INPUT, READ_SIZE);
      sends = bytes.length > 0;
      const failure = yield* attempt(sends ? writeAll(fd, bytes) : shutdown(fd, "write"));
      if (failure instanceof Errno) sends = false;
    }
    if (!isReady(fd)) continue;
    const bytes = yield* read(fd, READ_SIZE).attempt();
    if (bytes instanceof Errno) return bytes;
    receives = bytes.length > 0;
    if (receives) listener.onData(bytes);
    else listener.onEnd();
  }
  while (sends) {
    const bytes = yield* read(INPUT, READ_SIZE);
    sends = bytes.length > 0 && !((yield* attempt(writeAll(fd, bytes))) instanceof Errno);
  }
  return undefined;
}
