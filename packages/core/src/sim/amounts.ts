/** Numbers from outside that are amounts: of time, of bytes, of turns. */
import { StatusError } from "../lib/index.ts";

/** @throws StatusError invalid-argument for one that is no number, or below nothing */
export function checkAmounts(amounts: Readonly<Record<string, number | undefined>>): void {
  for (const [name, amount] of Object.entries(amounts)) {
    if (amount === undefined || (typeof amount === "number" && amount >= 0)) continue;
    throw new StatusError("invalid-argument", `${name} is a number from 0 on, not ${JSON.stringify(amount)}`);
  }
}
