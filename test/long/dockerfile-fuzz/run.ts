/** Feeds mutated Dockerfiles to the parser, the linter, the checks and the printer. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BuildError, check, type Dockerfile, dockerfileSchema, parse, print } from "@bottleship/core/build";
import { Prng } from "@bottleship/core/sim";
import { mutate } from "./mutate.ts";

const RECORDINGS = join(import.meta.dirname, "../../recorded/build");
/** Nothing that short may take longer, milliseconds. */
const LIMIT_MS = 2000;
export interface FuzzOutcome {
  readonly taken: number;
  readonly refused: number;
  readonly slowestMs: number;
}

/** Mutates `count` Dockerfiles. @throws Error with the Dockerfile that broke something */
export function fuzzDockerfiles(seed: string, count: number): FuzzOutcome {
  const prng = new Prng(seed);
  const corpus = recordedDockerfiles();
  let taken = 0;
  let slowestMs = 0;
  for (let i = 0; i < count; i++) {
    const text = mutate(corpus[prng.below(corpus.length)] ?? "", corpus, prng);
    const startMs = performance.now();
    if (isTaken(text)) taken++;
    const tookMs = performance.now() - startMs;
    if (tookMs > LIMIT_MS) throw new Error(`took ${tookMs.toFixed(0)} ms: ${JSON.stringify(text)}`);
    slowestMs = Math.max(slowestMs, tookMs);
  }
  return { taken, refused: count - taken, slowestMs };
}

function recordedDockerfiles(): readonly string[] {
  const files = readdirSync(RECORDINGS).filter((name) => name.endsWith(".json"));
  const cases = files.flatMap((name) => JSON.parse(readFileSync(join(RECORDINGS, name), "utf8")).cases ?? []);
  return cases.flatMap(({ dockerfile }: { dockerfile: unknown }) =>
    typeof dockerfile === "string" ? [dockerfile] : [],
  );
}

/** False if it is refused, which must say where. */
function isTaken(text: string): boolean {
  const fail = (what: string): never => {
    throw new Error(`${what}: ${JSON.stringify(text)}`);
  };
  try {
    const { error } = check(text, { allStages: true });
    const parsed = parsedOrError(text);
    if (parsed instanceof BuildError) {
      if (error === undefined) fail(`refused only without checks (${parsed.message})`);
    } else if (parsed.stages.length > 0) checkRoundTrip(parsed, fail);
    if (error === undefined) return true;
    const lines = text.split("\n").length;
    const { startLine = 0, endLine = 0 } = error.range ?? {};
    const isPlaced = startLine >= 1 && endLine >= startLine && startLine <= lines;
    if (!isPlaced) fail(`refused without a place (${error.message})`);
    return false;
  } catch (error) {
    if (error instanceof Error && error.message.includes(JSON.stringify(text))) throw error;
    return fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

function parsedOrError(text: string): Dockerfile | BuildError {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
}

/** What was read is data, and means the same when it is printed and read again. */
function checkRoundTrip(parsed: Dockerfile, fail: (what: string) => never): void {
  const result = dockerfileSchema.safeParse(JSON.parse(JSON.stringify(parsed)));
  if (!result.success) fail(`the schema refuses the AST (${result.error.message})`);
  const again = parsedOrError(print(parsed));
  if (again instanceof BuildError) fail(`its print is refused (${again.message}) ${print(parsed)}`);
  else if (meaning(again) !== meaning(parsed)) fail(`its print means something else: ${print(parsed)}`);
}

/** Without what only the text has. */
function meaning(dockerfile: Dockerfile): string {
  const layout = ["range", "source", "keyword", "asKeyword", "comments", "emptyContinuations"];
  return JSON.stringify(dockerfile, (key, value) => (layout.includes(key) ? undefined : value));
}
