/**
 * One TCP connection: bytes arrive once and in order, whatever becomes of the packets.
 *
 * Lost segments are sent again after a time that doubles, or at the third duplicate acknowledgment; a receiver that does
 * not read closes its window, and the sender waits. Unlike Linux there is no congestion window, no delayed
 * acknowledgment, and no option beyond the segment size that the route implies.
 *
 * @see RFC 9293, RFC 6298, tcp(7)
 */
import { Errno } from "../abi/index.ts";
import { NO_BYTES } from "../lib/index.ts";
import type { Clock, Prng, Timer } from "../sim/index.ts";
import { ByteQueue } from "./byte-queue.ts";
import type { Endpoint } from "./conntrack.ts";
import type { TcpSegment } from "./packet.ts";
import type { SocketMemory } from "./socket-memory.ts";

/** As /proc/net/tcp numbers them. @see include/net/tcp_states.h */
export const TCP_STATES = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECV: 3,
  FIN_WAIT1: 4,
  FIN_WAIT2: 5,
  TIME_WAIT: 6,
  CLOSE: 7,
  CLOSE_WAIT: 8,
  LAST_ACK: 9,
  LISTEN: 10,
  CLOSING: 11,
} as const;
export type TcpState = keyof typeof TCP_STATES;

/** What a connection needs of the socket and the stack around it. */
export interface TcpUser {
  readonly clock: Clock;
  readonly random: Prng;
  /** Bytes of data that one segment may carry. */
  readonly segmentSize: number;
  readonly memory: SocketMemory;
  /** Sends a segment from this end to the other. */
  transmit(segment: TcpSegment): void;
  readonly local: Endpoint;
  readonly remote: Endpoint | undefined;
  /** Something can be read or written, or has ended. */
  changed(): void;
  /** The handshake is over. */
  established(): void;
  /** Nothing more will happen. `lingers` if the address is not to be used again at once. */
  finished(lingers: boolean): void;
}

const MS = 1000;
const SECOND = 1_000_000;
/** @see include/net/tcp.h: TCP_RTO_MIN, TCP_RTO_MAX, TCP_TIMEOUT_INIT */
const MIN_RTO_US = 200 * MS;
const MAX_RTO_US = 120 * SECOND;
const INITIAL_RTO_US = SECOND;
/** Two ticks of a timer at 250 Hz. @see include/net/tcp.h: TCP_TIMEOUT_MIN */
const SHORTEST_RTO_US = 8 * MS;
/** @see ip-sysctl: tcp_syn_linear_timeouts, tcp_syn_retries, tcp_synack_retries, tcp_retries2, tcp_orphan_retries */
const LINEAR_SYNS = 4;
const SYN_RETRIES = 6;
const SYNACK_RETRIES = 5;
const DATA_RETRIES = 15;
const ORPHAN_RETRIES = 8;
/** @see ip-sysctl: the middle value of tcp_rmem */
const RECEIVE_BUFFER = 131_072;
const SEND_BUFFER = 262_144;
const DUPLICATES_THAT_TELL = 3;

type Flags = Pick<TcpSegment, "syn" | "ack" | "fin" | "rst">;
const NO_FLAGS: Flags = { syn: false, ack: false, fin: false, rst: false };
const ACK: Flags = { ...NO_FLAGS, ack: true };
const SYN: Flags = { ...NO_FLAGS, syn: true };
const RST: Flags = { ...NO_FLAGS, rst: true };
const SYN_ACK: Flags = { ...ACK, syn: true };
const FIN_ACK: Flags = { ...ACK, fin: true };
const RST_ACK: Flags = { ...ACK, rst: true };

