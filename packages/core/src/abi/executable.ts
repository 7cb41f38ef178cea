/**
 * What an executable file looks like: it begins as an ELF file does, and then names a registered program.
 *
 * Who looks at the first bytes sees a program for x86-64, and a shell never takes it for a script. The rest of the file
 * does not matter: a real binary's size can be kept by extending the file.
 *
 * @see elf(5)
 */
import { encode } from "../lib/index.ts";

const ELF_MAGIC = "\x7fELF";
/** 64 bits, least significant byte first, for Linux; an executable for x86-64. */
const ELF_START = `${ELF_MAGIC}\x02\x01\x01\x03${"\0".repeat(8)}\x02\0\x3e\0\x01\0\0\0`;
const MAGIC = `${ELF_START}BOTTLESHIP:`;

/** The bytes of an executable that runs the program registered as `name`. */
export function executable(name: string): Uint8Array {
  return encode(`${MAGIC}${name}\n`);
}

/** The program named by the first bytes of a file; `undefined` if they are no such header. */
export function programName(header: Uint8Array): string | undefined {
  if (!startsWith(header, MAGIC)) return undefined;
  // Letter by letter: a view would move a short array out of V8's own heap, which takes longer than all the rest.
  let name = "";
  for (let at = MAGIC.length; at < header.length; at++) {
    const byte = header[at] as number;
    if (byte === NEWLINE) return name;
    name += String.fromCharCode(byte);
  }
  return undefined;
}

/** True for any binary, also a real one, which Bottleship cannot run. */
export function isElf(header: Uint8Array): boolean {
  return startsWith(header, ELF_MAGIC);
}

const NEWLINE = 10;

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}
