/** An engine with images behind its API, every answer of which is held against the published schemas. */
import { createEngine, type Engine } from "@bottleship/core/engine";
import { EngineApi } from "../api.ts";
import { createFetch } from "../fetch.ts";
import { ResponseCheck } from "./response-check.ts";

export async function apiMachine(...images: readonly string[]) {
  const engine = createEngine({ seed: 7 });
  for (const image of images) await engine.images.pull(image);
  return { engine, ...apiOf(engine) };
}

/** The same of an engine that is there. */
export function apiOf(engine: Engine) {
  const check = new ResponseCheck();
  const bugs: unknown[] = [];
  const api = createFetch(new EngineApi(engine, { onBug: (error) => bugs.push(error), onReply: check.note }));
  /** @param line `GET /containers/json` */
  const call = async (line: string, body?: unknown): Promise<Response> => {
    const [method = "", path = ""] = line.split(" ");
    const sent =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
    return api(new Request(`http://docker/v1.51${path}`, { method, ...sent }));
  };
  return { api, call, check, bugs };
}
