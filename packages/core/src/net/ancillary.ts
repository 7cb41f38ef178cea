/**
 * What goes along with bytes through a unix socket: open files, and who sent them. Here neither means anything.
 *
 * @see unix(7) "Ancillary messages", net/core/scm.c
 */
import type { Received } from "../abi/index.ts";
import { ByteQueue } from "./byte-queue.ts";

/** A reference to an open file. Whoever receives it owns it. */
export interface Passed {
  retain(): Passed;
  release(): void;
}

export interface Sender {
  readonly process: object;
  readonly uid: number;
  readonly gid: number;
}

export interface Ancillary {
  readonly rights: readonly Passed[];
  readonly sender: Sender | undefined;
}

export const NO_ANCILLARY: Ancillary = { rights: [], sender: undefined };

export interface ReceivedMessage extends Received {
  readonly ancillary: Ancillary;
  /** A datagram was longer than what was asked for. */
  readonly isCut: boolean;
}

export function releaseRights({ rights }: Ancillary): void {
  for (const file of rights) file.release();
}

const isSameSender = (one: Sender | undefined, other: Sender | undefined): boolean =>
  one?.process === other?.process && one?.uid === other?.uid && one?.gid === other?.gid;

/** A part of the stream with something beside it. Positions count from the stream's first byte. */
interface Mark {
  readonly start: number;
  readonly end: number;
  readonly ancillary: Ancillary;
}

/** Bytes of a stream; what goes along with some of them comes out with the first of these. */
export class MarkedQueue {
  readonly #bytes = new ByteQueue();
  #taken = 0;
  #marks: Mark[] | undefined;

  get length(): number {
    return this.#bytes.length;
  }

  put(bytes: Uint8Array, ancillary: Ancillary): void {
    if (ancillary.rights.length > 0 || ancillary.sender !== undefined) {
      const start = this.#taken + this.#bytes.length;
      this.#marks ??= [];
      this.#marks.push({ start, end: start + bytes.length, ancillary });
    }
    this.#bytes.put(bytes);
  }

  /** Ends behind bytes with files, and with `bySender` before those of another sender. */
  take(count: number, options: { readonly peek: boolean; readonly bySender: boolean }): ReceivedMessage {
    const { end, ancillary } = this.#reach(this.#taken + Math.min(count, this.length), options.bySender);
    const length = end - this.#taken;
    if (options.peek) {
      const rights = ancillary.rights.map((file) => file.retain());
      const data = this.#bytes.peek(0, length).slice();
      return { data, from: undefined, ancillary: { ...ancillary, rights }, isCut: false };
    }
    this.#taken = end;
    this.#forget(end);
    return { data: this.#bytes.take(length), from: undefined, ancillary, isCut: false };
  }

  /** Nobody will ask for it any more. */
  clear(): void {
    for (const { ancillary } of this.#marks ?? []) releaseRights(ancillary);
    this.#marks = undefined;
    this.#bytes.clear();
  }

  #reach(wanted: number, bySender: boolean): { end: number; ancillary: Ancillary } {
    let sender: Sender | undefined;
    let at = this.#taken;
    for (const { start, end, ancillary } of this.#marks ?? []) {
      if (start >= wanted) break;
      if (bySender && sender !== undefined && at < start) return { end: at, ancillary: { rights: [], sender } };
      const isFirst = start <= this.#taken;
      if (isFirst) sender = ancillary.sender;
      else if (bySender && !isSameSender(sender, ancillary.sender))
        return { end: start, ancillary: { rights: [], sender } };
      at = end;
      if (ancillary.rights.length > 0) {
        return { end: Math.min(wanted, end), ancillary: { rights: ancillary.rights, sender } };
      }
    }
    return { end: wanted, ancillary: { rights: [], sender } };
  }

  /** What lies before `at` has been received, and so have the files of what reaches beyond it. */
  #forget(at: number): void {
    if (this.#marks === undefined) return;
    this.#marks = this.#marks
      .filter(({ end }) => end > at)
      .map((mark) => (mark.start < at ? { ...mark, ancillary: { ...mark.ancillary, rights: [] } } : mark));
    if (this.#marks.length === 0) this.#marks = undefined;
  }
}
