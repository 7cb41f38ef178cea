/**
 * How a classic build fails: in that builder's words, with the exit code of the command that failed.
 *
 * @see moby builder/dockerfile/dispatchers.go, api/server/router/build/build_routes.go
 */
import type { Instruction } from "../../build/index.ts";

/** A build that was told of as it went, and then failed. */
export class ClassicBuildError extends Error {
  override readonly name = "ClassicBuildError";
  /** The exit code of the step's command, if it had one. */
  readonly code: number | undefined;

  constructor(message: string, code?: number) {
    super(message);
    this.code = code;
  }
}

/** How the builder says that a file of the context is not there. */
const UNSENT = /^failed to compute cache key: failed to calculate checksum of ref .*: "\/(.*)": not found$/;

/** How the builder says that a source of COPY is not there. */
const MISSING = [/^lstat \/?(.*): no such file or directory$/, UNSENT];

export function notInContext(kind: "COPY" | "ADD", path: string): string {
  return `${kind} failed: file not found in build context or excluded by .dockerignore: stat ${path}: file does not exist`;
}

/** How the builder says it of too few files, and of too many. */
const NO_SOURCES = "no source files were specified";
const NO_DIRECTORY = "the destination must be a directory and end with a /";

/** A step that has failed. */
export interface FailedStep {
  readonly kind: Instruction["kind"];
  /** The base image has asked for it. */
  readonly isTrigger: boolean;
  /** Its files are those of the context. */
  readonly isOfContext: boolean;
}

/** The builder's error in the classic builder's words. */
export function classicError(error: unknown, { kind, isTrigger, isOfContext }: FailedStep): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (kind === "COPY" || kind === "ADD") {
    const [, missing] = MISSING.map((pattern) => pattern.exec(message)).find((found) => found !== null) ?? [];
    if (missing !== undefined && (isTrigger || isOfContext)) return new ClassicBuildError(notInContext(kind, missing));
    if (missing !== undefined) return new ClassicBuildError(`${kind} failed: stat ${missing}: file does not exist`);
    if (message.endsWith(NO_SOURCES)) return new ClassicBuildError(`${kind} failed: ${NO_SOURCES}`);
    if (message.endsWith(NO_DIRECTORY))
      return new ClassicBuildError(`When using ${kind} with more than one source file, ${NO_DIRECTORY}`);
  }
  const [, download] = /^failed to load cache key: (Get ".*)$/s.exec(message) ?? [];
  if (download !== undefined) return new ClassicBuildError(`ADD failed: ${download}`);
  const [, file] = /^mkdir (.*): not a directory$/.exec(message) ?? [];
  return file === undefined ? error : new ClassicBuildError(`Cannot mkdir: ${file} is not a directory`);
}
