/**
 * How the command line refuses.
 *
 * A value parser throws `ValueError` and knows nothing of flags or commands; whoever called it puts the message where
 * Docker puts it and throws `CliError`, which `parseDocker` turns into the answer that a shell would see.
 */

import { reworded, ValueError } from "../../lib/go/index.ts";

export { ValueError };

/** The end of a command before anything was asked of the engine. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;

  constructor(exitCode: number, output: { readonly stdout?: string; readonly stderr?: string }) {
    super(output.stderr ?? "");
    this.exitCode = exitCode;
    this.stdout = output.stdout ?? "";
    this.stderr = output.stderr ?? "";
  }
}

/** A plain failure: the message and a newline on standard error, exit code 1 unless said otherwise. */
export function failure(message: string, exitCode = 1): CliError {
  return new CliError(exitCode, { stderr: `${message}\n` });
}

/** Runs a value parser; its refusal becomes a plain failure with `prefix` before the message. */
export function orFail<T>(parse: () => T, prefix = "", exitCode = 1): T {
  return reworded(parse, ({ message }) => failure(prefix + message, exitCode));
}
