/** What mount(2) is told of a file system: options with and without values, and sizes. @see mount(8), tmpfs(5) */
import { Errno, type MountData } from "../../abi/index.ts";

/** `key=value,flag` as a map, in the order in which they were said last; a flag's value is "". */
export function parseOptions(data: MountData): Map<string, string> {
  const options = new Map<string, string>();
  for (const part of partsOf(data)) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    options.delete(name);
    options.set(name, equals < 0 ? "" : part.slice(equals + 1));
  }
  return options;
}

/** Options as one text. */
export const textOf = (data: MountData): string => (typeof data === "string" ? data : data.join(","));

/** Options one by one. */
export const partsOf = (data: MountData): readonly string[] => (typeof data === "string" ? data.split(",") : data);

/** Permissions of a root directory, of which only those bits count. @throws EINVAL */
export function parseMode(text: string): number {
  if (!/^[0-7]+$/.test(text)) throw new Errno("EINVAL");
  return Number.parseInt(text, 8) & 0o7777;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** "65536k", "64m", "50%" of memory. @throws EINVAL */
export function parseSize(text: string, memoryBytes: number): number {
  const match = /^(\d+)([kmg%]?)$/i.exec(text);
  if (match === null) throw new Errno("EINVAL");
  const unit = (match[2] ?? "").toLowerCase();
  return unit === "%" ? (Number(match[1]) / 100) * memoryBytes : Number(match[1]) * (UNITS[unit] ?? 1);
}
