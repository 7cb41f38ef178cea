import { createEngine } from "@bottleship/core/engine";
import { expect, it } from "vitest";
import { EngineApi } from "./api.ts";
import { createFetch } from "./fetch.ts";
import { OPERATIONS } from "./testing/operations.ts";

/** Paths of objects that there are not: every answer comes at once. */
const operations = OPERATIONS.trim()
  .split("\n")
  .flatMap((line) => {
    const [methods = "", path = ""] = line.split(" ");
    return methods.split(",").map((method) => ({ method, path: path.replace(/\{\w+\}/, "nothing") }));
  });

it("answers every operation of the published API: none is unknown, none is a bug", async () => {
  const bugs: unknown[] = [];
  const api = createFetch(new EngineApi(createEngine({ seed: 7 }), { onBug: (error) => bugs.push(error) }));
  const unknown: string[] = [];
  for (const { method, path } of operations) {
    const abort = new AbortController();
    const reply = await api(new Request(`http://docker/v1.51${path}`, { method, signal: abort.signal }));
    const text = path === "/events" ? "" : await reply.text();
    abort.abort();
    // Without a source to import from, the daemon asks an empty URL.
    const isInternal = reply.status === 500 && !text.includes("no Host in request URL");
    if (text.includes("page not found") || isInternal) unknown.push(`${method} ${path} ${reply.status} ${text}`);
  }
  expect(unknown).toEqual([]);
  expect(bugs).toEqual([]);
  expect(operations.length).toBe(107);
});
