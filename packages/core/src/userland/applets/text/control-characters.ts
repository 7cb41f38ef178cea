/** How od(1) and hexdump(1) write characters that cannot be seen. */

/** The escape sequences of C, by code. */
export const ESCAPES: Readonly<Record<number, string>> = {
  0: "\\0",
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
};

/** The names of codes 0 to 31 in ASCII. */
export const CONTROL_NAMES: readonly string[] =
  "nul soh stx etx eot enq ack bel bs ht lf vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us".split(
    " ",
  );
