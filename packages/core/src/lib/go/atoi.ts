/** What strconv.Atoi says of texts that are no numbers. */
import { quote } from "./quote.ts";

const LARGEST = (1n << 63n) - 1n;

/** `undefined` for a whole number of 64 bits. */
export function atoiProblem(text: string): string | undefined {
  const problem = (why: string): string => `strconv.Atoi: parsing ${quote(text)}: ${why}`;
  if (!/^[+-]?\d+$/.test(text)) return problem("invalid syntax");
  const value = BigInt(text.replace(/^\+/, ""));
  return value > LARGEST || value < -LARGEST - 1n ? problem("value out of range") : undefined;
}
