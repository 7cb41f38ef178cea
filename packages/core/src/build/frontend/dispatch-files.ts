/** COPY and ADD: their words, their inline files, their flags. Model: dispatchCopy of BuildKit's convert.go. */
import { digestProblem } from "../../oci/index.ts";
import { heredocText, type InstructionOf } from "../dockerfile/ast.ts";
import { BuildError } from "../dockerfile/error.ts";
import type { IgnoreMatcher } from "../files/ignore.ts";
import { checkChmod } from "./chmod.ts";
import type { Expander } from "./expander.ts";
import { gitContextSource, gitSources } from "./git-ref.ts";
import { sourceKind } from "./remote.ts";
import type { AddStep, CopyStep } from "./step.ts";

type FilesInstruction = InstructionOf<"COPY" | "ADD">;

/** @throws BuildError for a bad mode or checksum, and for remote sources of COPY. */
export function dispatchFiles(instruction: FilesInstruction, expander: Expander): CopyStep | AddStep {
  const { expand, expandContent } = expander;
  const { range, link = false, exclude = [], files = [] } = instruction;
  const chown = expand(instruction.chown ?? "");
  const chmod = expand(instruction.chmod ?? "");
  const checksum = instruction.kind === "ADD" ? expand(instruction.checksum ?? "") : "";
  const sources = instruction.sources.map(expand);
  const dest = expand(instruction.dest);
  const inline = files.map((file) => {
    const content = heredocText(file);
    return { name: file.name, content: file.expand === false ? content : expandContent(content) };
  });
  if (chmod !== "") checkChmod(chmod);
  if (checksum !== "") checkChecksum(sources);
  for (const source of sources) checkSource(source, instruction, checksum, expander);
  if (instruction.kind === "ADD") gitSources({ sources, checksum, keepGitDir: instruction.keepGitDir });
  const step = {
    range,
    sources,
    files: inline,
    dest,
    chown: chown || undefined,
    chmod: chmod || undefined,
    link,
    exclude,
  };
  if (instruction.kind === "COPY")
    return { kind: "COPY", ...step, parents: instruction.parents === true, from: instruction.from };
  const { keepGitDir, unpack } = instruction;
  return { kind: "ADD", ...step, checksum: checksum || undefined, keepGitDir, unpack };
}

function checkChecksum(sources: readonly string[]): void {
  const [source] = sources;
  if (sources.length !== 1 || source === undefined)
    throw new BuildError("checksum can't be specified for multiple sources");
  if (sourceKind(source) === "local") throw new BuildError("checksum requires HTTP(S) or Git sources");
}

/** What patterns are wrong is for those to say who send the files. */
function isIgnored(source: string, ignore: IgnoreMatcher | undefined): boolean {
  try {
    return ignore?.matches(source) === true;
  } catch (error) {
    if (error instanceof BuildError) return false;
    throw error;
  }
}

function checkSource(source: string, instruction: FilesInstruction, checksum: string, { context }: Expander): void {
  const kind = sourceKind(source);
  if (kind === "local") {
    if (instruction.kind === "COPY" && instruction.from !== undefined) return;
    if (!isIgnored(source, context.ignore)) return;
    const verb = instruction.kind === "COPY" ? "Copy" : "Add";
    const message = `Attempting to ${verb} file "${source}" that is excluded by .dockerignore`;
    context.lint.warn("CopyIgnoredFile", message, instruction.range);
    return;
  }
  if (kind === "git") gitContextSource(source);
  if (instruction.kind === "COPY")
    throw new BuildError(kind === "git" ? "source can't be a git ref for COPY" : "source can't be a URL for COPY");
  const problem = kind === "http" && checksum !== "" ? digestProblem(checksum) : undefined;
  if (problem !== undefined) throw new BuildError(problem);
}
