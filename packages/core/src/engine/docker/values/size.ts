/** Amounts of memory and CPUs as people write them. Model: docker/cli opts.MemSwapBytes, opts.NanoCPUs. */
import { parseBytes, parseRational } from "../../../lib/go/index.ts";
import { ValueError } from "../problem.ts";

/** Like `parseBytes`; `-1` stands for no limit. */
export function parseSwap(text: string): number {
  return text === "-1" ? -1 : parseBytes(text);
}

/** CPUs in units of 1e-9: `1.5` is 1,500,000,000. */
export function parseCpus(text: string): number {
  const rational = parseRational(text);
  if (rational === undefined) throw new ValueError(`failed to parse ${text} as a rational number`);
  const [numerator, denominator] = rational;
  const nano = numerator * 1_000_000_000n;
  if (nano % denominator !== 0n) throw new ValueError("value is too precise");
  return Number(BigInt.asIntN(64, nano / denominator));
}
