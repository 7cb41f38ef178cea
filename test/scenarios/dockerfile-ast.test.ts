/** A Dockerfile is data: its text, its AST, the AST through JSON and one written by hand build the same image. */
import { type Dockerfile, from, parse, print, readAst } from "@bottleship/core/build";
import type { Engine } from "@bottleship/core/engine";
import { expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const TEXT = `FROM busybox AS build
WORKDIR /src
COPY --chown=7:8 --chmod=640 . .
RUN <<EOF
wc -l < book > lines
EOF

FROM busybox
LABEL title="a book" pages=1
VOLUME /data
SHELL ["/bin/sh", "-e", "-c"]
COPY --from=build /src/lines /lines
CMD ["cat", "/lines"]
`;
const FILES = { book: "one\ntwo\n" };

async function build(engine: Engine, dockerfile: string | Dockerfile): Promise<string> {
  const { image } = await engine.build({ context: { files: FILES }, dockerfile, tags: ["book"] });
  return image.id;
}

it("builds the same image from text, AST, and AST without source ranges through JSON", async () => {
  const engine = await machine();
  const id = await build(engine, TEXT);
  expect(await docker(engine, "run --rm book")).toBe("2\n");
  const ast = parse(TEXT);
  expect(await build(engine, ast)).toBe(id);
  const withoutRanges = JSON.parse(JSON.stringify(ast, (key, value) => (key === "range" ? undefined : value)));
  expect(await build(engine, readAst(withoutRanges))).toBe(id);
  expect(await build(engine, print(ast))).toBe(id);
});

it("builds what was written by hand, and finds its steps in the cache when the text asks for the same", async () => {
  const engine = await machine();
  const written = from("busybox").workdir("/app").copy("book", ".").run("wc -l < book > lines").cmd(["cat", "lines"]);
  await build(engine, written.build());
  expect(await docker(engine, "run --rm book")).toBe("2\n");
  const text = 'FROM busybox\nWORKDIR /app\nCOPY book .\nRUN wc -l < book > lines\nCMD ["cat", "lines"]\n';
  const { misses } = await engine.build({ context: { files: FILES }, dockerfile: text });
  expect(misses).toEqual([]);
});

it("refuses an AST that is none, and says where", () => {
  const broken = {
    stages: [{ from: { kind: "FROM", image: "busybox" }, instructions: [{ kind: "COPY", sources: ["a"] }] }],
  };
  expect(() => readAst(broken)).toThrow("stages[0].instructions[0].dest: expected string, got nothing");
});
