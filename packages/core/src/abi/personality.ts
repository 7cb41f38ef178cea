/** Execution domains: which machine a program is to believe in. @see personality(2), linux/personality.h */

export const PER_LINUX = 0x0;
/** uname(2) speaks of a processor of 32 bits. */
export const PER_LINUX32 = 0x8;
/** The part of a persona that is its domain; the rest are flags. */
export const PER_MASK = 0xff;
export const ADDR_NO_RANDOMIZE = 0x40000;
export const UNAME26 = 0x20000;
/** Changes nothing: what the persona is. */
export const PERSONALITY_QUERY = 0xffffffff;
