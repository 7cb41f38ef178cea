import { StatusError } from "./status-error.ts";

/** A word from outside that has to be one of those that there are. @throws StatusError invalid-argument, with all of them */
export function knownWord<T extends string>(known: readonly T[], word: T, what: string): T {
  if (known.includes(word)) return word;
  throw new StatusError("invalid-argument", `"${word}" is no ${what}: there is ${known.join(", ")}`);
}
