/**
 * Protocol buffers as bytes: fields one after another, as a message's own encoder would write them.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
import { concat } from "./bytes.ts";
import { encode } from "./text.ts";

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** A field that has bytes, a text or a message in it. */
export function protobufField(number: number, content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === "string" ? encode(content) : content;
  return concat([varint(BigInt(number * 8 + LENGTH_DELIMITED)), varint(BigInt(bytes.length)), bytes]);
}

/** A field that is a 64-bit integer: a negative one takes ten bytes. */
export function protobufInteger(number: number, value: number): Uint8Array {
  return concat([varint(BigInt(number * 8 + VARINT)), varint(BigInt.asUintN(64, BigInt(value)))]);
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