export class TcpConnection {
  state: TcpState = "CLOSE";
  readonly #user: TcpUser;
  /** Bytes written and not acknowledged yet; the first has number `#unacknowledged`. */
  readonly #outgoing: ByteQueue;
  readonly #incoming: ByteQueue;
  /** Segments that came before what lies between, by their sequence number. */
  #early: Map<number, Uint8Array> | undefined;
  #earlyFin: number | undefined;
  #unacknowledged = 0;
  #next = 0;
  #peerWindow = 0;
  #expected = 0;
  /** The window that the peer was told last. */
  #toldWindow = RECEIVE_BUFFER;
  #finQueued = false;
  #finSent = false;
  #finReceived = false;
  /** The program has closed its end: nobody reads any more. */
  #orphan = false;
  #duplicates = 0;
  #retries = 0;
  #rtoUs = INITIAL_RTO_US;
  #smoothedUs: number | undefined;
  /** A segment whose acknowledgment is timed: its end, and when it was sent. */
  #timedEnd: number | undefined;
  #timedSentUs = 0;
  #timer: Timer | undefined;
  error: Errno | undefined = undefined;
  /** A soft error that becomes the reason if the connection fails. */
  #reason: Errno | undefined;

  constructor(user: TcpUser) {
    this.#user = user;
    this.#outgoing = new ByteQueue(user.memory);
    this.#incoming = new ByteQueue(user.memory);
  }

  // ── opening ──

  /** Sends the SYN. */
  open(): void {
    this.#begin("SYN_SENT");
    this.#sendSyn();
  }

  /** Answers a SYN that came in. */
  answer(syn: TcpSegment): void {
    this.#begin("SYN_RECV");
    this.#expected = syn.sequence + 1;
    this.#peerWindow = syn.window;
    this.#sendSyn();
  }

