/** ADD of a URL: names, times, redirects and refusals, as BuildKit was seen to do with a server on its machine. */
import { expect, it } from "vitest";
import { type LayerEntry, layerToTar } from "../../content/index.ts";
import { encode } from "../../lib/index.ts";
import { createEngine, type Engine } from "../index.ts";

const HOST = "files.example:8077";
const BASE = `http://${HOST}`;

const FILE: LayerEntry = {
  ...{ path: "f", type: "file", mode: 0o644, uid: 0, gid: 0, mtimeUs: 0 },
  content: encode("hi\n"),
};

/** The requests that were made, and an engine in whose world there is a server. */
function world(): { readonly engine: Engine; readonly asked: readonly string[] } {
  const engine = createEngine();
  const asked: string[] = [];
  engine.web.add(HOST, (request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(pathname + search);
    return Promise.resolve(answer(pathname));
  });
  return { engine, asked };
}

function answer(path: string): Response {
  switch (path) {
    case "/404":
      return new Response("hello\n", { status: 404 });
    case "/files.tar":
      return new Response(layerToTar([FILE]).slice());
    case "/redirect":
      return new Response(null, { status: 302, headers: { location: "/other/name.bin" } });
    case "/loop":
      return new Response(null, { status: 301, headers: { location: "/loop" } });
    case "/dated":
      return new Response("hello\n", { headers: { "last-modified": "Tue, 03 Feb 2015 04:05:06 GMT" } });
    case "/named":
      return new Response("hello\n", { headers: { "content-disposition": 'attachment; filename="other"' } });
    default:
      return new Response("hello\n");
  }
}

async function added(words: string): Promise<readonly string[]> {
  const { engine } = world();
  const dockerfile = `FROM busybox\nADD ${words}\n`;
  await engine.build({ context: { files: {} }, dockerfile, tags: ["t"] });
  const { stdout } = await engine.docker(`run --rm t sh -c 'find /x -type f -exec stat -c "%n %a %u:%g %s %Y" {} +'`);
  return stdout.trim().split("\n").sort();
}

it.each([
  [`${BASE}/plain.txt /x/`, ["/x/plain.txt 600 0:0 6 0"]],
  [`${BASE}/plain.txt /x/y`, ["/x/y 600 0:0 6 0"]],
  [`${BASE}/named /x/`, ["/x/named 600 0:0 6 0"]],
  [`${BASE}/dated /x/`, ["/x/dated 600 0:0 6 1422936306"]],
  [`${BASE}/redirect /x/`, ["/x/redirect 600 0:0 6 0"]],
  [`${BASE}/a/b.txt?x=1/2#frag /x/`, ["/x/b.txt 600 0:0 6 0"]],
  [`${BASE}/a/ /x/`, ["/x/a 600 0:0 6 0"]],
  [`${BASE} /x/`, ["/x/__unnamed__ 600 0:0 6 0"]],
  [`${BASE}/a%20b.txt /x/`, ["/x/a b.txt 600 0:0 6 0"]],
  [`--chmod=755 --chown=3:4 ${BASE}/f /x/`, ["/x/f 755 3:4 6 0"]],
  [`${BASE}/a ${BASE}/b /x/`, ["/x/a 600 0:0 6 0", "/x/b 600 0:0 6 0"]],
])("ADD %s", async (words, files) => {
  expect(await added(words)).toEqual(files);
});

const HELLO = "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
const ZEROS = `sha256:${"0".repeat(64)}`;

