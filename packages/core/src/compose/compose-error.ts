/** What is wrong with a compose file, in compose's words, and where. */
import type { Path } from "./tree.ts";

/** A place in a file; lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a compose file, in compose's words, with the place in the file. */
export class ComposeError extends Error {
  override readonly name = "ComposeError";
  /** Where it is in the model: `["services", "web", "image"]`. */
  readonly path: Path | undefined;
  readonly place: SourcePlace | undefined;

  constructor(
    message: string,
    where: { readonly path?: Path | undefined; readonly place?: SourcePlace | undefined } = {},
  ) {
    super(message);
    this.path = where.path;
    this.place = where.place;
  }

  /** The line in its file, where that is known. */
  get line(): number | undefined {
    return this.place?.line;
  }

  get file(): string | undefined {
    return this.place?.file;
  }

  /** The same with a place, unless it has one. */
  at(place: SourcePlace | undefined): ComposeError {
    return this.place !== undefined || place === undefined
      ? this
      : new ComposeError(this.message, { path: this.path, place });
  }
}

/** Errors of the whole project end like this. */
export function invalidProject(message: string, path: Path): ComposeError {
  return new ComposeError(`${message}: invalid compose project`, { path });
}
