/** Times as HTTP writes them: "Wed, 01 Jan 2025 00:00:00 GMT". @see RFC 9110 section 5.6.7 */
import { civilOf, epochOf, strftime, strptime } from "../dates.ts";

const FORMAT = "%a, %d %b %Y %H:%M:%S GMT";

export const httpDate = (us: number): string => strftime(FORMAT, civilOf(us));

/** Microseconds since 1970; `undefined` for what is no such time. */
export function readHttpDate(text: string): number | undefined {
  const read = strptime(text, FORMAT, civilOf(0));
  return read === undefined || read.rest !== "" ? undefined : epochOf(read.civil);
}
