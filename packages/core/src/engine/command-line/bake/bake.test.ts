/** Builds of `docker buildx bake`; what it shows is under `test/recorded/cli/bake.json`. */
import { Volume } from "memfs";
import { expect, it } from "vitest";
import { createEngine } from "../../index.ts";

const FILES = {
  "/w/docker-bake.hcl": `group "default" { targets = ["one", "two"] }
target "one" {
  tags = ["me-one"]
  args = { X = "1" }
}
target "two" {
  tags = ["me-two"]
  contexts = { base = "target:one" }
  dockerfile-inline = "FROM base\\nCOPY f /g\\n"
}
target "bad" { dockerfile-inline = "FROM scratch\\nCOPY nope /g\\n" }
`,
  "/w/Dockerfile": "FROM scratch\nCOPY f /f\nARG X\nENV X=$X\n",
  "/w/f": "1\n",
};

function machine() {
  const engine = createEngine({ seed: 7 });
  const disk = Volume.fromJSON(FILES);
  const bake = (line: string) => engine.docker(`buildx bake ${line}`, { disk: disk as never, cwd: "/w" });
  return { engine, bake, disk };
}

it("builds targets, each step called after its target, and one target from another", async () => {
  const { engine, bake } = machine();
  const { exitCode, stdout, stderr } = await bake("--progress plain");
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
  expect(stderr).toContain("#1 [internal] load local bake definitions\n#1 reading docker-bake.hcl 292B / 292B done\n");
  expect(stderr).toContain(" [one internal] load build definition from Dockerfile");
  expect(stderr).toContain("[two] exporting to image");
  const [one, two] = [engine.images.get("me-one"), engine.images.get("me-two")];
  expect(two.chain.slice(0, one.chain.length)).toEqual(one.chain);
  expect(two.config.config.Env).toContain("X=1");
});

it("starts from IDs in what it links alone: to FROM they are names", async () => {
  const { engine, bake } = machine();
  await bake("--progress quiet one");
  const { id } = engine.images.get("me-one");
  const { exitCode, stderr } = await engine.docker("build --progress quiet -", { stdin: `FROM ${id}\nENV A=1\n` });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 });
  expect(stderr).toContain("failed to resolve source metadata for docker.io/library/sha256:");
});

it("takes away the images that were only there to start from", async () => {
  const { engine, bake } = machine();
  const before = engine.images.list().length;
  expect(await bake("--progress quiet two")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  expect(engine.images.list().length).toBe(before + 1);
});

it("says of which target a build has failed, if there are several", async () => {
  const { bake } = machine();
  const several = await bake("--progress quiet bad one");
  expect(several.exitCode).toBe(1);
  expect(several.stderr).toContain("ERROR: target bad: failed to solve: failed to compute cache key:");
  expect((await bake("--progress quiet bad")).stderr).toContain("\nERROR: failed to solve: failed to compute");
});

it("writes what it has built by target", async () => {
  const { engine, bake, disk } = machine();
  await bake("--progress quiet --metadata-file md.json");
  const metadata = JSON.parse(String(disk.readFileSync("/w/md.json")));
  expect(Object.keys(metadata)).toEqual(["one", "two"]);
  expect(metadata.one["containerimage.digest"]).toBe(engine.images.get("me-one").id);
});

it("refuses definitions from elsewhere", async () => {
  const { bake } = machine();
  expect((await bake("https://host.example/x.git")).stderr).toBe(
    'ERROR: "docker buildx bake" of a git repository is not implemented\n',
  );
});

it("asks at a terminal for what nobody has allowed", async () => {
  const { engine, disk } = machine();
  const ask = (answer: string) =>
    engine.docker("buildx bake --progress quiet --set one.network=host one", {
      disk: disk as never,
      cwd: "/w",
      terminal: {},
      answer: async () => answer,
    });
  const refused = await ask("n");
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.stderr).toContain("Do you want to grant requested privileges and continue? [y/N] ");
  expect(refused.stderr).toMatch(/ERROR: additional privileges requested\n$/);
  expect(engine.images.list().length).toBe(0);
  expect(await ask("y")).toMatchObject({ exitCode: 0 });
});

it("looks at no files if the environment says so", async () => {
  const { engine, disk } = machine();
  const bake = (env: Readonly<Record<string, string>>) =>
    engine.docker("buildx bake --progress quiet --set one.output=type=local,dest=/out one", {
      disk: disk as never,
      cwd: "/w",
      env,
    });
  expect((await bake({})).stderr).toContain(" - Write access to path ..\n");
  const { exitCode, stderr } = await bake({ BUILDX_BAKE_ENTITLEMENTS_FS: "0" });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(disk.existsSync("/out/f")).toBe(true);
});

it("shows definitions without a daemon, and builds nothing", async () => {
  const { engine, bake } = machine();
  engine.daemon.crash();
  expect((await bake("--print one")).stdout).toContain('"me-one"');
  expect((await bake("--list targets")).stdout).toMatch(/^TARGET\tDESCRIPTION\n/);
  expect(await bake("one")).toEqual({
    exitCode: 1,
    stdout: "",
    stderr:
      "ERROR: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n",
  });
});
