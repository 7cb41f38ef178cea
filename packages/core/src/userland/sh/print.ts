/** Output of built-ins. */
import type { Routine } from "../../abi/index.ts";
import { fromLatin1 } from "../../lib/index.ts";
import type { Output } from "../io.ts";

/** Writes a byte string. */
export function* print(out: Output, text: string): Routine<void> {
  yield* out.write(fromLatin1(text));
}
