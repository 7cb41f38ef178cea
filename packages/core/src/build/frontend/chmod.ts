/** `--chmod`: octal digits or chmod(1)'s symbols. Model: BuildKit's dispatchCopy and tonistiigi/dchapes-mode. */
import { readUnsigned } from "../../lib/go/index.ts";
import { BuildError } from "../dockerfile/error.ts";

/** One clause is `[ugoa…]` and then one or more of `[+-=][rwxXstugo…]`. */
const SYMBOLIC = /^(?:[augo]*(?:[+\-=][rstwXxugo]*)+)(?:,[augo]*(?:[+\-=][rstwXxugo]*)+)*$/;

/** The same mode in the one way that counts: `0644` and `644` are one, and the symbols stay as they are. */
export function plainChmod(mode: string): string {
  const octal = readUnsigned(mode, { base: 8, bits: 32 });
  return typeof octal === "number" ? octal.toString(8) : mode;
}

/** @throws BuildError for a mode that BuildKit does not take. */
export function checkChmod(mode: string): void {
  const octal = readUnsigned(mode, { base: 8, bits: 32 });
  if (typeof octal === "number" ? octal <= 0o7777 : SYMBOLIC.test(mode)) return;
  if (!/^[0-9]/.test(mode)) throw new BuildError("invalid syntax");
  throw new BuildError(`invalid chmod parameter: '${mode}'. it should be octal string and between 0 and 07777`);
}
