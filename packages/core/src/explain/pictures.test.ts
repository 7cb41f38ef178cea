/** Pictures of layers and of builds: what they say, and that they are well-formed whatever names they show. */
import { describe, expect, it } from "vitest";
import type { BuildEvent } from "../build/index.ts";
import { createEngine } from "../engine/index.ts";
import { buildGraph, buildGraphSvg, drawBuildGraph, drawLayers, layersOf, layersSvg } from "./index.ts";

const DOCKERFILE = `FROM busybox AS tools
RUN echo tool > /tool
FROM scratch
COPY big /data/big
COPY big keep /data/
COPY --from=tools /tool /data/sub/
RUN ["/bin/nothing"]
`;

/** The elements' names and texts; fails for what is not well-formed. */
function read(svg: string): { readonly names: readonly string[]; readonly texts: readonly string[] } {
  const open: string[] = [];
  const names: string[] = [];
  const texts: string[] = [];
  let at = 0;
  const token = /<\/([a-z]+)>|<([a-z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  for (let match = token.exec(svg); match !== null; match = token.exec(svg)) {
    at = token.lastIndex;
    const [, end, start, attributes = "", single, text] = match;
    if (end !== undefined) expect(open.pop()).toBe(end);
    if (start !== undefined) names.push(start);
    if (start !== undefined && single === "") open.push(start);
    for (const part of [attributes, text ?? ""]) expect(part).not.toMatch(/&(?!(amp|lt|gt|quot);)/);
    if (text !== undefined && text.trim() !== "") texts.push(text);
  }
  expect([open, at]).toEqual([[], svg.length]);
  return { names, texts };
}

describe("layers", () => {
  async function layers() {
    const engine = createEngine();
    await engine.build({
      context: { files: { big: "x".repeat(5000), small: "y", keep: "k" } },
      dockerfile: `FROM scratch\nCOPY big keep /d/\nCOPY small /d/big\nCOPY <<"EOF" /<&>\n&"quoted"\nEOF\n`,
      tags: ["web"],
    });
    return layersOf(engine, "web");
  }

  it("say what each added and changed, and what is carried for nothing", async () => {
    const found = await layers();
    expect(found.map(({ bytes, wastedBytes, hidden }) => [bytes, wastedBytes, hidden])).toEqual([
      [5001, 5000, [{ path: "/d/big", bytes: 5000, by: 2 }]],
      [1, 0, []],
      [10, 0, []],
    ]);
    expect(drawLayers(found.slice(0, 2))).toBe(
      "layer 1: 5001 bytes, 5000 of them wasted  COPY big keep /d/ # buildkit\n  + /d\n  + /d/big  5000\n  + /d/keep  1\n  x /d/big  5000  hidden by layer 2\nlayer 2: 1 bytes  COPY small /d/big # buildkit\n  ~ /d\n  ~ /d/big  1\n",
    );
  });

  it("that are deleted from below waste what was below, directory or file", async () => {
    const engine = createEngine();
    await engine.images.pull("busybox");
    await engine.build({
      context: { files: {} },
      dockerfile:
        "FROM busybox\nRUN mkdir -p /a/b && echo one > /a/b/f && echo two > /g\nRUN rm -r /a && rm /g && mkdir /a && echo new > /a/h\n",
      tags: ["web"],
    });
    const [, made, removed] = layersOf(engine, "web");
    expect(made?.hidden).toEqual([
      { path: "/a/b/f", bytes: 4, by: 3 },
      { path: "/g", bytes: 4, by: 3 },
    ]);
    expect([made?.wastedBytes, removed?.wastedBytes]).toEqual([8, 0]);
  });

  it("are drawn, a bar each, the topmost first", async () => {
    const { names, texts } = read(layersSvg(await layers()));
    expect(names.filter((name) => name === "g").length).toBe(3);
    expect(texts[0]).toContain("3 COPY &lt;&lt;EOF /&lt;&amp;&gt;");
    expect(texts).toContain("5.00kB, 5.00kB wasted +3 ~0 -0");
    expect(read(layersSvg([])).names).toEqual(["svg"]);
  });
});

describe("a build", () => {
  async function graphOf(engine = createEngine()) {
    const events: BuildEvent[] = [];
    const misses = await engine
      .build({
        context: { files: { big: "x", keep: "k" } },
        dockerfile: DOCKERFILE,
        onEvent: (event) => events.push(event),
      })
      .then((result) => result.misses)
      .catch(() => []);
    return buildGraph(events, misses);
  }

  it("shows what was done, what was cached, what failed, and what needs what", async () => {
    const engine = createEngine();
    await graphOf(engine);
    const nodes = await graphOf(engine);
    const stateOf = (name: string) => nodes.find((node) => node.name.includes(name))?.state;
    expect([stateOf("RUN echo tool"), stateOf("COPY big /data/big"), stateOf("RUN [")]).toEqual([
      "cached",
      "cached",
      "failed",
    ]);
    const failed = nodes.find(({ state }) => state === "failed");
    const input = nodes.find(({ number }) => number === failed?.inputs[0]);
    expect(input?.name).toContain("COPY --from=tools");
    expect(drawBuildGraph(nodes)).toMatch(
      /#\d+ \[stage-1 4\/4\] RUN \["\/bin\/nothing"\] {2}failed \d+\.\ds {2}<- #\d+ {2}\(process /,
    );
    const { names } = read(buildGraphSvg(nodes));
    expect(names.filter((name) => name === "rect").length).toBe(nodes.length);
    expect(names.filter((name) => name === "path").length).toBe(
      nodes.reduce((sum, { inputs }) => sum + inputs.length, 0),
    );
  });

  it("tells why a step was not cached", async () => {
    const engine = createEngine();
    const build = async (text: string) => {
      const events: BuildEvent[] = [];
      const { misses } = await engine.build({
        context: { files: { f: text } },
        dockerfile: "FROM scratch\nCOPY f /\nWORKDIR /x\n",
        onEvent: (event) => events.push(event),
      });
      return buildGraph(events, misses).filter(({ miss }) => miss !== undefined);
    };
    expect((await build("one")).map(({ miss }) => miss)).toEqual([
      "seen for the first time",
      "seen for the first time",
    ]);
    const again = await build("two");
    expect(again.length).toBe(2);
    expect(again.every(({ miss }) => miss !== "seen for the first time")).toBe(true);
    expect(await build("two")).toEqual([]);
  });
});
