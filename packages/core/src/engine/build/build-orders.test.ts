/** Build arguments that are orders to the builder. The expected values are those of BuildKit in Docker 28.5.2. */
import { memfs } from "memfs";
import { expect, it } from "vitest";
import type { ContextDisk } from "../../build/index.ts";
import { createEngine } from "../index.ts";

const DOCKERFILE = "FROM busybox\nRUN echo hi > /x\nLABEL a=b\n";
const EPOCH_S = 1000;
const EPOCH = "1970-01-01T00:16:40Z";

it("SOURCE_DATE_EPOCH is when an image and all that is new in it were made", async () => {
  const engine = createEngine();
  const buildArgs = { SOURCE_DATE_EPOCH: `${EPOCH_S}` };
  const { image } = await engine.build({ context: { files: {} }, dockerfile: DOCKERFILE, buildArgs });
  expect(image.config.created).toBe(EPOCH);
  const [base, ...own] = image.config.history.map(({ created }) => created);
  expect(base).not.toBe(EPOCH);
  expect(own).toEqual([EPOCH, EPOCH]);
});

it("SOURCE_DATE_EPOCH of the client's environment dates the files that it gets", async () => {
  const { fs } = memfs({ "/w/Dockerfile": DOCKERFILE });
  const client = { disk: fs as unknown as ContextDisk, cwd: "/w", env: { SOURCE_DATE_EPOCH: `${EPOCH_S}` } };
  const { exitCode } = await createEngine().docker("buildx build -o out .", client);
  expect(exitCode).toBe(0);
  for (const path of ["x", "bin/sh", "etc"]) expect(fs.statSync(`/w/out/${path}`).mtimeMs).toBe(EPOCH_S * 1000);
});

it("BUILDKIT_CACHE_MOUNT_NS keeps caches of the same name apart", async () => {
  const engine = createEngine();
  let count = 0;
  const seen = async (buildArgs: Readonly<Record<string, string>>): Promise<string> => {
    const dockerfile = `FROM busybox\nRUN --mount=type=cache,target=/c ls /c > /seen; touch /c/f # ${++count}\n`;
    await engine.build({ context: { files: {} }, dockerfile, buildArgs, tags: ["seen"] });
    return (await engine.docker("run --rm seen cat /seen")).stdout;
  };
  const other = { BUILDKIT_CACHE_MOUNT_NS: "n1" };
  expect([await seen({}), await seen(other), await seen(other), await seen({})]).toEqual(["", "", "f\n", "f\n"]);
  const ids = engine.builder.cacheUsage().flatMap(({ description }) => / with id "(.*)"$/.exec(description)?.[1] ?? []);
  expect(ids.sort()).toEqual(["//c", "n1//c"]);
});
