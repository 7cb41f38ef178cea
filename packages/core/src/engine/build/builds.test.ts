import { describe, expect, it } from "vitest";
import type { BuildEvent, BuildRequest } from "../../build/index.ts";
import { decode } from "../../lib/index.ts";
import type { Inode } from "../../vfs/index.ts";
import { createEngine, type Engine } from "../index.ts";

interface Built {
  readonly output: string;
  readonly cached: readonly string[];
}

/** Builds, and tells what the steps wrote and which of them came from the cache. */
async function build(engine: Engine, dockerfile: string, request: Partial<BuildRequest> = {}) {
  let output = "";
  const names = new Map<number, string>();
  const cached: string[] = [];
  const onEvent = (event: BuildEvent): void => {
    if (event.kind === "started") names.set(event.vertex, event.name);
    if (event.kind === "log") output += decode(event.bytes);
    if (event.kind === "completed" && event.cached) cached.push(names.get(event.vertex) ?? "");
  };
  const told = (): Built => ({ output, cached: cached.filter((name) => !name.includes("FROM")) });
  try {
    const result = await engine.build({ context: { files: {} }, dockerfile, tags: ["t"], ...request, onEvent });
    return { ...result, ...told(), error: undefined };
  } catch (error) {
    return { image: undefined, misses: [], ...told(), error: error instanceof Error ? error.message : String(error) };
  }
}

const layers = (engine: Engine): readonly (readonly string[])[] =>
  (engine.images.find("t")?.chain ?? [])
    .slice(1)
    .map((layer) => [...engine.images.layer(layer)].map(({ path }) => path));

const BASE = "FROM busybox\n";

it("counts what it takes to send a Dockerfile, with its time", async () => {
  const statuses: string[] = [];
  const onEvent = (event: BuildEvent): void => void (event.kind === "status" && statuses.push(event.text));
  const dockerfile = "FROM scratch\nCOPY a.txt /dir/\n";
  await createEngine().build({ context: { files: { "a.txt": "alpha\n" } }, dockerfile, onEvent });
  expect(statuses[0]).toBe("transferring dockerfile: 67B");
});

describe("RUN", () => {
  it("fails with the exit code of the process, and shows what it wrote", async () => {
    const { error, output } = await build(createEngine(), `${BASE}RUN echo so far; exit 42\n`);
    expect(output).toBe("so far\n");
    expect(error).toBe('process "/bin/sh -c echo so far; exit 42" did not complete successfully: exit code: 42');
  });

  it("fails with 1 and the runtime's words if there is no such program, with 255 for a NUL in its words", async () => {
    const missing = await build(createEngine(), `${BASE}RUN ["nosuch"]\n`);
    expect(missing.output).toBe(
      'runc run failed: unable to start container process: error during container init: exec: "nosuch": executable file not found in $PATH\n',
    );
    expect(missing.error).toMatch(/exit code: 1$/);
    expect((await build(createEngine(), `${BASE}RUN echo a\0b\n`)).error).toMatch(/exit code: 255$/);
  });

  it("leaves nothing running, and nothing on the machine", async () => {
    const engine = createEngine();
    await build(engine, `${BASE}RUN --mount=type=tmpfs,target=/t sleep 1000 & echo x\n`);
    const { disk } = engine.kernel;
    const names = (path: string): string[] => {
      let at: Inode | undefined = disk.root;
      for (const name of path.split("/")) at = at?.lookup(name);
      return [...(at?.readdir() ?? [])].map(({ name }) => name);
    };
    expect(names("var/lib/docker/buildkit/executor")).toEqual([]);
    expect([...engine.kernel.init.children].flatMap(({ children }) => [...children].map(({ argv }) => argv))).toEqual(
      [],
    );
  });

  it("sees a secret as a file of root's or as a variable, and a step without it leaves no trace", async () => {
    const secrets = { s: "topsecret" };
    const both =
      "RUN --mount=type=secret,id=s --mount=type=secret,id=s,env=S cat /run/secrets/s; echo; stat -c %a /run/secrets/s; echo $S";
    const engine = createEngine();
    expect((await build(engine, `${BASE}${both}\nRUN ls /run\n`, { secrets })).output).toBe(
      "topsecret\n400\ntopsecret\nls: /run: No such file or directory\n",
    );
    expect((await build(createEngine(), `${BASE}RUN --mount=type=secret,id=none,required true\n`)).error).toBe(
      "secret none: not found",
    );
  });

  it("mounts the context read-only or to be thrown away, and other stages", async () => {
    const context = { files: { "d/g": "gee\n" } };
    const dockerfile = `FROM busybox AS a
RUN echo stage > /s
${BASE}RUN --mount=target=/in touch /in/x; cat /in/d/g
RUN --mount=target=/in,rw touch /in/x && ls /in
RUN --mount=from=a,source=/s,target=/s cat /s
RUN ls /in /s
`;
    const { output } = await build(createEngine(), dockerfile, { context });
    expect(output).toContain("touch: /in/x: Read-only file system\ngee\n");
    expect(output).toContain("d\nx\n");
    expect(output).toContain("stage\n");
    expect(output).toContain("ls: /in: No such file or directory\nls: /s: No such file or directory\n");
  });

  it("finds in a cache mount what an earlier build has put there, and a copy of a stage at first", async () => {
    const engine = createEngine();
    await build(engine, `${BASE}RUN --mount=type=cache,id=c,target=/c echo 1 > /c/x\n`);
    expect((await build(engine, `${BASE}RUN --mount=type=cache,id=c,target=/k cat /k/x\n`)).output).toBe("1\n");
    const filled = `FROM busybox AS a\nRUN mkdir -p /o/s; echo 1 > /o/s/1; ln -s s /o/l\n${BASE}RUN --mount=type=cache,target=/x,from=a,source=/o cat /x/l/1\n`;
    expect((await build(engine, filled)).output).toBe("1\n");
  });

  it("may use the machine's network only if that is allowed", async () => {
    const dockerfile = `${BASE}RUN --network=host true\n`;
    expect((await build(createEngine(), dockerfile)).error).toBe("failed to load LLB: network.host is not allowed");
    expect((await build(createEngine(), dockerfile, { allow: ["network.host"] })).error).toBeUndefined();
  });
});

