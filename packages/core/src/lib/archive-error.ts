/** What is wrong with an archive, and where. */
import { StatusError, type StatusKind } from "./status-error.ts";

export class ArchiveError extends StatusError {
  /** The byte where the entry, the block or the stream begins that cannot be read; the archive's length for what is missing. */
  readonly offset: number;

  constructor(kind: StatusKind, message: string, offset: number, options?: ErrorOptions) {
    super(kind, message, options);
    this.offset = offset;
  }
}

/** The same failure with the place that it belongs to, unless it has one; what is no failure stays what it is. */
export function located(error: unknown, offset: number): unknown {
  if (!(error instanceof StatusError) || error instanceof ArchiveError) return error;
  return new ArchiveError(error.kind, error.message, offset, { cause: error });
}
