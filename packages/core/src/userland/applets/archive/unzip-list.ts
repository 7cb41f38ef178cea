/** Tables of what an archive holds, as unzip prints them. */
import type { Routine } from "../../../abi/index.ts";
import type { Io } from "../../io.ts";
import type { ZipDate, ZipEntry } from "./zip-reader.ts";

/** What is done with the entries that are wanted, one after the other. */
export interface EntryUse {
  begin(): Routine<void>;
  take(entry: ZipEntry): Routine<void>;
  end(): Routine<void>;
}

const two = (number: number): string => String(number).padStart(2, "0");

const shown = ({ year, month, day, hour, minute }: ZipDate): string =>
  `${two(month)}-${two(day)}-${year} ${two(hour)}:${two(minute)}`;

export class BriefList implements EntryUse {
  readonly #io: Io;
  readonly #count: number;
  #size = 0;

  /** @param count of all entries, even of those that are not listed. */
  constructor(io: Io, count: number) {
    this.#io = io;
    this.#count = count;
  }

  *begin(): Routine<void> {
    yield* this.#io.out.write("  Length      Date    Time    Name\n---------  ---------- -----   ----\n");
  }

  *take({ size, date, name }: ZipEntry): Routine<void> {
    this.#size += size;
    yield* this.#io.out.write(`${String(size).padStart(9)}  ${shown(date)}   ${name}\n`);
  }

  *end(): Routine<void> {
    const bytes = String(this.#size).padStart(9);
    yield* this.#io.out.write(
      ` --------                     -------\n${bytes}                     ${this.#count} files\n`,
    );
  }
}

export class VerboseList implements EntryUse {
  readonly #io: Io;
  readonly #count: number;
  readonly #isQuiet: boolean;
  #size = 0;
  #packedSize = 0;

  /** @param count as of `BriefList`. */
  constructor(io: Io, count: number, isQuiet: boolean) {
    this.#io = io;
    this.#count = count;
    this.#isQuiet = isQuiet;
  }

  *begin(): Routine<void> {
    if (this.#isQuiet) return;
    yield* this.#io.out.write(" Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n");
    yield* this.#io.out.write("--------  ------  ------- ---- ---------- ----- --------  ----\n");
  }

  *take({ size, packedSize, method, date, crc, name }: ZipEntry): Routine<void> {
    this.#size += size;
    this.#packedSize += packedSize;
    const way = method === 0 ? "Stored" : "Defl:N";
    yield* this.#io.out.write(
      `${String(size).padStart(8)}  ${way}${String(packedSize).padStart(9)} ${percent(size, packedSize)} ${shown(date)} ${crc.toString(16).padStart(8, "0")}  ${name}\n`,
    );
  }

  *end(): Routine<void> {
    if (this.#isQuiet) return;
    const [size, packed] = [String(this.#size).padStart(8), String(this.#packedSize).padStart(9)];
    yield* this.#io.out.write("--------          ------- ----                            ----\n");
    yield* this.#io.out.write(
      `${size}        ${packed} ${percent(this.#size, this.#packedSize)}                            ${this.#count} files\n`,
    );
  }
}

/** How much smaller it is than it was. */
function percent(size: number, packed: number): string {
  const saved = size === 0 ? 0 : Math.trunc(((size - packed) * 100) / size);
  return `${String(saved).padStart(3)}%`;
}
