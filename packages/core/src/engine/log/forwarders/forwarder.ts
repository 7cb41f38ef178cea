/** A log driver that sends logs elsewhere. Both of its questions throw ValueError, in the driver's words. */
import { ValueError } from "../../../lib/go/index.ts";

/** `--log-opt`, by name. */
export type LogOptions = Readonly<Record<string, string>>;

export interface Forwarder {
  /** What it can be told, besides what every driver knows. */
  readonly options: readonly string[];
  /** How it names an option that it does not know. */
  readonly quoted?: (name: string) => string;
  /** What it asks before it looks at the names of the options. */
  readonly first?: (options: LogOptions) => void;
  /** Whether it can do what the options say. */
  readonly verify?: (options: LogOptions) => void;
  /** Sets it up for a container that starts: nobody takes logs on this machine. */
  readonly begin?: (options: LogOptions) => void;
}

/** The options of most drivers: what goes along with each line. */
export const DETAILS = "env env-regex labels labels-regex tag".split(" ");

export const named = (driver: string, names: string): readonly string[] =>
  names.split(" ").map((name) => `${driver}-${name}`);

export function refuse(message: string): never {
  throw new ValueError(message);
}

/** Reads the option if there is something to read. */
export function read(options: LogOptions, name: string, parse: (text: string) => unknown): void {
  const text = options[name] ?? "";
  if (text !== "") parse(text);
}

export const refused = (place: string): string => `dial tcp ${place}: connect: connection refused`;
