/** Where a command prints. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
}

/** A mistake in how a command was called: told with where to find help, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