  #begin(state: TcpState): void {
    this.state = state;
    this.#unacknowledged = this.#user.random.next();
    this.#next = this.#unacknowledged + 1;
  }

  #sendSyn(): void {
    this.#send(this.#unacknowledged, this.state === "SYN_RECV" ? SYN_ACK : SYN);
    this.#arm(this.#rtoUs);
  }

  // ── the program's side ──

  get readable(): number {
    return this.#incoming.length;
  }

  /** Nothing more will come. */
  get ended(): boolean {
    return this.#finReceived || this.state === "CLOSE";
  }

  get unsent(): number {
    return this.#outgoing.length;
  }

  get writeRoom(): number {
    return this.#finQueued ? 0 : Math.max(0, SEND_BUFFER - this.#outgoing.length);
  }

  /** As Linux has it: a third of the buffer is free. */
  get hasRoom(): boolean {
    return this.writeRoom > this.unsent >> 1;
  }

  get canWrite(): boolean {
    return (this.state === "ESTABLISHED" || this.state === "CLOSE_WAIT") && !this.#finQueued;
  }

  /** Takes what there is room for. */
  write(data: Uint8Array): number {
    const part = data.slice(0, this.writeRoom);
    this.#outgoing.put(part);
    this.#push();
    return part.length;
  }

  read(count: number, peek: boolean): Uint8Array {
    if (peek) return this.#incoming.peek(0, count).slice();
    const bytes = this.#incoming.take(count);
    if (this.#toldWindow >= this.#user.segmentSize) return bytes;
    // A window that was as good as closed is told to be open again.
    const isWorthTelling = this.#window > this.#toldWindow && this.#window > 0;
    if (isWorthTelling && (this.#window >= RECEIVE_BUFFER >> 1 || this.#window >= this.#user.segmentSize)) {
      if (this.state === "ESTABLISHED" || this.state.startsWith("FIN_WAIT")) this.#acknowledge();
    }
    return bytes;
  }

  /** No more will be written: FIN, behind what is still to be sent. */
  endWriting(): void {
    if (this.#finQueued) return;
    if (this.state === "ESTABLISHED" || this.state === "SYN_RECV") this.state = "FIN_WAIT1";
    else if (this.state === "CLOSE_WAIT") this.state = "LAST_ACK";
    else return;
    this.#finQueued = true;
    this.#push();
  }

  /** The program is done with it. What was written still goes out, unless something that came was never read. */
  close(): void {
    this.#orphan = true;
    if (this.state === "SYN_SENT" || this.state === "CLOSE") this.#finish(false);
    else if (this.#incoming.length > 0) this.abort();
    else {
      this.endWriting();
      if (this.state === "FIN_WAIT2") this.#finish(true);
    }
  }

  /** Ends at once, and tells the peer. */
  abort(): void {
    if (this.state !== "CLOSE" && this.state !== "SYN_SENT") this.#reset();
    this.#finish(false);
  }

  // ── the peer's side ──

  receive(segment: TcpSegment): void {
    if (this.state === "CLOSE") return;
    if (this.state === "SYN_SENT") {
      this.#receiveWhileOpening(segment);
      return;
    }
    if (segment.rst) {
      if (segment.sequence >= this.#expected && segment.sequence <= this.#expected + RECEIVE_BUFFER) this.#wasReset();
      return;
    }
    if (segment.syn) {
      // The answer to the handshake was lost: say it again.
      if (this.state === "SYN_RECV") this.#sendSyn();
      else this.#acknowledge();
      return;
    }
    if (!segment.ack) return;
    if (this.state === "SYN_RECV") {
      if (segment.acknowledges !== this.#next) return;
      this.#unacknowledged = this.#next;
      this.#retries = 0;
      this.#disarm();
      this.state = "ESTABLISHED";
      this.#user.established();
    }
    this.#takeAcknowledgment(segment);
    if (this.#isOver()) return;
    this.#takeData(segment);
  }

  /** The network says that nothing gets through. While opening that is the end, later only a reason. */
  unreachable(error: Errno): void {
    if (this.state === "SYN_SENT") this.#fail(error);
    else this.#reason = error;
  }

  #receiveWhileOpening(segment: TcpSegment): void {
    if (!segment.ack) return;
    if (segment.acknowledges !== this.#next) {
      if (!segment.rst) this.#refuseOld(segment);
      return;
    }
    if (segment.rst) {
      this.#fail(new Errno("ECONNREFUSED"));
      return;
    }
    if (!segment.syn) return;
    this.#unacknowledged = this.#next;
    this.#expected = segment.sequence + 1;
    this.#peerWindow = segment.window;
    this.#retries = 0;
    this.#rtoUs = MIN_RTO_US;
    this.#disarm();
    this.state = "ESTABLISHED";
    this.#acknowledge();
    this.#user.established();
    this.#push();
  }

  /**
   * The peer speaks of a connection that once was between these ends: it is told to forget that, and asked again soon.
   *
   * @see RFC 9293 section 3.10.7.3, net/ipv4/tcp_input.c: tcp_rcv_synsent_state_process
   */
  #refuseOld({ acknowledges }: TcpSegment): void {
    this.#send(acknowledges, RST);
    if (this.#retries === 0) this.#arm(SHORTEST_RTO_US);
  }

  #takeAcknowledgment({ acknowledges, window, data, fin }: TcpSegment): void {
    if (acknowledges > this.#next) return;
    const wasClosed = this.#peerWindow === 0;
    if (acknowledges >= this.#unacknowledged) this.#peerWindow = window;
    const fresh = acknowledges - this.#unacknowledged;
    if (fresh > 0) {
      const hadRoom = this.hasRoom;
      this.#outgoing.drop(fresh);
      this.#unacknowledged = acknowledges;
      this.#duplicates = 0;
      this.#retries = 0;
      this.#measure(acknowledges);
      if (this.#unacknowledged === this.#next) this.#disarm();
      else this.#arm(this.#rtoUs);
      // Only who waits for room to write hears of it. @see net/core/stream.c: sk_stream_write_space
      if (!hadRoom) this.#user.changed();
    } else if (fresh === 0 && this.#unacknowledged < this.#next && data.length === 0 && !fin && !wasClosed) {
      if (++this.#duplicates === DUPLICATES_THAT_TELL) this.#resend();
    } else if (wasClosed && this.#peerWindow > 0 && this.#next === this.#unacknowledged + 1 && !this.#finSent) {
      // The window is open again, and the byte that asked for it was not taken.
      this.#next = this.#unacknowledged;
    }
    if (this.#finSent && this.#unacknowledged === this.#next) this.#finAcknowledged();
    this.#push();
  }

  #finAcknowledged(): void {
    if (this.state === "FIN_WAIT1") {
      this.state = "FIN_WAIT2";
      if (this.#orphan) this.#finish(true);
    } else if (this.state === "CLOSING") this.#finish(true);
    else if (this.state === "LAST_ACK") this.#finish(false);
  }

  #isOver(): boolean {
    return this.state === "CLOSE";
  }

  #takeData({ sequence, data, fin }: TcpSegment): void {
    if (data.length === 0 && !fin) {
      // A probe, or a segment from the past, is answered with what is expected.
      if (sequence < this.#expected) this.#acknowledge();
      return;
    }
    if (this.#orphan && data.length > 0 && sequence + data.length > this.#expected) {
      this.abort();
      return;
    }
    if (fin) this.#earlyFin = sequence + data.length;
    const before = this.#incoming.length;
    if (this.#early === undefined && sequence === this.#expected && data.length <= this.#window) {
      this.#incoming.put(data);
      this.#expected += data.length;
    } else {
      this.#keep(sequence, data);
      this.#takeInOrder();
    }
    const ended = !this.#finReceived && this.#earlyFin === this.#expected;
    if (ended) {
      this.#finReceived = true;
      this.#expected++;
    }
    this.#acknowledge();
    if (ended) this.#peerEnded();
    if (ended || this.#incoming.length > before) this.#user.changed();
  }

  /** Keeps a segment until what comes before it is there. What lies behind the window is thrown away. */
  #keep(sequence: number, data: Uint8Array): void {
    const start = Math.max(sequence, this.#expected);
    const end = Math.min(sequence + data.length, this.#expected + RECEIVE_BUFFER - this.#incoming.length);
    if (end <= start) return;
    const part = data.subarray(start - sequence, end - sequence);
    this.#early ??= new Map();
    const known = this.#early.get(start);
    if (known === undefined || known.length < part.length) this.#early.set(start, part);
  }

  #takeInOrder(): void {
    const early = this.#early;
    if (early === undefined) return;
    for (let progress = true; progress && early.size > 0; ) {
      progress = false;
      for (const [sequence, data] of early) {
        if (sequence > this.#expected) continue;
        early.delete(sequence);
        const fresh = data.subarray(this.#expected - sequence);
        this.#incoming.put(fresh);
        this.#expected += fresh.length;
        progress = true;
      }
    }
    if (early.size === 0) this.#early = undefined;
  }

  #peerEnded(): void {
    if (this.state === "ESTABLISHED") this.state = "CLOSE_WAIT";
    else if (this.state === "FIN_WAIT1") this.state = "CLOSING";
    else if (this.state === "FIN_WAIT2") this.#finish(true);
  }

  #wasReset(): void {
    this.#fail(new Errno(this.state === "CLOSE_WAIT" ? "EPIPE" : "ECONNRESET"));
  }

  // ── sending ──

  get #window(): number {
    return Math.max(0, RECEIVE_BUFFER - this.#incoming.length);
  }

  /** Sends what the peer's window has room for. */
  #push(): void {
    if (this.state === "CLOSE" || this.state === "SYN_SENT" || this.state === "SYN_RECV") return;
    for (;;) {
      const offset = this.#next - this.#unacknowledged;
      const room = this.#peerWindow - offset;
      const size = Math.min(this.#outgoing.length - offset, room, this.#user.segmentSize);
      const isLast = this.#finQueued && offset + Math.max(0, size) === this.#outgoing.length;
      const sendsFin = isLast && !this.#finSent;
      if (size <= 0 && !sendsFin) break;
      this.#sendData(this.#next, Math.max(0, size), sendsFin);
      if (this.#timedEnd === undefined) {
        this.#timedEnd = this.#next + Math.max(0, size);
        this.#timedSentUs = this.#user.clock.nowUs;
      }
      this.#next += Math.max(0, size) + (sendsFin ? 1 : 0);
      if (sendsFin) this.#finSent = true;
    }
    // With nothing under way and a closed window, the timer sends probes.
    if (this.#timer?.armed !== true && (this.#next > this.#unacknowledged || this.#outgoing.length > 0)) {
      this.#arm(this.#rtoUs);
    }
  }

  #sendData(sequence: number, size: number, fin: boolean): void {
    const data = size === 0 ? NO_BYTES : this.#outgoing.peek(sequence - this.#unacknowledged, size);
    this.#send(sequence, fin ? FIN_ACK : ACK, data);
  }

  /** The first segment that is not acknowledged, once more. */
  #resend(): void {
    this.#timedEnd = undefined;
    const size = Math.min(this.#outgoing.length, this.#user.segmentSize, this.#next - this.#unacknowledged);
    if (size > 0) {
      this.#sendData(this.#unacknowledged, size, this.#finSent && size === this.#outgoing.length);
    } else if (this.#finSent) this.#sendData(this.#unacknowledged, 0, true);
    // A probe of a closed window: one byte that the peer may not take yet.
    else if (this.#outgoing.length > 0) {
      this.#sendData(this.#unacknowledged, 1, false);
      this.#next = Math.max(this.#next, this.#unacknowledged + 1);
    }
  }

  #acknowledge(): void {
    this.#send(this.#next, ACK);
  }

  #reset(): void {
    this.#send(this.#next, RST_ACK);
  }

  #send(sequence: number, { syn, ack, fin, rst }: Flags, data: Uint8Array = NO_BYTES): void {
    this.#toldWindow = this.#window;
    const { local, remote } = this.#user;
    this.#user.transmit({
      protocol: "tcp",
      sourcePort: local.port,
      port: remote?.port ?? 0,
      sequence,
      acknowledges: this.#expected,
      syn,
      ack,
      fin,
      rst,
      window: this.#toldWindow,
      data,
    });
  }

  // ── time ──

  #arm(delayUs: number): void {
    this.#timer ??= this.#user.clock.timer(() => this.#timeout());
    this.#timer.arm(this.#user.clock.nowUs + delayUs);
  }

  #disarm(): void {
    this.#timer?.cancel();
  }

  #timeout(): void {
    this.#retries++;
    if (this.state === "SYN_SENT") {
      if (this.#retries > LINEAR_SYNS + SYN_RETRIES) this.#fail(this.#reason ?? new Errno("ETIMEDOUT"));
      else {
        this.#sendSyn();
        this.#arm(INITIAL_RTO_US * 2 ** Math.max(0, this.#retries - LINEAR_SYNS));
      }
      return;
    }
    if (this.state === "SYN_RECV") {
      if (this.#retries > SYNACK_RETRIES) this.#finish(false);
      else {
        this.#sendSyn();
        this.#arm(INITIAL_RTO_US * 2 ** this.#retries);
      }
      return;
    }
    // A closed window is no failure, however long it stays so.
    const probing = this.#peerWindow === 0 && this.#outgoing.length > 0;
    const limit = this.#orphan ? ORPHAN_RETRIES : DATA_RETRIES;
    if (this.#retries > limit && !probing) {
      this.#fail(this.#reason ?? new Errno("ETIMEDOUT"));
      return;
    }
    this.#duplicates = 0;
    this.#resend();
    this.#arm(Math.min(MAX_RTO_US, this.#rtoUs * 2 ** Math.min(this.#retries, 12)));
  }

  /** @see RFC 6298 */
  #measure(acknowledged: number): void {
    if (this.#timedEnd === undefined || acknowledged < this.#timedEnd) return;
    const roundTripUs = this.#user.clock.nowUs - this.#timedSentUs;
    this.#timedEnd = undefined;
    this.#smoothedUs =
      this.#smoothedUs === undefined ? roundTripUs : Math.round((7 * this.#smoothedUs + roundTripUs) / 8);
    this.#rtoUs = Math.min(MAX_RTO_US, this.#smoothedUs + Math.max(MIN_RTO_US, this.#smoothedUs));
  }

  // ── ending ──

  #fail(error: Errno): void {
    this.error = error;
    this.#finish(false);
  }

  #finish(lingers: boolean): void {
    this.#disarm();
    const wasOpen = this.state !== "CLOSE";
    // A connection that ended well can still be read to its end.
    if (!lingers || this.#orphan) this.#outgoing.clear();
    if (this.#orphan) this.#incoming.clear();
    this.state = "CLOSE";
    this.#early = undefined;
    if (wasOpen) this.#user.finished(lingers);
    this.#user.changed();
  }

  /** What comes next from the peer, and what it will get next: an end that lingers answers with them. */
  get numbers(): { readonly next: number; readonly expected: number } {
    return { next: this.#next, expected: this.#expected };
  }
}