it.each([
  [`${BASE}/404 /x/`, "failed to load cache key: invalid response status 404"],
  [`${BASE}/loop /x/`, `failed to load cache key: Get "/loop": stopped after 10 redirects`],
  [`--checksum=${ZEROS} ${BASE}/f /x/`, `digest mismatch ${HELLO}: ${ZEROS}`],
  [
    "http://127.0.0.1:9/a.txt /x/",
    'failed to load cache key: Get "http://127.0.0.1:9/a.txt": dial tcp 127.0.0.1:9: connect: connection refused',
  ],
  [
    `--checksum=${HELLO} http://127.0.0.1:9/a.txt /x/`,
    'Get "http://127.0.0.1:9/a.txt": dial tcp 127.0.0.1:9: connect: connection refused',
  ],
])("refuses ADD %s", async (words, message) => {
  await expect(added(words)).rejects.toThrow(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`));
});

it("asks each time, and unpacks nothing anew that has not changed", async () => {
  const { engine, asked } = world();
  const build = () => engine.build({ context: { files: {} }, dockerfile: `FROM busybox\nADD ${BASE}/f /x/\n` });
  await build();
  expect((await build()).misses).toEqual([]);
  expect(asked).toEqual(["/f", "/f"]);
});

it("finds what containers publish on the machine", async () => {
  const { engine } = world();
  await engine.docker("run -d -p 8000:80 busybox sh -c 'echo served > /index.html; exec httpd -f -h /'");
  const dockerfile = "FROM busybox\nADD http://localhost:8000/index.html /page\nRUN cat /page\n";
  await engine.build({ context: { files: {} }, dockerfile, tags: ["t"] });
  expect((await engine.docker("run --rm t cat /page")).stdout).toBe("served\n");
});

it("builds from an archive or a Dockerfile behind a URL", async () => {
  const engine = createEngine();
  const tar = layerToTar([
    {
      path: "Dockerfile",
      type: "file",
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtimeUs: 0,
      content: encode("FROM busybox\nCOPY f /f\n"),
    },
    { path: "f", type: "file", mode: 0o644, uid: 0, gid: 0, mtimeUs: 0, content: encode("sent\n") },
  ]);
  engine.web.add(HOST, ({ url }) =>
    Promise.resolve(new Response(url.endsWith(".tar") ? new Uint8Array(tar) : "FROM busybox\nRUN echo x > /f\n")),
  );
  await engine.docker(`build -t a ${BASE}/context.tar`);
  expect((await engine.docker("run --rm a cat /f")).stdout).toBe("sent\n");
  await engine.docker(`build -t b ${BASE}/Dockerfile`);
  expect((await engine.docker("run --rm b cat /f")).stdout).toBe("x\n");
});

it.each([
  [
    "http://127.0.0.1:9/x.tar",
    'failed to read downloaded context: failed to load cache key: Get "http://127.0.0.1:9/x.tar": dial tcp 127.0.0.1:9: connect: connection refused',
  ],
  [
    "http://127.0.0.1:9/x.git",
    'failed to read dockerfile: failed to load cache key: error fetching default branch for repository http://127.0.0.1:9/x.git: git stderr:\n: exec: "git": executable file not found in $PATH',
  ],
])("tells why there is no context at %s", async (url, message) => {
  const { exitCode, stderr } = await createEngine().docker(`build ${url}`);
  expect([exitCode, stderr]).toEqual([
    1,
    expect.stringContaining(`ERROR: failed to build: failed to solve: ${message}\n`),
  ]);
});

const NO_GIT = 'git stderr:\n: exec: "git": executable file not found in $PATH';

it.each([
  [
    "git://127.0.0.1:9/f.git",
    `failed to load cache key: error fetching default branch for repository git://127.0.0.1:9/f.git: ${NO_GIT}`,
  ],
  [
    "http://127.0.0.1:9/f.git#main:sub",
    `failed to load cache key: failed to fetch remote http://127.0.0.1:9/f.git: ${NO_GIT}`,
  ],
  ["git@127.0.0.1:f.git", "unset ssh forward key default"],
])("has no git for ADD %s", async (url, message) => {
  await expect(added(`${url} /x/`)).rejects.toThrow(message);
});

it("is what docker import is given, if it is an archive; what the server says instead is the error", async () => {
  const { engine } = world();
  const { stdout, exitCode } = await engine.docker(`import ${BASE}/files.tar made`);
  const image = engine.images.get("made");
  expect([exitCode, stdout]).toEqual([0, `Downloading from ${BASE}/files.tar\n${image.id}\n`]);
  expect(image.config.history).toMatchObject([{ comment: `Imported from ${BASE}/files.tar` }]);
  expect(await engine.docker(`import ${BASE}/404`)).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: `Error response from daemon: failed to GET ${BASE}/404 with status 404 Not Found: hello\n`,
  });
});
