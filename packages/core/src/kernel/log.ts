/** The kernel's log: what `dmesg` shows on a machine. @see syslog(2), dmesg(1), Documentation/ABI/testing/dev-kmsg */

import { WaitQueue } from "../sim/index.ts";

/** Lines that are kept. */
const MAX_LINES = 4096;

export interface LogLine {
  /** Microseconds since the machine was started. */
  readonly atUs: number;
  /** 0 (emergency) … 7 (debug). */
  readonly level: number;
  readonly text: string;
}

export class KernelLog {
  readonly #lines: LogLine[] = [];
  /** How many of the lines have been read by way of syslog(2) or /proc/kmsg. */
  #taken = 0;
  /** How many of the lines were there when the log was last cleared. */
  #cleared = 0;
  /** Somebody wakes when there is more. */
  readonly changed = new WaitQueue("kernel log");
  readonly #uptimeUs: () => number;

  constructor(uptimeUs: () => number) {
    this.#uptimeUs = uptimeUs;
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  print(level: number, text: string): void {
    this.#lines.push({ atUs: this.#uptimeUs(), level, text });
    if (this.#lines.length > MAX_LINES) {
      this.#lines.shift();
      this.#taken = Math.max(0, this.#taken - 1);
      this.#cleared = Math.max(0, this.#cleared - 1);
    }
    this.changed.wakeAll();
  }

  /** As dmesg(1) prints it. */
  format(): string {
    return this.#lines.map((line) => `${stamp(line)} ${line.text}\n`).join("");
  }

  /** As /proc/kmsg and syslog(2) give it. */
  formatRaw(): string {
    return this.#lines.map(rawLine).join("");
  }

  /** What was said since it was cleared. */
  formatSinceClear(): string {
    return this.#lines.slice(this.#cleared).map(rawLine).join("");
  }

  clear(): void {
    this.#cleared = this.#lines.length;
  }

  /** What nobody has taken yet; once. */
  take(): string {
    const lines = this.#lines.slice(this.#taken);
    this.#taken = this.#lines.length;
    return lines.map(rawLine).join("");
  }
}

const rawLine = (line: LogLine): string => `<${line.level}>${stamp(line)} ${line.text}\n`;

function stamp({ atUs }: LogLine): string {
  const seconds = Math.floor(atUs / 1_000_000);
  return `[${String(seconds).padStart(5)}.${String(Math.floor(atUs % 1_000_000)).padStart(6, "0")}]`;
}
