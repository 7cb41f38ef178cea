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
  const docker = (command: string, env: Readonly<Record<string, string>> = {}) =>
    engine.docker(command, { disk: fs as unknown as ContextDisk, cwd: "/w", env });
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

it.each([
  ["--iidfile /none/x", "writing image ID file: open /none/x: no such file or directory"],
  ["--metadata-file /none/x", "invalid output path: stat /none: no such file or directory"],
  ["--metadata-file out", "cannot write to a directory"],
])("builds, tells the id, and then says why a file cannot be written: %s", async (flag, message) => {
  const { engine, docker } = client();
  const { exitCode, stdout, stderr } = await docker(`build -q ${flag} .`);
  expect([exitCode, stdout, stderr]).toEqual([1, `${engine.images.list()[0]?.id}\n`, `ERROR: ${message}\n`]);
});

it.each(["", "DOCKER_BUILDKIT=0"])("removes the id of an earlier image before anything else (%s)", async (env) => {
  const { vol, docker } = client();
  vol.writeFileSync("/w/id", "sha256:old");
  vol.mkdirSync("/w/empty");
  const [name = "", value = ""] = env.split("=");
  const build = (flags: string) => docker(`build ${flags} .`, name === "" ? {} : { [name]: value });
  expect((await build("-f none --iidfile id")).exitCode).toBe(1);
  expect(vol.existsSync("/w/id")).toBe(false);
  expect((await build("-q --iidfile out")).stderr).toMatch(
    /[Rr]emoving image ID file: remove out: directory not empty\n$/,
  );
  expect((await build("-q --iidfile .")).stderr).toMatch(/[Rr]emoving image ID file: remove .: invalid argument\n$/);
  expect((await build("-q --iidfile empty")).exitCode).toBe(0);
  expect(vol.readFileSync("/w/empty", "utf8")).toMatch(/^sha256:[0-9a-f]{64}\n?$/);
});

it("reads the Dockerfile before it refuses a question that it does not know", async () => {
  const { stderr } = await client().docker("build --call nope --progress plain .");
  expect(stderr).toMatch(
    /load build definition(.|\n)*\nERROR: failed to build: failed to solve: unsupported request frontend\.nope/,
  );
});
