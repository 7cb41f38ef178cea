/** `docker build --output`: where results go, and what is refused; words as of docker 28.5.2 with buildx. */
import { memfs } from "memfs";
import { expect, it } from "vitest";
import type { ContextDisk } from "../../build/index.ts";
import { tarToLayer } from "../../content/index.ts";
import { Registry } from "../../registry/index.ts";
import { createEngine } from "../index.ts";

function client() {
  const { fs, vol } = memfs({
    "/w/Dockerfile": "FROM scratch\nCOPY f /d/f\nCOPY l /d/l\n",
    "/w/f": "text",
    "/w/out/old": "old",
  });
  vol.symlinkSync("f", "/w/l");
  const engine = createEngine();
  const docker = (command: string) => engine.docker(command, { disk: fs as unknown as ContextDisk, cwd: "/w" });
  return { engine, vol, docker };
}

it.each(["-o out", "--output type=local,dest=out", "-o a=b,type=local,dest=/w/out"])(
  "%s writes the files into a directory, beside what is there, and keeps no image",
  async (output) => {
    const { engine, vol, docker } = client();
    for (let times = 0; times < 2; times++)
      expect(await docker(`build -q -t x ${output} .`)).toMatchObject({ exitCode: 0, stdout: "\n", stderr: "" });
    expect(vol.readFileSync("/w/out/d/f", "utf8")).toBe("text");
    expect(vol.readdirSync("/w/out")).toEqual(["d", "old"]);
    expect(engine.images.list()).toEqual([]);
  },
);

it("writes an archive, or prints it", async () => {
  const { engine, vol, docker } = client();
  await docker("build -q -o type=tar,dest=x.tar .");
  const bytes = new Uint8Array(vol.readFileSync("/w/x.tar") as Uint8Array);
  expect([...tarToLayer(bytes)].map(({ path }) => path)).toEqual(["d", "d/f", "d/l"]);
  for (const output of ["-", "type=tar", "type=tar,dest=-"]) {
    const { stdout } = await docker(`build -q -o ${output} .`);
    expect(stdout).toContain("ustar");
  }
  expect(engine.images.list()).toEqual([]);
});

it("names images as the option says, pushes them, and builds for the cache alone", async () => {
  const { engine, docker } = client();
  await docker("build -q -o type=cacheonly .");
  expect(engine.images.list()).toEqual([]);
  await docker("build -q -t a -o type=image,name=b:1 -o out .");
  expect(engine.images.list().flatMap((image) => engine.images.tags(image))).toEqual(["b:1"]);
  engine.registries.add("r.example", new Registry().fetch);
  expect(await docker("build -q --push -t r.example/c:1 .")).toMatchObject({ exitCode: 0 });
  expect(await docker("build --push -q -t none.example/c:1 .")).toMatchObject({ exitCode: 1 });
});

it.each([
  ["type=foo", 'failed to build: failed to solve: exporter "foo" could not be found'],
  ["type=local", "failed to build: dest is required for local exporter"],
  ["type=local,dest=", "failed to build: dest is required for local exporter"],
  ["type=local,dest=-", "failed to build: dest cannot be stdout for local exporter"],
  ["type=local,dest=Dockerfile", "failed to build: destination directory Dockerfile is a file"],
  ["type=tar,dest=/w/out", "failed to build: destination file /w/out is a directory"],
  ["type=tar,dest=/w/no/x", "failed to build: failed to open open /w/no/x: no such file or directory"],
  ["type=registry", "failed to build: tag is needed when pushing to registry"],
  ["out --iidfile i", "local and tar exporters are incompatible with image ID file"],
])("refuses %s", async (output, message) => {
  const { engine, docker } = client();
  expect(await docker(`build -q -o ${output} .`)).toMatchObject({ exitCode: 1, stderr: `ERROR: ${message}\n` });
  expect(engine.images.list()).toEqual([]);
});
