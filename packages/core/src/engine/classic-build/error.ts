/**
 * How a classic build fails: in that builder's words, with the exit code of the command that failed.
 *
 * @see moby builder/dockerfile/dispatchers.go, api/server/router/build/build_routes.go
 */
import { CREATE_FAILED } from "../container/start-failure.ts";
import type { Failed } from "./progress.ts";

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

/** The builder's error in the classic builder's words. */
export function classicError(error: unknown, { step, reason }: Failed): unknown {
  if (reason !== undefined) return new ClassicBuildError(`${CREATE_FAILED}${reason}`);
  const message = error instanceof Error ? error.message : String(error);
  // A trigger's files come from the context.
  const [, unsent] = step?.kind === "FROM" ? (UNSENT.exec(message) ?? []) : [];
  if (unsent !== undefined) return new ClassicBuildError(notInContext("COPY", unsent));
  const [, missing] = MISSING.map((pattern) => pattern.exec(message)).find((found) => found !== null) ?? [];
  if (missing !== undefined && step?.kind === "COPY") {
    return new ClassicBuildError(`COPY failed: stat ${missing}: file does not exist`);
  }
  if (step?.kind === "COPY" || step?.kind === "ADD") {
    const { kind } = step;
    if (message.endsWith(NO_SOURCES)) return new ClassicBuildError(`${kind} failed: ${NO_SOURCES}`);
    if (message.endsWith(NO_DIRECTORY))
      return new ClassicBuildError(`When using ${kind} with more than one source file, ${NO_DIRECTORY}`);
  }
  const [, download] = /^failed to load cache key: (Get ".*)$/s.exec(message) ?? [];
  if (download !== undefined) return new ClassicBuildError(`ADD failed: ${download}`);
  const [, file] = /^mkdir (.*): not a directory$/.exec(message) ?? [];
  if (file !== undefined) return new ClassicBuildError(`Cannot mkdir: ${file} is not a directory`);
  const [, user] = /^process ".*" did not complete successfully: (unable to find .*)$/s.exec(message) ?? [];
  if (user !== undefined) return new ClassicBuildError(user);
  const [, command, code] = /process "(.*)" did not complete successfully: exit code: (\d+)/s.exec(message) ?? [];
  if (command === undefined || code === undefined) return error;
  return new ClassicBuildError(`The command '${unquoted(command)}' returned a non-zero code: ${code}`, Number(code));
}

function unquoted(command: string): string {
  try {
    const text: unknown = JSON.parse(`"${command}"`);
    return typeof text === "string" ? text : command;
  } catch {
    return command;
  }
}
