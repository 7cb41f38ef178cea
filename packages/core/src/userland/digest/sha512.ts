/** SHA-512 and SHA-384, on pairs of 32-bit words: high, low. @see FIPS 180-4 */
import { Blocks, type Hash, wordsToBytes } from "./hash.ts";

/** The first 64 bits of the fractions of the cube roots of the first 80 primes. */
const CONSTANTS = Int32Array.of(
  0x428a2f98,
  0xd728ae22,
  0x71374491,
  0x23ef65cd,
  0xb5c0fbcf,
  0xec4d3b2f,
  0xe9b5dba5,
  0x8189dbbc,
  0x3956c25b,
  0xf348b538,
  0x59f111f1,
  0xb605d019,
  0x923f82a4,
  0xaf194f9b,
  0xab1c5ed5,
  0xda6d8118,
  0xd807aa98,
  0xa3030242,
  0x12835b01,
  0x45706fbe,
  0x243185be,
  0x4ee4b28c,
  0x550c7dc3,
  0xd5ffb4e2,
  0x72be5d74,
  0xf27b896f,
  0x80deb1fe,
  0x3b1696b1,
  0x9bdc06a7,
  0x25c71235,
  0xc19bf174,
  0xcf692694,
  0xe49b69c1,
  0x9ef14ad2,
  0xefbe4786,
  0x384f25e3,
  0x0fc19dc6,
  0x8b8cd5b5,
  0x240ca1cc,
  0x77ac9c65,
  0x2de92c6f,
  0x592b0275,
  0x4a7484aa,
  0x6ea6e483,
  0x5cb0a9dc,
  0xbd41fbd4,
  0x76f988da,
  0x831153b5,
  0x983e5152,
  0xee66dfab,
  0xa831c66d,
  0x2db43210,
  0xb00327c8,
  0x98fb213f,
  0xbf597fc7,
  0xbeef0ee4,
  0xc6e00bf3,
  0x3da88fc2,
  0xd5a79147,
  0x930aa725,
  0x06ca6351,
  0xe003826f,
  0x14292967,
  0x0a0e6e70,
  0x27b70a85,
  0x46d22ffc,
  0x2e1b2138,
  0x5c26c926,
  0x4d2c6dfc,
  0x5ac42aed,
  0x53380d13,
  0x9d95b3df,
  0x650a7354,
  0x8baf63de,
  0x766a0abb,
  0x3c77b2a8,
  0x81c2c92e,
  0x47edaee6,
  0x92722c85,
  0x1482353b,
  0xa2bfe8a1,
  0x4cf10364,
  0xa81a664b,
  0xbc423001,
  0xc24b8b70,
  0xd0f89791,
  0xc76c51a3,
  0x0654be30,
  0xd192e819,
  0xd6ef5218,
  0xd6990624,
  0x5565a910,
  0xf40e3585,
  0x5771202a,
  0x106aa070,
  0x32bbd1b8,
  0x19a4c116,
  0xb8d2d0c8,
  0x1e376c08,
  0x5141ab53,
  0x2748774c,
  0xdf8eeb99,
  0x34b0bcb5,
  0xe19b48a8,
  0x391c0cb3,
  0xc5c95a63,
  0x4ed8aa4a,
  0xe3418acb,
  0x5b9cca4f,
  0x7763e373,
  0x682e6ff3,
  0xd6b2b8a3,
  0x748f82ee,
  0x5defb2fc,
  0x78a5636f,
  0x43172f60,
  0x84c87814,
  0xa1f0ab72,
  0x8cc70208,
  0x1a6439ec,
  0x90befffa,
  0x23631e28,
  0xa4506ceb,
  0xde82bde9,
  0xbef9a3f7,
  0xb2c67915,
  0xc67178f2,
  0xe372532b,
  0xca273ece,
  0xea26619c,
  0xd186b8c7,
  0x21c0c207,
  0xeada7dd6,
  0xcde0eb1e,
  0xf57d4f7f,
  0xee6ed178,
  0x06f067aa,
  0x72176fba,
  0x0a637dc5,
  0xa2c898a6,
  0x113f9804,
  0xbef90dae,
  0x1b710b35,
  0x131c471b,
  0x28db77f5,
  0x23047d84,
  0x32caab7b,
  0x40c72493,
  0x3c9ebe0a,
  0x15c9bebc,
  0x431d67c4,
  0x9c100d4c,
  0x4cc5d4be,
  0xcb3e42b6,
  0x597f299c,
  0xfc657e2a,
  0x5fcb6fab,
  0x3ad6faec,
  0x6c44198c,
  0x4a475817,
);
const START_512 = [
  0x6a09e667, 0xf3bcc908, 0xbb67ae85, 0x84caa73b, 0x3c6ef372, 0xfe94f82b, 0xa54ff53a, 0x5f1d36f1, 0x510e527f,
  0xade682d1, 0x9b05688c, 0x2b3e6c1f, 0x1f83d9ab, 0xfb41bd6b, 0x5be0cd19, 0x137e2179,
] as const;
const START_384 = [
  0xcbbb9d5d, 0xc1059ed8, 0x629a292a, 0x367cd507, 0x9159015a, 0x3070dd17, 0x152fecd8, 0xf70e5939, 0x67332667,
  0xffc00b31, 0x8eb44a87, 0x68581511, 0xdb0c2e0d, 0x64f98fa7, 0x47b5481d, 0xbefa4fa4,
] as const;

