/** `Errno`: how a system call fails. Expected, never a bug; shaped like the errors of Node's fs. */
import { ERRNO_TABLE } from "./errno-table.ts";

export type ErrnoCode = keyof typeof ERRNO_TABLE;

/**
 * What a system call throws when it fails: `code` names the error, `errno` is Linux's number, `message` is strerror's text.
 *
 * It is an `instanceof Error` that carries no stack: capturing one costs twenty times what the failing call does, and
 * where a program's call failed is told by strace, not by a JavaScript stack.
 */
export class Errno {
  readonly name = "Errno";
  readonly code: ErrnoCode;
  readonly errno: number;
  readonly message: string;

  constructor(code: ErrnoCode) {
    this.code = code;
    this.errno = ERRNO_TABLE[code][0];
    this.message = ERRNO_TABLE[code][1];
  }

  toString(): string {
    return `Errno: ${this.code}: ${this.message}`;
  }
}
Object.setPrototypeOf(Errno.prototype, Error.prototype);

/** The error of that number; EPERM for one that has no name here. */
export function errnoOf(number: number): Errno {
  return new Errno(CODES.get(number) ?? "EPERM");
}

const CODES: ReadonlyMap<number, ErrnoCode> = new Map(
  (Object.keys(ERRNO_TABLE) as ErrnoCode[]).map((code) => [ERRNO_TABLE[code][0], code]),
);

/** Whether a word from outside names an error. */
export function isErrnoCode(word: string): word is ErrnoCode {
  return Object.hasOwn(ERRNO_TABLE, word);
}

/** strerror(3): the text that C programs print for an error. */
export function strerror(code: ErrnoCode): string {
  return ERRNO_TABLE[code][1];
}
