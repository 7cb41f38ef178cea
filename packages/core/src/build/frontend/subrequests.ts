/**
 * Subrequests: what a frontend answers when it is asked about a Dockerfile instead of building it, as JSON documents with
 * Go's fields.
 *
 * @see BuildKit frontend/subrequests/lint, outline, targets; solver/pb Location
 */
import { base64, encode } from "../../lib/index.ts";
import type { SourceRange } from "../dockerfile/ast.ts";
import type { BuildError } from "../dockerfile/error.ts";
import type { LintWarning } from "../dockerfile/lint.ts";
import type { Target } from "../dockerfile/targets.ts";
import type { Outline, OutlineMount } from "./outline.ts";

/** The answer to `check`. BuildKit also tells how it loaded the file (`sources[].definition`), which nobody did here. */
export function checkDocument(
  { warnings, error }: { readonly warnings: readonly LintWarning[]; readonly error?: BuildError },
  { fileName, text }: { readonly fileName: string; readonly text: string },
) {
  return {
    warnings: warnings.length === 0 ? null : warnings.map(warningDocument),
    sources: [{ filename: fileName, data: base64(encode(text)), language: "Dockerfile" }],
    ...(error && { buildError: { message: error.message, location: { ranges: error.locations.flatMap(linesOf) } } }),
  };
}

function warningDocument({ rule, description, url, message, range }: LintWarning) {
  return {
    ruleName: rule,
    description,
    ...(url === undefined ? {} : { url }),
    detail: message,
    location: locationOf(range),
  };
}

export function outlineDocument({ name, description, args, secrets, ssh }: Outline, text: string) {
  return {
    ...(name === "" ? {} : { name }),
    ...(description === "" ? {} : { description }),
    ...(args.length > 0 && {
      args: args.map((arg) => ({
        name: arg.name,
        ...(arg.description === "" ? {} : { description: arg.description }),
        ...(arg.value ? { value: arg.value } : {}),
        location: locationOf(arg.range),
      })),
    }),
    ...(secrets.length > 0 && { secrets: secrets.map(mountDocument) }),
    ...(ssh.length > 0 && { ssh: ssh.map(mountDocument) }),
    sources: [base64(encode(text))],
  };
}

function mountDocument({ name, required, range }: OutlineMount) {
  return { name, ...(required ? { required } : {}), location: locationOf(range) };
}

export function targetsDocument(targets: readonly Target[], text: string) {
  return {
    targets: targets.map(({ name, isDefault, description, image, platform, range }) => ({
      ...(name === undefined ? {} : { name }),
      ...(isDefault ? { default: true } : {}),
      ...(description === "" ? {} : { description }),
      base: image,
      ...(platform === undefined ? {} : { platform }),
      location: locationOf(range),
    })),
    sources: [base64(encode(text))],
  };
}

function locationOf(range: SourceRange | undefined) {
  return { ranges: range === undefined ? [] : linesOf(range) };
}

/** A range for each line. */
function linesOf({ startLine, endLine }: SourceRange) {
  return Array.from({ length: Math.max(0, endLine - startLine) + 1 }, (_, i) => {
    const line = startLine + i;
    return { start: { line }, end: { line } };
  });
}
