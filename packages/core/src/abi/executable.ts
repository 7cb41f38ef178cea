/**
 * What an executable file looks like: a short header that names a registered program.
 *
 * The header starts with a byte that no text starts with, as ELF does, so that a shell never takes it for a script. The
 * rest of the file does not matter: a real binary's size can be kept by extending the file.
 */
import { encode, latin1 } from "../lib/index.ts";

const MAGIC = "\x7fBOTTLESHIP:";
const ELF_MAGIC = "\x7fELF";

/** The bytes of an executable that runs the program registered as `name`. */
export function executable(name: string): Uint8Array {
  return encode(`${MAGIC}${name}\n`);
}

/** The program named by the first bytes of a file; `undefined` if they are no such header. */
export function programName(header: Uint8Array): string | undefined {
  if (header[0] !== 0x7f) return undefined;
  const text = latin1(header.subarray(0, 256));
  if (!text.startsWith(MAGIC)) return undefined;
  const end = text.indexOf("\n");
  return end < 0 ? undefined : text.slice(MAGIC.length, end);
}

/** True for a real binary, which Bottleship cannot run. */
export function isElf(header: Uint8Array): boolean {
  return latin1(header.subarray(0, 4)) === ELF_MAGIC;
}
