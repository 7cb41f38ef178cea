/**
 * The LZMA decoder: range coder, adaptive bits, matches. Containers (`.lzma`, `.xz`) are read elsewhere.
 *
 * @see LZMA specification by I. Pavlov (DRAFT, 2015)
 */
import { StatusError } from "../status-error.ts";

const PROBABILITY_BITS = 11;
const HALF = 1 << (PROBABILITY_BITS - 1);
const MOVE_BITS = 5;
const TOP = 2 ** 24;

const STATES = 12;
const FIRST_NON_LITERAL_STATE = 7;
const POSITION_STATES = 16;
const LENGTH_STATES = 4;
const SLOT_BITS = 6;
const FIRST_MODEL_SLOT = 4;
const END_MODEL_SLOT = 14;
const ALIGN_BITS = 4;
const MIN_MATCH = 2;
const LITERAL_SIZE = 0x300;
/** How much of the promised output there is room for from the start. */
const FIRST_ROOM = 1 << 24;

/** How many bits of the previous byte and of the position select a coder. */
export interface LzmaProperties {
  readonly literalContextBits: number;
  readonly literalPositionBits: number;
  readonly positionBits: number;
}

/** The three numbers packed in a byte; `undefined` if it holds none. */
export function lzmaProperties(byte: number): LzmaProperties | undefined {
  if (byte >= 9 * 5 * 5) return undefined;
  const rest = Math.floor(byte / 9);
  return { literalContextBits: byte % 9, literalPositionBits: rest % 5, positionBits: Math.floor(rest / 5) };
}

const corrupt = (): StatusError => new StatusError("invalid-argument", "lzma: corrupt input");

const tooShort = (): StatusError => new StatusError("unavailable", "lzma: unexpected end of input");

const probabilities = (count: number): Uint16Array => new Uint16Array(count).fill(HALF);

/** A match's length: short, middle or long, the first two by position. */
class LengthCoder {
  readonly choices = probabilities(2);
  readonly low = probabilities(POSITION_STATES * 8);
  readonly middle = probabilities(POSITION_STATES * 8);
  readonly high = probabilities(256);
}

/** Everything that adapts while decoding. */
class Model {
  readonly isMatch = probabilities(STATES * POSITION_STATES);
  readonly isRepeat = probabilities(STATES);
  readonly isRepeat0 = probabilities(STATES);
  readonly isRepeat1 = probabilities(STATES);
  readonly isRepeat2 = probabilities(STATES);
  readonly isLongRepeat0 = probabilities(STATES * POSITION_STATES);
  readonly slots = probabilities(LENGTH_STATES * (1 << SLOT_BITS));
  readonly special = probabilities(1 + 128 - END_MODEL_SLOT);
  readonly align = probabilities(1 << ALIGN_BITS);
  readonly lengths = new LengthCoder();
  readonly repeatLengths = new LengthCoder();
  readonly literals: Uint16Array;

  constructor(bits: number) {
    this.literals = probabilities(LITERAL_SIZE << bits);
  }
}

/** Decodes one LZMA stream, or the chunks of an LZMA2 stream, into a growing output. */
export class LzmaDecoder {
  /** Everything decoded so far; `length` bytes of it count. */
  output = new Uint8Array(1 << 16);
  length = 0;
  /** Where the dictionary begins: matches do not reach before it. */
  #dictionaryStart = 0;
  #properties: LzmaProperties = { literalContextBits: 3, literalPositionBits: 0, positionBits: 2 };
  #model = new Model(3);
  #state = 0;
  #distances: [number, number, number, number] = [0, 0, 0, 0];

  #input: Uint8Array = new Uint8Array(0);
  #at = 0;
  #range = 0;
  #code = 0;

  /** Forgets what has been decoded, for matches. */
  resetDictionary(): void {
    this.#dictionaryStart = this.length;
  }

  /** Starts with fresh probabilities. */
  resetState(properties: LzmaProperties = this.#properties): void {
    this.#properties = properties;
    this.#model = new Model(properties.literalContextBits + properties.literalPositionBits);
    this.#state = 0;
    this.#distances = [0, 0, 0, 0];
  }

  /** Appends bytes that are stored as they are. */
  copy(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.output.set(bytes, this.length);
    this.length += bytes.length;
  }

