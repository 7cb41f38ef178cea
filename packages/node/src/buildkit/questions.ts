/**
 * What a client asks about a Dockerfile instead of building it: `--check`, `--call=outline`, `--call=targets`.
 *
 * @see BuildKit frontend/subrequests/lint, outline, targets
 */
import {
  type BuildRequest,
  checkDocument,
  type LoadedFrom,
  outlineDocument,
  printRequests,
  REQUEST_VERSION,
  requestsDocument,
  targetsDocument,
} from "@bottleship/core/build";
import type { Engine } from "@bottleship/core/engine";
import { goJsonLines } from "@bottleship/core/oci";
import { CODES, GrpcError } from "./grpc.ts";

/** An answer as documents by their names: "result.json" is the answer itself. */
export type Answer = Readonly<Record<string, string>>;

export interface Questioned {
  readonly build: BuildRequest;
  readonly fileName: string;
  readonly text: string;
  readonly loadedFrom: LoadedFrom | undefined;
}

/** @throws GrpcError for a question that nobody knows @throws BuildError if the Dockerfile cannot be read so far */
export async function answer(engine: Engine, question: string, source: Questioned): Promise<Answer> {
  switch (question) {
    case "frontend.lint":
      return lint(engine, source);
    case "frontend.outline": {
      const outline = await engine.builder.outline(source.build);
      return document(outlineDocument(outline, source.text));
    }
    case "frontend.targets":
      return document(targetsDocument(await engine.builder.targets(source.build), source.text));
    case "frontend.subrequests.describe":
      await engine.builder.targets(source.build);
      return { ...document(requestsDocument()), "result.txt": printRequests() };
    default:
      await engine.builder.targets(source.build);
      // Whoever loads the Dockerfile says it, and so does who had it loaded.
      throw new GrpcError(CODES.unknown, `unsupported request ${question}: unsupported request ${question}`);
  }
}

async function lint(engine: Engine, source: Questioned): Promise<Answer> {
  const result = await engine.builder.check(source.build);
  const status = result.warnings.length > 0 || result.error !== undefined ? "1" : "0";
  return { ...document(checkDocument(result, source)), "result.statuscode": status };
}

function document(value: object): Answer {
  return { "result.json": goJsonLines(value), version: REQUEST_VERSION };
}
