/** The kernel's log: what `dmesg` shows on a machine. @see syslog(2), dmesg(1), Documentation/ABI/testing/dev-kmsg */

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
  readonly #uptimeUs: () => number;

  constructor(uptimeUs: () => number) {
    this.#uptimeUs = uptimeUs;
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  print(level: number, text: string): void {
    this.#lines.push({ atUs: this.#uptimeUs(), level, text });
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
  }

  /** As dmesg(1) prints it. */
  format(): string {
    return this.#lines.map((line) => `${stamp(line)} ${line.text}\n`).join("");
  }

  /** As /proc/kmsg and syslog(2) give it. */
  formatRaw(): string {
    return this.#lines.map((line) => `<${line.level}>${stamp(line)} ${line.text}\n`).join("");
  }
}

function stamp({ atUs }: LogLine): string {
  const seconds = Math.floor(atUs / 1_000_000);
  return `[${String(seconds).padStart(5)}.${String(Math.floor(atUs % 1_000_000)).padStart(6, "0")}]`;
}
