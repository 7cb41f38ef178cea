/** `COPY --parents` of the frontends that have it: the directories that a source is in come along. */
import { createEngine } from "@bottleship/core/engine";
import { describe, expect, it } from "vitest";

const FILES = { "x/a.txt": "a", "y/b.txt": "b", "y/sub/c.txt": "c", "y/sub/c.md": "m", top: "t" };

async function filesAfter(copy: string, syntax = "docker/dockerfile:1-labs"): Promise<readonly string[]> {
  const dockerfile = `# syntax=${syntax}\nFROM busybox\n${copy}\n`;
  const engine = createEngine();
  await engine.build({ context: { files: FILES }, dockerfile, tags: ["t"] });
  return (await engine.docker("run --rm t find /p")).stdout.trim().split("\n").sort();
}

describe("COPY --parents", () => {
  it.each([
    ["COPY --parents ./x/a.txt ./y/b.txt /p/", ["/p", "/p/x", "/p/x/a.txt", "/p/y", "/p/y/b.txt"]],
    ["COPY --parents y/**/*.txt /p", ["/p", "/p/y", "/p/y/b.txt", "/p/y/sub", "/p/y/sub/c.txt"]],
    ["COPY --parents ./y/./sub/*.md /p/", ["/p", "/p/sub", "/p/sub/c.md"]],
    ["COPY --parents y/sub top /p/", ["/p", "/p/top", "/p/y", "/p/y/sub", "/p/y/sub/c.md", "/p/y/sub/c.txt"]],
    ["COPY --parents --exclude=**/*.md y /p/", ["/p", "/p/y", "/p/y/b.txt", "/p/y/sub", "/p/y/sub/c.txt"]],
  ])("%s", async (copy, found) => {
    expect(await filesAfter(copy)).toEqual(found);
  });

  it("is kept by the cache as long as what it takes is the same", async () => {
    const engine = createEngine();
    const dockerfile = "# syntax=docker/dockerfile:1.20\nFROM busybox\nCOPY --parents y/**/*.txt /p/\n";
    const build = (files: Readonly<Record<string, string>>) => engine.build({ context: { files }, dockerfile });
    await build(FILES);
    expect((await build({ ...FILES, "y/sub/c.md": "other", top: "other" })).misses).toEqual([]);
    expect((await build({ ...FILES, "y/sub/c.txt": "other" })).misses).toHaveLength(1);
  });

  it("wants a source without a pattern to be there", async () => {
    await expect(filesAfter("COPY --parents y/nope /p/")).rejects.toThrow(/"\/y\/nope": not found$/);
  });

  it.each(["docker/dockerfile:1.19", "docker/dockerfile:1.4.3"])("is unknown to %s", async (syntax) => {
    await expect(filesAfter("COPY --parents x /p/", syntax)).rejects.toThrow(
      "dockerfile parse error on line 3: unknown flag: --parents",
    );
  });

  it("depends on the frontend that a build argument names, too", async () => {
    const engine = createEngine();
    const dockerfile = "FROM busybox\nCOPY --parents x /p/\n";
    const build = (buildArgs: Readonly<Record<string, string>>) =>
      engine.build({ context: { files: FILES }, dockerfile, buildArgs });
    await build({ BUILDKIT_SYNTAX: "docker/dockerfile:1-labs" });
    // What was read so is not taken for what the text says.
    await expect(build({})).rejects.toThrow("unknown flag: --parents");
  });

  it("is unknown to the frontend that is built in, in text and as data", async () => {
    const engine = createEngine();
    const context = { files: FILES };
    await expect(engine.build({ context, dockerfile: "FROM busybox\nCOPY --parents x /p/\n" })).rejects.toThrow(
      "dockerfile parse error on line 2: unknown flag: --parents",
    );
    const stages = [
      {
        from: { kind: "FROM" as const, image: "busybox" },
        instructions: [{ kind: "COPY" as const, sources: ["x"], dest: "/p/", parents: true }],
      },
    ];
    await expect(engine.build({ context, dockerfile: { stages } })).rejects.toThrow("unknown flag: --parents");
  });
});
