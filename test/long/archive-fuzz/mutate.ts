/** Archives made wrong: at random, and as somebody would who means harm. */
import { concat, encode } from "@bottleship/core/lib";
import type { Prng } from "@bottleship/core/sim";

const BLOCK = 512;
/** Fields of a tar header: where they begin, and how long they are. */
const FIELDS = [
  [0, 100],
  [100, 8],
  [108, 8],
  [116, 8],
  [124, 12],
  [136, 12],
  [156, 1],
  [157, 100],
  [257, 8],
  [329, 8],
  [337, 8],
  [345, 155],
] as const;
const HOSTILE = [
  "../../etc/passwd",
  "/etc/shadow",
  "a/../../b",
  ".",
  "..",
  "",
  "lib/x",
  "etc",
  "etc/passwd/x",
  ".wh...",
  ".wh..",
  ".wh.",
  "usr/../..",
  "\xff\xfe",
  "99999999999",
  "-1",
  "77777777777",
  "x",
  "0",
  "1",
  "2",
  "3",
  "5",
  "7",
  "L",
  "K",
  "g",
  "S",
] as const;
const PAX = [
  "size=-512",
  "size=999999999999",
  "path=../../x",
  "path=",
  "linkpath=/etc",
  "mtime=1e9",
  "uid=-5",
  "SCHILY.xattr.a=b",
];

/** One to four changes. */
export function mutated(archive: Uint8Array, other: Uint8Array, prng: Prng): Uint8Array {
  let bytes: Uint8Array = archive.slice();
  for (let left = 1 + prng.below(4); left > 0; left--) bytes = change(bytes, other, prng);
  return bytes;
}

function change(bytes: Uint8Array, other: Uint8Array, prng: Prng): Uint8Array {
  const at = prng.below(bytes.length + 1);
  const length = prng.below(Math.min(2048, bytes.length - at) + 1);
  switch (prng.below(9)) {
    case 0:
      bytes[at] = prng.below(256);
      return bytes;
    case 1:
      bytes.fill(prng.below(2) * 255, at, at + length);
      return bytes;
    case 2:
      return bytes.slice(0, at);
    case 3:
      return concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 4:
      return concat([bytes.subarray(0, at), prng.bytes(prng.below(600)), bytes.subarray(at)]);
    case 5:
      return concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
    case 6:
      return concat([bytes.subarray(0, at - (at % BLOCK)), other.subarray(prng.below(other.length + 1))]);
    case 7:
      return insertPax(bytes, prng);
    default:
      return changeHeader(bytes, prng);
  }
}

/** A field of some header gets another value, and the checksum is made right again. */
function changeHeader(bytes: Uint8Array, prng: Prng): Uint8Array {
  const block = headerAt(bytes, prng);
  if (block === undefined) return bytes;
  const [at, length] = FIELDS[prng.below(FIELDS.length)] ?? FIELDS[0];
  const value = encode(HOSTILE[prng.below(HOSTILE.length)] ?? "").subarray(0, length);
  block.fill(0, at, at + length);
  block.set(value, at);
  sign(block);
  return bytes;
}

function insertPax(bytes: Uint8Array, prng: Prng): Uint8Array {
  const text = PAX[prng.below(PAX.length)] ?? "";
  const size = text.length + 4;
  const record = encode(`${prng.below(8) === 0 ? 99_999 : size} ${text}\n`);
  const header = new Uint8Array(BLOCK);
  header.set(encode("pax"), 0);
  header.set(encode(`${(prng.below(8) === 0 ? 1 << 28 : record.length).toString(8).padStart(11, "0")} `), 124);
  header.set(encode(prng.below(4) === 0 ? "g" : "x"), 156);
  header.set(encode("ustar\x0000"), 257);
  for (const field of [100, 108, 116]) header.set(encode("0000000"), field);
  header.set(encode("00000000000"), 136);
  sign(header);
  const data = new Uint8Array(BLOCK);
  data.set(record);
  const at = prng.below(Math.floor(bytes.length / BLOCK) + 1) * BLOCK;
  return concat([bytes.subarray(0, at), header, data, bytes.subarray(at)]);
}

function headerAt(bytes: Uint8Array, prng: Prng): Uint8Array | undefined {
  const headers: number[] = [];
  for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) if (bytes[at + 257] === 0x75) headers.push(at);
  const at = headers[prng.below(Math.max(1, headers.length))];
  return at === undefined ? undefined : bytes.subarray(at, at + BLOCK);
}

function sign(block: Uint8Array): void {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
}
