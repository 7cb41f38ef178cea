/**
 * Pieces: numbered byte strings that a state is made of. A frame of the journal brings new ones, and a note of what they
 * are; later frames refer to earlier ones by their numbers. The same bytes are written once, also where they are a part
 * of others: a file of a layer is a stretch of the layer's archive.
 */
import { concat, decode, encode } from "../../lib/index.ts";
import type { BytePlaces } from "./documents.ts";

/** Bytes of a piece. */
export interface Place {
  readonly piece: number;
  readonly offset: number;
}

interface Region extends Place {
  readonly start: number;
  readonly end: number;
}

export class PieceWriter implements Pick<BytePlaces, "put"> {
  #last: number;
  #added: Uint8Array[] = [];
  readonly #whole = new WeakMap<Uint8Array, number>();
  readonly #places = new WeakMap<Uint8Array, Place>();
  readonly #regions = new WeakMap<ArrayBufferLike, Region[]>();

  constructor(last = 0) {
    this.#last = last;
  }

  /** The number of a new piece. */
  add(bytes: Uint8Array): number {
    this.#added.push(bytes);
    return ++this.#last;
  }

  /** The number of a piece of these bytes, which nobody changes. */
  put(bytes: Uint8Array): number {
    const known = this.#whole.get(bytes);
    if (known !== undefined) return known;
    const piece = this.add(bytes);
    this.knowWhole(bytes, piece);
    const { buffer, byteOffset: start, byteLength } = bytes;
    const regions = this.#regions.get(buffer) ?? [];
    regions.push({ piece, offset: 0, start, end: start + byteLength });
    this.#regions.set(buffer, regions);
    return piece;
  }

  /** Where bytes are that were written before, by themselves or as a part of others. */
  find(bytes: Uint8Array): Place | undefined {
    const known = this.#places.get(bytes);
    if (known !== undefined) return known;
    const { buffer, byteOffset, byteLength } = bytes;
    const around = this.#regions
      .get(buffer)
      ?.find(({ start, end }) => start <= byteOffset && byteOffset + byteLength <= end);
    return around && { piece: around.piece, offset: byteOffset - around.start };
  }

  /** Says that bytes are a piece. */
  knowWhole(bytes: Uint8Array, piece: number): void {
    this.#whole.set(bytes, piece);
    this.know(bytes, { piece, offset: 0 });
  }

  /** Says where bytes are. */
  know(bytes: Uint8Array, place: Place): void {
    this.#places.set(bytes, place);
  }

  get isEmpty(): boolean {
    return this.#added.length === 0;
  }

  /** What was added since the last time, as the payload of a frame. */
  take(note: unknown): Uint8Array {
    const pieces = this.#added;
    this.#added = [];
    const first = this.#last - pieces.length + 1;
    const head = encode(JSON.stringify({ first, lengths: pieces.map(({ length }) => length), note }));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, head.length);
    return concat([length, head, ...pieces]);
  }
}

export class PieceReader implements Pick<BytePlaces, "get"> {
  readonly #pieces = new Map<number, Uint8Array>();
  last = 0;

  /** @returns the note of the frame */
  take(payload: Uint8Array): unknown {
    const length = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
    const head = JSON.parse(decode(payload.subarray(4, 4 + length))) as Head;
    let at = 4 + length;
    for (const [index, size] of head.lengths.entries()) {
      this.last = head.first + index;
      this.#pieces.set(this.last, payload.subarray(at, at + size));
      at += size;
    }
    return head.note;
  }

  get(number: number): Uint8Array {
    return this.#pieces.get(number) ?? NOTHING;
  }

  /** All of them. */
  entries(): Iterable<[number: number, bytes: Uint8Array]> {
    return this.#pieces;
  }
}

interface Head {
  readonly first: number;
  readonly lengths: readonly number[];
  readonly note: unknown;
}

const NOTHING = new Uint8Array(0);
