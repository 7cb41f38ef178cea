/** Why a step was not cached, for each kind of thing that a step can be made from. */
import { describe, expect, it } from "vitest";
import type { BuildRequest, CacheMiss } from "../../build/index.ts";
import { createEngine } from "../index.ts";

type Request = Partial<BuildRequest>;

const context = (files: Record<string, string | { content: string; mode: number }>): Request => ({
  context: { files },
});

/** Builds once, and again otherwise; tells why each step of the second build was not cached. */
async function misses(first: Request, second: Request): Promise<readonly CacheMiss[]> {
  const engine = createEngine();
  const nothing = { context: { files: {} } };
  await engine.build({ ...nothing, ...first });
  return (await engine.build({ ...nothing, ...first, ...second })).misses;
}

describe("of a step that was not cached, the first thing that differs is told:", () => {
  const copy = { ...context({ "d/a": "1", "d/b": "2" }), dockerfile: "FROM scratch\nCOPY d /d\n" };
  const run = (before: string, command = "true", after = "") => ({
    dockerfile: `FROM busybox\n${before}RUN ${command}\n${after}`,
  });
  const chain = { dockerfile: "FROM scratch AS one\nCOPY a /a\nFROM scratch\nCOPY --from=one /a /b\n" };

  it.each<[what: string, first: Request, second: Request, changed: string, before: unknown, now: unknown]>([
    [
      "a file's content",
      copy,
      context({ "d/a": "1", "d/b": "3" }),
      "the content of file /d/b",
      /^[0-9a-f]{64}$/,
      /^[0-9a-f]{64}$/,
    ],
    [
      "a file's mode",
      copy,
      context({ "d/a": { content: "1", mode: 0o755 }, "d/b": "2" }),
      "the mode of file /d/a",
      "0644",
      "0755",
    ],
    [
      "a file that is new",
      copy,
      context({ "d/a": "1", "d/b": "2", "d/c": "" }),
      "file /d/c",
      undefined,
      /^type=file\0/,
    ],
    ["a file that is gone", copy, context({ "d/b": "2" }), "file /d/a", /^type=file\0/, undefined],
    ["--chown", copy, { dockerfile: "FROM scratch\nCOPY --chown=1 d /d\n" }, "the owner", undefined, "1"],
    ["--chmod", copy, { dockerfile: "FROM scratch\nCOPY --chmod=600 d /d\n" }, "the mode", undefined, "600"],
    ["--exclude", copy, { dockerfile: "FROM scratch\nCOPY --exclude=a d /d\n" }, "the exclusions", undefined, '["a"]'],
    ["ADD instead of COPY", copy, { dockerfile: "FROM scratch\nADD d /d\n" }, "archives", undefined, "unpacked"],
    ["the destination", copy, { dockerfile: "FROM scratch\nCOPY d /e\n" }, "the destination", "/d", "/e"],
    ["the source", copy, { dockerfile: "FROM scratch\nCOPY d/a /d\n" }, "the source", "d", "a"],
    [
      "a heredoc",
      { dockerfile: "FROM scratch\nCOPY <<A /\nx\nA\n" },
      { dockerfile: "FROM scratch\nCOPY <<A /\ny\nA\n" },
      "the content of file /A",
      /./,
      /./,
    ],
    [
      "the owner of a file of another stage",
      { ...context({ a: "" }), ...chain },
      { dockerfile: chain.dockerfile.replace("COPY a", "COPY --chown=7:8 a") },
      "the owner",
      undefined,
      "7:8",
    ],
    [
      "the command",
      run(""),
      run("", "false || true"),
      "the command",
      '["/bin/sh","-c","true"]',
      '["/bin/sh","-c","false || true"]',
    ],
    [
      "a build argument",
      { ...run("ARG A\n"), buildArgs: { A: "1" } },
      { buildArgs: { A: "2" } },
      "the variable A",
      "1",
      "2",
    ],
    ["a variable", run("ENV A=1\n"), run("ENV A=2\n"), "the variable A", "1", "2"],
    ["a variable that is gone", run("ENV A=1\n"), run(""), "the variable A", "1", undefined],
    [
      "the order of variables",
      run("ENV A=1 B=1\n"),
      run("ENV B=1 A=1\n"),
      "the order",
      "the variable A",
      "the variable B",
    ],
    ["the user", run("USER 1\n"), run("USER 2\n"), "the user", "1", "2"],
    ["the shell", run(""), run('SHELL ["sh", "-c"]\n'), "the command", '["/bin/sh","-c","true"]', '["sh","-c","true"]'],
    ["the network", run(""), run("", "--network=none true"), "the network", "default", "none"],
    ["hosts", run(""), { extraHosts: { h: "1.2.3.4" } }, "the hosts", undefined, '["h"]'],
    ["the size of /dev/shm", run(""), { shmSizeBytes: 4096 }, "the size of /dev/shm", undefined, "4096"],
    [
      "the instruction",
      run(""),
      { dockerfile: "FROM busybox\nWORKDIR /w\n" },
      "the instruction",
      "RUN true",
      "WORKDIR /w",
    ],
    [
      "WORKDIR",
      { dockerfile: "FROM busybox\nWORKDIR /v\n" },
      { dockerfile: "FROM busybox\nWORKDIR /w\n" },
      "the directory",
      "/v",
      "/w",
    ],
    ["the base image", run(""), { dockerfile: "FROM alpine\nRUN true\n" }, "the base image", /./, /./],
    [
      "the tree below",
      run("RUN echo 1\n"),
      run("RUN echo 2\n"),
      "the command",
      '["/bin/sh","-c","echo 1"]',
      '["/bin/sh","-c","echo 2"]',
    ],
    [
      "the source of a mount",
      { ...context({ f: "1" }), ...run("", "--mount=target=/m cat /m/f") },
      context({ f: "2" }),
      "the content of file /m/f",
      /./,
      /./,
    ],
    [
      "what a mount is",
      run("", "--mount=type=tmpfs,target=/m true"),
      run("", "--mount=type=cache,target=/m true"),
      "the mount cache /m",
      undefined,
      /"type":"cache"/,
    ],
    [
      "a named context",
      { dockerfile: "FROM scratch\nCOPY --from=c f /\n", contexts: { c: { files: { f: "1" } } } },
      { contexts: { c: { files: { f: "2" } } } },
      "the content of file /f",
      /./,
      /./,
    ],
    [
      "a named context in place of an image",
      { ...run(""), contexts: { busybox: { image: "alpine" } } },
      { contexts: {} },
      "the base image",
      /./,
      /./,
    ],
  ])("%s", async (_what, first, second, changed, before, now) => {
    const [miss] = await misses(first, second);
    expect(miss).toMatchObject({ reason: "changed", changed });
    const matches = (value: unknown) => (value instanceof RegExp ? expect.stringMatching(value) : value);
    expect([miss?.before, miss?.now]).toEqual([matches(before), matches(now)]);
  });

  it("the platform", async () => {
    const run = { dockerfile: "FROM busybox\nRUN true\n" };
    expect(await misses(run, { platform: "linux/arm64" })).toMatchObject([
      { changed: "the platform", before: "linux/amd64", now: "linux/arm64" },
    ]);
  });

  it("and of those after it, the tree below", async () => {
    const text = (n: number) => ({ dockerfile: `FROM busybox\nRUN echo ${n}\nRUN echo x\nWORKDIR /y\n` });
    expect(await misses(text(1), text(2))).toMatchObject([
      { step: "[2/4] RUN echo 2", changed: "the command" },
      { step: "[3/4] RUN echo x", changed: "the tree below" },
      { step: "[4/4] WORKDIR /y", changed: "the tree below" },
    ]);
  });
});

