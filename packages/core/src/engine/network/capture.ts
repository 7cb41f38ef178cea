/** Captures: frames as data, as lines of text, and as a file for tcpdump and Wireshark. */
import { type Frame, frameText, pcapFile } from "../../net/index.ts";
import type { LinkSelection } from "./link-service.ts";

/** A frame, where and when it was seen. */
export interface CapturedFrame {
  /** Microseconds since 1970, in the world's time. */
  readonly timeUs: number;
  /** At whose device it was seen. */
  readonly container: string;
  readonly network: string;
  /** Into the container, or out of it. */
  readonly direction: "in" | "out";
  readonly frame: Frame;
}

/** Frames that a capture keeps unless it is told otherwise. */
const CAPTURE_LIMIT = 100_000;

/** Frames as they are captured. Ends when it is disposed of. */
export class Capture implements Disposable {
  readonly selection: LinkSelection;
  readonly #end: () => void;
  readonly #frames: CapturedFrame[] = [];
  /** Frames that there was no room for any more. */
  dropped = 0;

  constructor(selection: LinkSelection, end: () => void) {
    this.selection = selection;
    this.#end = end;
  }

  /** In the order in which they were seen. */
  get frames(): readonly CapturedFrame[] {
    return this.#frames;
  }

  add(frame: CapturedFrame): void {
    if (this.#frames.length < CAPTURE_LIMIT) this.#frames.push(frame);
    else this.dropped++;
  }

  /** A line for each, much as tcpdump prints them. */
  text(): string {
    return this.#frames.map(({ timeUs, frame }) => `${timeText(timeUs)} ${frameText(frame)}\n`).join("");
  }

  toString(): string {
    return this.text();
  }

  /** A file of type application/vnd.tcpdump.pcap. */
  pcap(): Uint8Array {
    return pcapFile(this.#frames);
  }

  /** No more frames are recorded; those that are stay. */
  end(): void {
    this.#end();
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

const DAY_US = 86_400_000_000;

/** The time of day: "00:00:01.000020". */
function timeText(timeUs: number): string {
  const us = timeUs % DAY_US;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const fraction = String(us % 1_000_000).padStart(6, "0");
  return `${two(us / 3_600_000_000)}:${two((us / 60_000_000) % 60)}:${two((us / 1_000_000) % 60)}.${fraction}`;
}
