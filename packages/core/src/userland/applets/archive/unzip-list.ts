/** Tables of what an archive holds, as unzip prints them. */
import type { Routine } from "../../../abi/index.ts";
import type { Io } from "../../io.ts";
import type { ZipDate, ZipEntry } from "./zip-reader.ts";

const two = (number: number): string => String(number).padStart(2, "0");

const shown = ({ year, month, day, hour, minute }: ZipDate): string =>
  `${two(month)}-${two(day)}-${year} ${two(hour)}:${two(minute)}`;

const total = (entries: readonly ZipEntry[], of: (entry: ZipEntry) => number): number =>
  entries.reduce((sum, entry) => sum + of(entry), 0);

/** @param count of all entries, even of those that are not listed. */
export function* listBriefly(io: Io, entries: readonly ZipEntry[], count: number): Routine<void> {
  yield* io.out.write("  Length      Date    Time    Name\n---------  ---------- -----   ----\n");
  for (const { size, date, name } of entries) {
    yield* io.out.write(`${String(size).padStart(9)}  ${shown(date)}   ${name}\n`);
  }
  const bytes = String(total(entries, ({ size }) => size)).padStart(9);
  yield* io.out.write(` --------                     -------\n${bytes}                     ${count} files\n`);
}

export function* listVerbosely(io: Io, entries: readonly ZipEntry[], quiet: boolean): Routine<void> {
  if (!quiet) {
    yield* io.out.write(" Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n");
    yield* io.out.write("--------  ------  ------- ---- ---------- ----- --------  ----\n");
  }
  for (const { size, packedSize, method, date, crc, name } of entries) {
    const way = method === 0 ? "Stored" : "Defl:N";
    yield* io.out.write(
      `${String(size).padStart(8)}  ${way}${String(packedSize).padStart(9)} ${percent(size, packedSize)} ${shown(date)} ${crc.toString(16).padStart(8, "0")}  ${name}\n`,
    );
  }
  if (quiet) return;
  const [size, packed] = [total(entries, (one) => one.size), total(entries, (one) => one.packedSize)];
  yield* io.out.write("--------          ------- ----                            ----\n");
  yield* io.out.write(
    `${String(size).padStart(8)}        ${String(packed).padStart(9)} ${percent(size, packed)}                            ${entries.length} files\n`,
  );
}

/** How much smaller it is than it was. */
function percent(size: number, packed: number): string {
  const saved = size === 0 ? 0 : Math.trunc(((size - packed) * 100) / size);
  return `${String(saved).padStart(3)}%`;
}
