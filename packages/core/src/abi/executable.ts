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
  if (!startsWith(header, MAGIC)) return undefined;
  const end = header.indexOf(NEWLINE, MAGIC.length);
  return end < 0 ? undefined : latin1(header.subarray(MAGIC.length, end));
}

/** True for a real binary, which Bottleship cannot run. */
export function isElf(header: Uint8Array): boolean {
  return startsWith(header, ELF_MAGIC);
}

const NEWLINE = 10;

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}
