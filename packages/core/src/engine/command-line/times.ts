/** Times that options give. */
import { orFail } from "../docker/problem.ts";
import { parseTimestamp } from "../docker/values/timestamp.ts";

/** Microseconds since 1970; undefined for an empty text. @throws ValueError with `prefix` for what is no time */
export function timeUs(text: string, nowUs: number, prefix = ""): number | undefined {
  if (text === "" || text === "0") return undefined;
  const { seconds, nanoseconds } = orFail(() => parseTimestamp(text, nowUs / 1e6), prefix);
  return seconds * 1e6 + Math.floor(nanoseconds / 1000);
}
