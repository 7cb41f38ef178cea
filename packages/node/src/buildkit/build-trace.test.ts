/** Builds by BuildKit whose context comes in the body: what dockerode and testcontainers ask for. */
import { createEngine } from "@bottleship/core/engine";
import { encode, packTar, tarHeader } from "@bottleship/core/lib";
import { createFetch, EngineApi } from "@bottleship/engine-api";
import { expect, it } from "vitest";
import { buildTrace } from "./build-trace.ts";
import { MESSAGES } from "./messages.ts";

async function build(Dockerfile: string, options = { buildTrace }) {
  const engine = createEngine({ seed: 7 });
  const data = encode(Dockerfile);
  const body = packTar([{ header: tarHeader({ name: "Dockerfile", type: "file", size: data.length }), data }]).slice();
  const request = new Request("http://docker/build?version=2&t=made", { method: "POST", body });
  const lines = (await (await createFetch(new EngineApi(engine, options))(request)).text()).trim().split("\r\n");
  const told = lines.map((line) => JSON.parse(line) as { id?: string; aux?: unknown; error?: string });
  const messages = told.flatMap(({ id, aux }) =>
    id === "moby.buildkit.trace" ? [MESSAGES.progress.decode(Buffer.from(String(aux), "base64"))] : [],
  );
  return { engine, messages, last: told.at(-1) };
}

it("tells vertices and logs in BuildKit's messages, and the image in the end", async () => {
  const { engine, messages, last } = await build("FROM busybox\nRUN echo hello");
  const names = new Set(messages.flatMap(({ vertexes = [] }) => vertexes.map(({ name }) => name)));
  expect([...names]).toEqual(expect.arrayContaining(["[2/2] RUN echo hello", "exporting to image"]));
  const logs = messages.flatMap(({ logs = [] }) => logs.map(({ msg }) => Buffer.from(msg).toString()));
  expect(logs).toEqual(["hello\n"]);
  expect(last).toEqual({ id: "moby.image.id", aux: { ID: engine.images.find("made")?.id } });
});

it("tells a step that fails after the status, in BuildKit's words", async () => {
  const { last } = await build("FROM busybox\nRUN exit 3");
  const message = 'process "/bin/sh -c exit 3" did not complete successfully: exit code: 3';
  expect(last).toEqual({ errorDetail: { message }, error: message });
});
