import * as nodeFs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { mkdir, mount } from "../../abi/index.ts";
import { describeFileSystem } from "../../testing/describe-file-system.ts";
import type { TestMachine } from "../../testing/machine.ts";
import type { HostDisk } from "./host-disk.ts";
import { hostFileSystems } from "./host-file-systems.ts";
import { HostFs } from "./host-fs.ts";
import { memoryDisk } from "./memory-disk.ts";

/** Mounts a directory of a disk at /m. */
async function show(machine: TestMachine, disk: HostDisk, base: string): Promise<string> {
  const { kernel } = machine;
  const known = new Map([["shared", new HostFs(kernel, disk, { base })]]);
  kernel.fileSystems.set("hostfs", hostFileSystems(known));
  await machine.run(function* () {
    yield* mkdir("/m");
    yield* mount("shared", "/m", "hostfs");
  });
  return "/m";
}

describeFileSystem("a volume of memfs", (machine) => show(machine, memoryDisk(), "/"));

describeFileSystem("a directory of a volume of memfs", (machine) =>
  show(machine, memoryDisk({ "/a/b": null }), "/a/b"),
);

const made: string[] = [];
afterAll(() => {
  for (const path of made) nodeFs.rmSync(path, { recursive: true, force: true });
});

describeFileSystem("a real directory", (machine) => {
  const base = nodeFs.mkdtempSync(join(tmpdir(), "bottleship-"));
  made.push(base);
  return show(machine, nodeFs, base);
});

describeFileSystem("an overlay that keeps its changes in a volume of memfs", async (machine) => {
  const disk = memoryDisk({ "/u": null, "/w": null });
  const host = await show(machine, disk, "/");
  await machine.run(function* () {
    for (const path of ["/l", "/o"]) yield* mkdir(path);
    yield* mount("overlay", "/o", "overlay", 0, `lowerdir=/l,upperdir=${host}/u,workdir=${host}/w`);
  });
  return "/o";
});