describe("a step that was not cached although nothing differs", () => {
  const dockerfile = "FROM busybox AS one\nRUN echo 1\nFROM busybox\nRUN echo 2\nCOPY --from=one /etc/passwd /p\n";

  it("was never made before", async () => {
    const { misses: found } = await createEngine().build({ context: { files: {} }, dockerfile });
    expect(found.map(({ reason }) => reason)).toEqual(["new", "new", "new"]);
  });

  it("was not to be looked up: all of them, or those of one stage", async () => {
    expect((await misses({ dockerfile }, { noCache: true })).map(({ reason }) => reason)).toEqual(
      Array(3).fill("no-cache"),
    );
    const found = await misses({ dockerfile }, { noCache: ["one"] });
    expect(found).toMatchObject([{ step: "[one 2/2] RUN echo 1", reason: "no-cache" }]);
  });

  it("was pruned", async () => {
    const engine = createEngine();
    await engine.build({ context: { files: {} }, dockerfile });
    engine.builder.cache.prune();
    const { misses: found } = await engine.build({ context: { files: {} }, dockerfile });
    expect(found.map(({ reason }) => reason)).toEqual(["pruned", "pruned", "pruned"]);
  });
});

describe("what makes no difference to the cache:", () => {
  it.each<[what: string, first: Request, second: Request]>([
    [
      "a secret's value",
      { dockerfile: "FROM busybox\nRUN --mount=type=secret,id=s true\n", secrets: { s: "1" } },
      { secrets: { s: "2" } },
    ],
    [
      "a label, a command, a port",
      { dockerfile: "FROM busybox\nLABEL a=1\nRUN true\n" },
      { dockerfile: "FROM busybox\nLABEL a=2\nRUN true\nCMD x\nEXPOSE 1\n" },
    ],
    [
      "a variable, to COPY",
      { ...context({ f: "" }), dockerfile: "FROM scratch\nENV A=1\nCOPY f /\n" },
      { dockerfile: "FROM scratch\nENV A=2\nCOPY f /\n" },
    ],
    ["a proxy", { dockerfile: "FROM busybox\nRUN true\n" }, { buildArgs: { HTTP_PROXY: "http://p" } }],
    ["an argument that no stage declares", { dockerfile: "FROM busybox\nRUN true\n" }, { buildArgs: { B: "1" } }],
  ])("%s", async (_what, first, second) => {
    expect(await misses(first, second)).toEqual([]);
  });
});
