/** Capture files of the classic format, as tcpdump and Wireshark read them. @see pcap-savefile(5) */
import { concat } from "../lib/index.ts";
import type { Frame } from "./packet.ts";
import { frameBytes } from "./wire.ts";

const MAGIC = 0xa1b2c3d4;
const SNAP_LENGTH = 262_144;
const LINKTYPE_ETHERNET = 1;

/** Little-endian; times in microseconds since 1970. */
export function pcapFile(frames: readonly { readonly timeUs: number; readonly frame: Frame }[]): Uint8Array {
  const parts = [numbers(MAGIC, 2 | (4 << 16), 0, 0, SNAP_LENGTH, LINKTYPE_ETHERNET)];
  for (const { timeUs, frame } of frames) {
    const bytes = frameBytes(frame, timeUs);
    parts.push(numbers(Math.floor(timeUs / 1_000_000), timeUs % 1_000_000, bytes.length, bytes.length), bytes);
  }
  return concat(parts);
}

function numbers(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [at, value] of values.entries()) view.setUint32(4 * at, value, true);
  return new Uint8Array(view.buffer);
}
