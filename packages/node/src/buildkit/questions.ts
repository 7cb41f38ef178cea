/**
 * What a client asks about a Dockerfile instead of building it: `--check`, `--call=outline`, `--call=targets`.
 *
 * @see BuildKit frontend/subrequests/lint, outline, targets
 */
import { type BuildRequest, type LintWarning, listTargets, parse, type SourceRange } from "@bottleship/core/build";
import type { Engine } from "@bottleship/core/engine";
import { CODES, GrpcError } from "./grpc.ts";
import { rangeMessage } from "./progress.ts";

const VERSION = "1.0.0";

/** An answer as documents by their names: "result.json" is the answer itself. */
export type Answer = Readonly<Record<string, string>>;

export interface Questioned {
  readonly build: BuildRequest;
  readonly fileName: string;
  readonly text: string;
}

/** @throws GrpcError for a question that nobody knows @throws BuildError if the Dockerfile cannot be read so far */
export async function answer(engine: Engine, question: string, source: Questioned): Promise<Answer> {
  switch (question) {
    case "frontend.lint":
      return lint(engine, source);
    case "frontend.outline": {
      const { name, description, args, secrets, ssh } = await engine.builder.outline(source.build);
      return document({ name, description, args, secrets, ssh });
    }
    case "frontend.targets": {
      const targets = listTargets(parse(source.text)).map(({ name, isDefault, description, image }) => ({
        ...(name === undefined ? {} : { name }),
        ...(isDefault ? { default: true } : {}),
        ...(description === "" ? {} : { description }),
        base: image,
      }));
      return document({ targets });
    }
    default:
      throw new GrpcError(CODES.unimplemented, `unsupported request ${question}`);
  }
}

async function lint(engine: Engine, { build, fileName, text }: Questioned): Promise<Answer> {
  const { warnings, error } = await engine.builder.check(build);
  const failure =
    error === undefined ? {} : { buildError: { message: error.message, location: locationOf(error.locations) } };
  const sources = [{ filename: fileName, language: "Dockerfile", data: Buffer.from(text).toString("base64") }];
  const status = warnings.length > 0 || error !== undefined ? "1" : "0";
  return { ...document({ warnings: warnings.map(warningOf), sources, ...failure }), "result.statuscode": status };
}

function warningOf({ rule, description, url, message, range }: LintWarning) {
  const location = locationOf(range === undefined ? [] : [range]);
  return { ruleName: rule, description, ...(url === undefined ? {} : { url }), detail: message, location };
}

function locationOf(ranges: readonly SourceRange[]) {
  return { sourceIndex: 0, ranges: ranges.map(rangeMessage) };
}

function document(value: object): Answer {
  return { "result.json": JSON.stringify(value), version: VERSION };
}