export class Sha512 implements Hash {
  readonly #state: Int32Array;
  readonly #length: number;
  readonly #words = new Int32Array(160);
  readonly #work = new Int32Array(16);
  readonly #blocks = new Blocks(128, (bytes, at) => this.#block(bytes, at));

  constructor(bits: 384 | 512 = 512) {
    this.#state = Int32Array.from(bits === 512 ? START_512 : START_384);
    this.#length = bits / 8;
  }

  update(bytes: Uint8Array): void {
    this.#blocks.update(bytes);
  }

  digest(): Uint8Array {
    this.#blocks.finish(16, { littleEndian: false });
    return wordsToBytes(this.#state, { littleEndian: false }).subarray(0, this.#length);
  }

  #block(bytes: Uint8Array, at: number): void {
    const words = this.#words;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 128);
    for (let i = 0; i < 32; i++) words[i] = view.getInt32(i * 4, false);
    for (let i = 32; i < 160; i += 2) extend(words, i);
    // a … h, two words each.
    const work = this.#work;
    work.set(this.#state);
    for (let i = 0; i < 160; i += 2) round(work, words, i);
    const state = this.#state;
    for (let i = 0; i < 16; i += 2) {
      const low = ((state[i + 1] as number) >>> 0) + ((work[i + 1] as number) >>> 0);
      state[i] = (state[i] as number) + (work[i] as number) + (low > 0xffffffff ? 1 : 0);
      state[i + 1] = low;
    }
  }
}

/** Fills in the word at `i` of the message schedule. */
function extend(words: Int32Array, i: number): void {
  const xh = words[i - 30] as number;
  const xl = words[i - 29] as number;
  const yh = words[i - 4] as number;
  const yl = words[i - 3] as number;
  const s0h = rotate(xh, xl, 1) ^ rotate(xh, xl, 8) ^ (xh >>> 7);
  const s0l = rotate(xl, xh, 1) ^ rotate(xl, xh, 8) ^ ((xl >>> 7) | (xh << 25));
  const s1h = rotate(yh, yl, 19) ^ rotateFar(yh, yl, 61) ^ (yh >>> 6);
  const s1l = rotate(yl, yh, 19) ^ rotateFar(yl, yh, 61) ^ ((yl >>> 6) | (yh << 26));
  const low = (s0l >>> 0) + (s1l >>> 0) + ((words[i - 31] as number) >>> 0) + ((words[i - 13] as number) >>> 0);
  words[i] = s0h + s1h + (words[i - 32] as number) + (words[i - 14] as number) + carry(low);
  words[i + 1] = low;
}

function round(work: Int32Array, words: Int32Array, i: number): void {
  const [ah = 0, al = 0, bh = 0, bl = 0, ch = 0, cl = 0] = work;
  const eh = work[8] as number;
  const el = work[9] as number;
  const s1h = rotate(eh, el, 14) ^ rotate(eh, el, 18) ^ rotateFar(eh, el, 41);
  const s1l = rotate(el, eh, 14) ^ rotate(el, eh, 18) ^ rotateFar(el, eh, 41);
  const chooseHigh = (eh & (work[10] as number)) ^ (~eh & (work[12] as number));
  const chooseLow = (el & (work[11] as number)) ^ (~el & (work[13] as number));
  const firstLow =
    ((work[15] as number) >>> 0) +
    (s1l >>> 0) +
    (chooseLow >>> 0) +
    ((CONSTANTS[i + 1] as number) >>> 0) +
    ((words[i + 1] as number) >>> 0);
  const firstHigh =
    (work[14] as number) + s1h + chooseHigh + (CONSTANTS[i] as number) + (words[i] as number) + carry(firstLow);
  const s0h = rotate(ah, al, 28) ^ rotateFar(ah, al, 34) ^ rotateFar(ah, al, 39);
  const s0l = rotate(al, ah, 28) ^ rotateFar(al, ah, 34) ^ rotateFar(al, ah, 39);
  const majorityHigh = (ah & bh) ^ (ah & ch) ^ (bh & ch);
  const majorityLow = (al & bl) ^ (al & cl) ^ (bl & cl);
  const secondLow = (s0l >>> 0) + (majorityLow >>> 0);
  const secondHigh = s0h + majorityHigh + carry(secondLow);
  work.copyWithin(2, 0, 14);
  const fifthLow = ((work[9] as number) >>> 0) + (firstLow >>> 0);
  work[8] = (work[8] as number) + firstHigh + carry(fifthLow);
  work[9] = fifthLow;
  const low = (firstLow >>> 0) + (secondLow >>> 0);
  work[0] = firstHigh + secondHigh + carry(low);
  work[1] = low;
}

/** What a sum of low words adds to the high ones. */
const carry = (low: number): number => Math.floor(low / 0x100000000);

/** One word of a 64-bit rotation to the right by less than 32. */
const rotate = (word: number, other: number, by: number): number => (word >>> by) | (other << (32 - by));

/** One word of a 64-bit rotation to the right by more than 32. */
const rotateFar = (word: number, other: number, by: number): number => (other >>> (by - 32)) | (word << (64 - by));
