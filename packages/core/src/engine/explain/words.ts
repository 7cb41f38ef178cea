/** How times, amounts, signals and processes are said in explanations. */
import { type Signal, signalName } from "../../abi/index.ts";
import type { Who } from "./cause.ts";

/** `12.3 s`, `250 ms`, `7 µs` */
export function durationWords(us: number): string {
  if (us >= 60_000_000 && us % 60_000_000 === 0) return `${us / 60_000_000} min`;
  if (us >= 1_000_000) return `${trimmed(us / 1_000_000, 3)} s`;
  return us >= 1000 ? `${trimmed(us / 1000, 3)} ms` : `${trimmed(us, 0)} µs`;
}

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** `64 MiB`, `1.5 GiB` */
export function memoryWords(bytes: number): string {
  if (!Number.isFinite(bytes)) return "no limit";
  let [amount, unit] = [bytes, 0];
  while (amount >= 1024 && unit < UNITS.length - 1) [amount, unit] = [amount / 1024, unit + 1];
  return `${trimmed(amount, 1)} ${UNITS[unit] ?? ""}`;
}

function trimmed(value: number, digits: number): string {
  const fixed = value.toFixed(digits);
  return digits === 0 ? fixed : fixed.replace(/\.?0+$/, "");
}

export const signalWords = (signal: Signal): string => signalName(signal) ?? `signal ${signal}`;

/** `hog` (pid 1) */
export const processWords = ({ name, ownPid }: Who): string => `\`${name}\` (pid ${ownPid})`;

export function commandWords(argv: readonly string[]): string {
  const line = argv.join(" ");
  return `\`${line.length > 80 ? `${line.slice(0, 79)}…` : line}\``;
}

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
export const processes = (number: number): string => `${number} process${number === 1 ? "" : "es"}`;
export const times = (number: number): string => (number === 1 ? "once" : `${number} times`);
