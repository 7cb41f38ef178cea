/** Times as HTTP writes them: "Wed, 01 Jan 2025 00:00:00 GMT". @see RFC 9110 section 5.6.7 */
import { civilOf, strftime } from "../../userland/index.ts";

export const httpDate = (us: number): string => strftime("%a, %d %b %Y %H:%M:%S GMT", civilOf(us));
