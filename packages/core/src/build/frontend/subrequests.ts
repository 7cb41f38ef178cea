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
import { columns, type Outline, type OutlineMount } from "./outline.ts";
import { type LoadedFrom, sourceDefinition } from "./source-definition.ts";

/** The version of all answers. */
export const REQUEST_VERSION = "1.0.0";

/** A Dockerfile, and how it was loaded as far as that is known. */
interface CheckedSource {
  readonly fileName: string;
  readonly text: string;
  readonly loadedFrom?: LoadedFrom | undefined;
}

/** The answer to `check`. */
export function checkDocument(
  { warnings, error }: { readonly warnings: readonly LintWarning[]; readonly error?: BuildError },
  { fileName, text, loadedFrom }: CheckedSource,
) {
  const definition = loadedFrom === undefined ? {} : { definition: sourceDefinition(loadedFrom) };
  return {
    warnings: warnings.length === 0 ? null : warnings.map(warningDocument),
    sources: [{ filename: fileName, data: base64(encode(text)), ...definition, language: "Dockerfile" }],
    ...(error && { buildError: { message: error.message, location: errorLocation(error) } }),
  };
}

/** An error that is at no line says so by an empty place. */
function errorLocation({ locations }: BuildError) {
  return locations.length === 0 ? {} : { ranges: locations.flatMap(linesOf) };
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

const RESULTS = ["result.json", "result.txt"].map((name) => ({ name, description: "" }));
const TARGET = { name: "target", description: "Target build stage" };

/** What can be asked for, by itself: `lint` is not among it. */
const REQUESTS = [
  { name: "frontend.outline", description: "List all parameters current build target supports", opts: [TARGET] },
  { name: "frontend.targets", description: "List all targets current build supports", opts: [] },
  { name: "frontend.subrequests.describe", description: "List available subrequest types", opts: null },
];

/** The answer to `subrequests.describe`. */
export function requestsDocument() {
  return REQUESTS.map(({ name, description, opts }) => ({
    name,
    version: REQUEST_VERSION,
    type: "rpc",
    description,
    opts,
    inputs: null,
    metadata: RESULTS,
    refs: null,
  }));
}

/** As the client prints it. */
export function printRequests(): string {
  const rows = REQUESTS.map(({ name, description }) => [name.replace("frontend.", ""), REQUEST_VERSION, description]);
  return columns([["NAME", "VERSION", "DESCRIPTION"], ...rows], 1);
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
