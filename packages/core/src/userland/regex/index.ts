/** POSIX regular expressions over byte strings. */
export type { Captures } from "./backtracker.ts";
export { isWordByte } from "./byte-set.ts";
export * from "./regex.ts";
export { type Dialect, RegexError } from "./syntax.ts";
