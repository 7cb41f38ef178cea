import { expect, it } from "vitest";
import { close, getdents, mkdir, O_CREAT, O_WRONLY, open, write } from "../abi/index.ts";
import { TestMachine } from "../testing/machine.ts";
import { type MemoryDirectory, removeTree } from "./index.ts";

it("after a tree was removed by the host, its name leads to what was made there since", async () => {
  const machine = new TestMachine();
  const { disk } = machine.kernel;
  await machine.run(function* () {
    yield* mkdir("/var/data", 0o755);
    yield* write(yield* open("/var/data/old", O_CREAT | O_WRONLY, 0o644), new Uint8Array(5000));
  });
  const usedBytes = disk.usedBytes;
  removeTree(disk, "/var/data");
  expect(usedBytes - disk.usedBytes).toBe(8192);
  disk.root.lookup("var")?.create("data", { type: "dir", mode: 0o755, uid: 0, gid: 0 });
  const entries = await machine.run(function* () {
    return yield* getdents(yield* open("/var/data"));
  });
  expect(entries.map(({ name }) => name)).toEqual([".", ".."]);
});

it("a file of a committed layer that is open gives its space back when it is closed", async () => {
  const machine = new TestMachine();
  const { disk } = machine.kernel;
  const before = disk.usedBytes;
  const during = await machine.run(function* () {
    yield* mkdir("/var/layer", 0o755);
    const fd = yield* open("/var/layer/file", O_CREAT | O_WRONLY, 0o644);
    yield* write(fd, new Uint8Array(5000));
    const layer = disk.root.lookup("var")?.lookup("layer") as MemoryDirectory;
    layer.sealed = true;
    removeTree(disk, "/var/layer");
    const used = disk.usedBytes;
    yield* close(fd);
    return used;
  });
  expect([during - before, disk.usedBytes - before]).toEqual([8192, 0]);
});