describe("layers", () => {
  it("have whiteouts for what is gone, and are opaque where a directory was made anew", async () => {
    const engine = createEngine();
    const context = { files: { "d/a": "a", "d/b": "b", "e/c": "c" } };
    const run = "RUN rm /d/a && rm -r /e && mkdir /e && touch /e/n\n";
    await build(engine, `FROM busybox\nCOPY . /\n${run}`, { context });
    expect(layers(engine)[1]).toEqual(["d", "d/.wh.a", "e", "e/.wh..wh..opq", "e/n", "etc"]);
  });

  it("name a file with several names once, and a directory that was moved into place is opaque", async () => {
    const engine = createEngine();
    await build(engine, `${BASE}RUN mkdir /h && echo x > /h/a && ln /h/a /h/b && mkdir /n && mv /n /m\n`);
    const [layer = ""] = (engine.images.find("t")?.chain ?? []).slice(1);
    const entries = [...engine.images.layer(layer)];
    expect(entries.filter(({ type }) => type === "hardlink")).toMatchObject([{ path: "h/b", link: "h/a" }]);
    expect(entries.map(({ path }) => path)).toContain("m/.wh..wh..opq");
  });

  it("keep no places of mounts", async () => {
    const engine = createEngine();
    await build(engine, `${BASE}RUN --mount=type=tmpfs,target=/x/y/z touch /x/y/z/f\n`);
    expect(layers(engine)).toEqual([["etc"]]);
  });
});

describe("cache", () => {
  const dockerfile = `${BASE}COPY f /f\nARG A=1\nRUN echo hi\nWORKDIR /w\n`;
  const files = (f: string) => ({ context: { files: { f, other: "x" } } });

  it("a second build does nothing, and makes the same image", async () => {
    const engine = createEngine();
    const first = await build(engine, dockerfile, files("1"));
    const second = await build(engine, dockerfile, files("1"));
    expect(second.cached).toEqual(["[2/4] COPY f /f", "[3/4] RUN echo hi", "[4/4] WORKDIR /w"]);
    expect(second.image).toBe(first.image);
    expect(second.misses).toEqual([]);
  });

  it("tells why a step is not cached", async () => {
    const engine = createEngine();
    expect((await build(engine, dockerfile, files("1"))).misses[0]?.changed).toBeUndefined();
    expect((await build(engine, dockerfile, files("2"))).misses).toMatchObject([
      { step: "[2/4] COPY f /f", changed: "the content of file /f" },
      { step: "[3/4] RUN echo hi", changed: "the tree below" },
      { step: "[4/4] WORKDIR /w", changed: "the tree below" },
    ]);
    expect((await build(engine, dockerfile, { ...files("2"), buildArgs: { A: "2" } })).misses[0]).toEqual({
      step: "[3/4] RUN echo hi",
      reason: "changed",
      changed: "the variable A",
      before: "1",
      now: "2",
    });
  });

  it("made anew, a step is another one for those after it, and serves the next build", async () => {
    const engine = createEngine();
    await build(engine, dockerfile, files("1"));
    expect((await build(engine, dockerfile, { ...files("1"), noCache: true })).cached).toEqual([]);
    expect((await build(engine, dockerfile, files("1"))).cached).toHaveLength(3);
    expect((await build(engine, `${BASE}WORKDIR /w\n`, { noCache: true })).cached).toEqual([]);
    expect((await build(engine, `${BASE}WORKDIR /w\n`, { noCache: true })).cached).toEqual(["[2/2] WORKDIR /w"]);
  });
});

it("vertices that another one's failure leaves waiting are told, and never started", async () => {
  const events: BuildEvent[] = [];
  const request = { context: { files: {} }, dockerfile: `${BASE}RUN false\nRUN true\n` };
  await expect(createEngine().build({ ...request, onEvent: (event) => events.push(event) })).rejects.toThrow(
    "exit code: 1",
  );
  const name = "[3/3] RUN true";
  expect(events.filter((event) => "name" in event && event.name === name)).toMatchObject([{ kind: "planned" }]);
});
