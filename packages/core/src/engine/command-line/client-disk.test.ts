/** What the client says of files of its own that cannot be read or written. Texts are those of the real client. */
import { memfs } from "memfs";
import { expect, it } from "vitest";
import { type FileType, typeBits } from "../../abi/index.ts";
import type { ContextDisk } from "../../build/index.ts";
import { createEngine } from "../index.ts";

const PLAIN = "services:\n  a:\n    image: busybox\n";
const COMPOSE = `${PLAIN}    env_file: dir\n`;

async function client() {
  const { fs, vol } = memfs({ "/w/file": "", "/w/compose.yaml": COMPOSE, "/w/plain.yaml": PLAIN, "/w/dir": {} });
  vol.symlinkSync("/w/file", "/w/link");
  vol.symlinkSync("loop", "/w/loop");
  const options = { disk: fs as unknown as ContextDisk, cwd: "/w" };
  const engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  await engine.docker("create --name one busybox");
  return { engine, options };
}

/** The same disk, where /w/file is something else. */
function withFileAs(type: FileType, disk: ContextDisk): ContextDisk {
  const lstatSync = (path: string) => {
    const stat = disk.lstatSync(path);
    return path === "/w/file" && stat !== undefined ? { ...stat, mode: typeBits(type) } : stat;
  };
  return Object.assign(Object.create(disk) as ContextDisk, { lstatSync });
}

const DAEMON = "http://%2Fvar%2Frun%2Fdocker.sock/v1.50";

it.each([
  ["load -i dir", `error during connect: Post "${DAEMON}/images/load?quiet=1": read dir: is a directory\n`],
  ["import dir", `error during connect: Post "${DAEMON}/images/create?fromSrc=-": read dir: is a directory\n`],
  ["save -o no/x busybox", "failed to save image: invalid output path: stat no: no such file or directory\n"],
  [
    "save -o loop/x busybox",
    "failed to save image: invalid output path: stat loop: too many levels of symbolic links\n",
  ],
  ["save -o file/x busybox", "failed to save image: invalid output path: stat file: not a directory\n"],
  ["save -o dir no-such-image", "failed to save image: cannot write to a directory\n"],
  ["save -o link busybox", "failed to save image: cannot write to a symbolic link directly\n"],
  ["export -o no/x one", "failed to export container: invalid output path: stat no: no such file or directory\n"],
  ["export -o dir one", "failed to export container: cannot write to a directory\n"],
  ["compose -f plain.yaml config -o no/x", "open no/x: no such file or directory\n"],
  ["compose -f plain.yaml config -o dir", "open dir: is a directory\n"],
  ["compose -f dir config", "read /w/dir: is a directory\n"],
  ["compose config", "failed to read /w/dir: read /w/dir: is a directory\n"],
  ["compose --env-file dir config", "/w/dir is a directory\n"],
])("docker %s", async (line, stderr) => {
  const { engine, options } = await client();
  expect(await engine.docker(line, options)).toEqual({ exitCode: 1, stdout: "", stderr });
});

it.each([
  ["char", "a character device file"],
  ["block", "a block device file"],
  ["fifo", "a named pipe (FIFO)"],
  ["socket", "a socket"],
] as const)("what cannot be replaced by a file is not: %s", async (type, what) => {
  const { engine, options } = await client();
  const disk = withFileAs(type, options.disk);
  const said = async (line: string) => (await engine.docker(line, { ...options, disk })).stderr;
  expect(await said("save -o file busybox")).toBe(`failed to save image: cannot write to ${what}\n`);
  expect(await said("export -o file one")).toBe(`failed to export container: cannot write to ${what}\n`);
});

it("cp does not write to a device, also where a link leads to one, whatever it is to copy", async () => {
  const { engine, options } = await client();
  const disk = withFileAs("char", options.disk);
  for (const line of ["cp one:/etc/passwd file", "cp nobody:/etc/passwd link"]) {
    const { exitCode, stderr } = await engine.docker(line, { ...options, disk });
    const path = `/w/${line.split(" ")[2]}`;
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `invalid output path: "${path}" must be a directory or a regular file: got a device\n`,
    });
  }
});

it("files that can be written hold what standard output would", async () => {
  const { engine, options } = await client();
  for (const line of ["save -o saved busybox", "export -o exported one"])
    expect(await engine.docker(line, options)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  const restored = createEngine({ seed: 8 });
  expect((await restored.docker("load -i saved", options)).stdout).toBe("Loaded image: busybox:latest\n");
  expect((await restored.docker("import exported", options)).stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
});

it("files that are copied keep their owner; who has the disk is root", async () => {
  const { fs, vol } = memfs({ "/w/mine": "", "/w/theirs": "" });
  vol.chownSync("/w/theirs", 1234, 2345);
  const engine = createEngine();
  const options = { disk: fs as unknown as ContextDisk, cwd: "/w" };
  await engine.docker("run -d --name web busybox sleep 100");
  await engine.docker("cp mine web:/tmp", options);
  await engine.docker("cp theirs web:/tmp", options);
  const { stdout } = await engine.docker("exec web stat -c '%u:%g' /tmp/mine /tmp/theirs");
  expect(stdout).toBe("0:0\n1234:2345\n");
});