  /**
   * Decodes until `size` more bytes are there, or, if no size is given, until the end marker.
   *
   * Returns how much of the input was used. The first byte is not looked at.
   *
   * @throws StatusError invalid-argument, or unavailable if the input ends too early.
   */
  decode(input: Uint8Array, size: number | undefined): number {
    if (input.length < 5) throw tooShort();
    this.#input = input;
    this.#at = 5;
    this.#range = 2 ** 32 - 1;
    this.#code = new DataView(input.buffer, input.byteOffset).getUint32(1);
    const end = size === undefined ? Number.POSITIVE_INFINITY : this.length + size;
    // A header may lie about the size: room for more is made when it comes.
    if (size !== undefined) this.#reserve(Math.min(size, FIRST_ROOM));
    while (this.length < end) if (!this.#symbol(end)) return this.#at;
    if (size === undefined) return this.#at;
    // What is left of the range coder's five bytes belongs to the chunk.
    this.#normalize();
    return this.#at;
  }

  /** One literal or match. False at the end marker. */
  #symbol(end: number): boolean {
    const model = this.#model;
    const positionState = (this.length - this.#dictionaryStart) & ((1 << this.#properties.positionBits) - 1);
    const state = this.#state;
    if (this.#bit(model.isMatch, state * POSITION_STATES + positionState) === 0) {
      this.#literal();
      return true;
    }
    let length: number;
    if (this.#bit(model.isRepeat, state) === 0) {
      const [first, second, third] = this.#distances;
      length = this.#matchLength(model.lengths, positionState);
      this.#state = state < FIRST_NON_LITERAL_STATE ? 7 : 10;
      const distance = this.#distance(length);
      if (distance === 0xffff_ffff) return false;
      this.#distances = [distance, first, second, third];
    } else {
      if (this.#chooseRepeat(state, positionState)) {
        this.#state = state < FIRST_NON_LITERAL_STATE ? 9 : 11;
        length = 1;
      } else {
        length = this.#matchLength(model.repeatLengths, positionState);
        this.#state = state < FIRST_NON_LITERAL_STATE ? 8 : 11;
      }
    }
    this.#copyMatch(this.#distances[0], Math.min(length, end - this.length));
    return true;
  }

  /** Moves the wanted one of the last four distances to the front. True for a match of a single byte. */
  #chooseRepeat(state: number, positionState: number): boolean {
    const model = this.#model;
    const [a, b, c, d] = this.#distances;
    if (this.#bit(model.isRepeat0, state) === 0) {
      return this.#bit(model.isLongRepeat0, state * POSITION_STATES + positionState) === 0;
    }
    if (this.#bit(model.isRepeat1, state) === 0) this.#distances = [b, a, c, d];
    else if (this.#bit(model.isRepeat2, state) === 0) this.#distances = [c, a, b, d];
    else this.#distances = [d, a, b, c];
    return false;
  }

  #literal(): void {
    const { literalContextBits, literalPositionBits } = this.#properties;
    const at = this.length - this.#dictionaryStart;
    const previous = at === 0 ? 0 : (this.output[this.length - 1] as number);
    const position = at & ((1 << literalPositionBits) - 1);
    const coder = ((position << literalContextBits) + (previous >> (8 - literalContextBits))) * LITERAL_SIZE;
    const { literals } = this.#model;
    let symbol = 1;
    if (this.#state >= FIRST_NON_LITERAL_STATE) {
      let match = this.#byteBack(this.#distances[0]);
      do {
        const matchBit = (match >> 7) & 1;
        match <<= 1;
        const bit = this.#bit(literals, coder + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      } while (symbol < 0x100);
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(literals, coder + symbol);
    this.#reserve(1);
    this.output[this.length++] = symbol;
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  #matchLength(coder: LengthCoder, positionState: number): number {
    if (this.#bit(coder.choices, 0) === 0) return MIN_MATCH + this.#tree(coder.low, positionState * 8, 3);
    if (this.#bit(coder.choices, 1) === 0) return MIN_MATCH + 8 + this.#tree(coder.middle, positionState * 8, 3);
    return MIN_MATCH + 16 + this.#tree(coder.high, 0, 8);
  }

  #distance(length: number): number {
    const lengthState = Math.min(length - MIN_MATCH, LENGTH_STATES - 1);
    const slot = this.#tree(this.#model.slots, lengthState << SLOT_BITS, SLOT_BITS);
    if (slot < FIRST_MODEL_SLOT) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < END_MODEL_SLOT) return base + this.#reverseTree(this.#model.special, base - slot, bits);
    const direct = this.#directBits(bits - ALIGN_BITS) * (1 << ALIGN_BITS);
    return base + direct + this.#reverseTree(this.#model.align, 0, ALIGN_BITS);
  }

  #copyMatch(distance: number, count: number): void {
    if (distance >= this.length - this.#dictionaryStart) throw corrupt();
    this.#reserve(count);
    const { output } = this;
    let from = this.length - distance - 1;
    for (let i = 0; i < count; i++) output[this.length++] = output[from++] as number;
  }

  #byteBack(distance: number): number {
    if (distance >= this.length - this.#dictionaryStart) throw corrupt();
    return this.output[this.length - distance - 1] as number;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.output.length) return;
    const larger = new Uint8Array(Math.max(this.output.length * 2, this.length + count));
    larger.set(this.output.subarray(0, this.length));
    this.output = larger;
  }

  // ── the range coder ──

  #normalize(): void {
    if (this.#range >= TOP) return;
    if (this.#at >= this.#input.length) throw tooShort();
    this.#range = (this.#range * 256) >>> 0;
    this.#code = ((this.#code << 8) | (this.#input[this.#at++] as number)) >>> 0;
  }

  #bit(model: Uint16Array, index: number): number {
    this.#normalize();
    const probability = model[index] as number;
    const bound = (this.#range >>> PROBABILITY_BITS) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      model[index] = probability + (((1 << PROBABILITY_BITS) - probability) >> MOVE_BITS);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    model[index] = probability - (probability >> MOVE_BITS);
    return 1;
  }

  #tree(model: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.#bit(model, base + symbol);
    return symbol - (1 << bits);
  }

  /** The lowest bit first. */
  #reverseTree(model: Uint16Array, base: number, bits: number): number {
    let node = 1;
    let symbol = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.#bit(model, base + node);
      node = (node << 1) | bit;
      symbol |= bit << i;
    }
    return symbol;
  }

  #directBits(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      this.#normalize();
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      value = value * 2 + bit;
    }
    return value;
  }
}
