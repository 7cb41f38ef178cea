/** Fuzzes an API without sockets: random requests, one after the other, on one machine. */
import { createEngine } from "@bottleship/core/engine";
import { EngineApi } from "../api.ts";
import type { ApiReply, ApiRequest } from "../http/exchange.ts";
import { Query } from "../http/form.ts";
import { drawFrom, type FuzzRequest, fuzzRequest } from "./http-fuzz.ts";
import { ResponseCheck } from "./response-check.ts";

/**
 * Docker itself answers 500 where the server cannot be reached that an image is to be imported from, to an update of a
 * swarm that names an old version ("update out of sequence"), and to who lets a container go on that is not paused.
 */
const IS_DOCKERS_OWN = /\/images\/create(?!.*[?&](?:fromImage=[^&]|fromSrc=-(?:&|$)))|\/swarm\/update\?|\/unpause$/;

/** How long an answer may take, in milliseconds of real time. */
const PATIENCE_MS = 5_000;

export interface FuzzReport {
  /** Answers by their status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** What must not be: a 500 that is not Docker's, a bug, an answer that no schema allows, or none at all. */
  readonly wrong: readonly string[];
}

export async function fuzzApi({
  seed,
  requests,
}: {
  readonly seed: number;
  readonly requests: number;
}): Promise<FuzzReport> {
  const engine = createEngine({ seed });
  await engine.images.pull("busybox");
  await engine.docker("run -d --name web busybox sleep 100000");
  const check = new ResponseCheck();
  const wrong: string[] = [];
  const statuses = new Map<number, number>();
  const api = new EngineApi(engine, {
    onBug: (error, { method, path }) =>
      wrong.push(`${method} ${path}: ${error instanceof Error ? error.stack : error}`),
    onReply: check.note,
  });
  const draw = drawFrom(seed);
  for (let i = 0; i < requests; i++) {
    const request = fuzzRequest(draw);
    const status = await answer(api, request);
    if (typeof status === "number") statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if ((status === 500 && !IS_DOCKERS_OWN.test(request.path)) || typeof status === "string")
      wrong.push(`${status}: ${JSON.stringify(request)}`);
  }
  return { statuses, wrong: [...wrong, ...check.violations] };
}

/** The status, after all of the answer has been read; words if there was none in time. */
async function answer(api: EngineApi, request: FuzzRequest): Promise<number | string> {
  const gone = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("no answer in time"), PATIENCE_MS);
  });
  try {
    return await Promise.race([
      read(await Promise.race([api.handle(apiRequest(request, gone.signal)), late]), gone.signal),
      late,
    ]);
  } finally {
    clearTimeout(timer);
    gone.abort();
  }
}

async function read(reply: ApiReply | string, signal: AbortSignal): Promise<number | string> {
  if (typeof reply === "string") return reply;
  const output = { write: async () => {}, signal };
  if (reply.kind === "stream") await reply.run(output);
  if (reply.kind === "hijack") await reply.run({ ...output, input: nothing() });
  return reply.kind === "hijack" ? 101 : reply.status;
}

function apiRequest({ method, path, headers, body }: FuzzRequest, signal: AbortSignal): ApiRequest {
  const [place = "", query = ""] = path.split("?", 2);
  const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    method,
    path: place,
    query: new Query(query),
    headers: { get: (name) => given.get(name.toLowerCase()) ?? null },
    body: body === undefined ? nothing() : once(new TextEncoder().encode(body)),
    signal,
  };
}

async function* nothing(): AsyncIterable<Uint8Array> {}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
