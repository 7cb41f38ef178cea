/** What a program in a container collects without end is taken from it, before the JavaScript process has none left. */
import { expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const MIB = 1024 ** 2;
const small = () => machine({ allotments: { memoryBytes: 8 * MIB, diskBytes: 4 * MIB } });

it.each([
  "sort /dev/zero",
  "sort /dev/urandom",
  "tac /dev/zero",
  "tail /dev/zero",
  "grep x /dev/zero",
  "awk '{ a[NR] = $0 }' /dev/urandom",
  "awk 'BEGIN { x = \"a\"; while (1) x = x x }'",
  "sed ':a;N;ba' /dev/urandom",
  "x=$(cat /dev/urandom)",
  "x=$(yes)",
  "x=a; while :; do x=$x$x; done",
  'x=a; set -- a; while :; do set -- "$@" "$@"; done',
  "diff /dev/zero /dev/urandom",
  "shuf -i 1-100000000",
])("ends %s as the kernel does when memory runs out", async (command) => {
  const engine = await small();
  const { exitCode } = await engine.docker(["run", "--name", "hog", "busybox", "sh", "-c", command]);
  expect(exitCode).toBe(137);
  expect(await docker(engine, "inspect -f {{.State.OOMKilled}} hog")).toBe("true\n");
  expect(engine.world.allotments.memory.heldBytes).toBe(0);
});

it("tells that it was the simulation that had no more memory", async () => {
  const engine = await small();
  await engine.docker("run --name hog busybox sort /dev/urandom");
  const told = await engine.explain("hog");
  expect(String(told)).toContain("8 MiB that it may take of its host's memory (allotments.memoryBytes)");
});

it("takes memory from who holds most of it", async () => {
  const engine = await small();
  await docker(engine, [
    "run",
    "-d",
    "--name",
    "hog",
    "busybox",
    "sh",
    "-c",
    "x=$(head -c 6m /dev/urandom | tr '\\0' x); sleep 9; :",
  ]);
  await engine.world.advance("1s");
  await docker(engine, [
    "run",
    "--name",
    "modest",
    "busybox",
    "sh",
    "-c",
    "x=$(head -c 4m /dev/urandom | tr '\\0' x); echo $?",
  ]);
  expect(await docker(engine, "inspect -f {{.State.OOMKilled}} hog")).toBe("true\n");
});

it("has no space left on its disk for what is really written, and any number of zeros", async () => {
  const engine = await small();
  const { heldBytes } = engine.world.allotments.disk;
  const fill =
    "cat /dev/urandom > /f; rm /f; head -c 1m /dev/urandom > /g; dd bs=1M count=1024 if=/dev/zero of=/z 2>/dev/null; du -m /g /z";
  const { stdout, stderr } = await engine.docker(["run", "--rm", "busybox", "sh", "-c", fill]);
  expect(stderr).toBe("cat: write error: No space left on device\n");
  expect(stdout).toBe("1\t/g\n1024\t/z\n");
  expect(engine.world.allotments.disk.heldBytes).toBe(heldBytes);
});

it("loses lines of a log for which the disk has no room", async () => {
  const engine = await small();
  const beforeBytes = engine.world.allotments.disk.heldBytes;
  await docker(engine, "run -d --name talker busybox yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
  await engine.world.advance("1s");
  const { heldBytes } = engine.world.allotments.disk;
  expect(heldBytes).toBeGreaterThan(3.9 * MIB);
  expect(heldBytes).toBeLessThanOrEqual(4 * MIB);
  await docker(engine, "rm -f talker");
  expect(engine.world.allotments.disk.heldBytes).toBe(beforeBytes);
});

it("gives back what was in file systems of memory that are gone", async () => {
  const engine = await small();
  const fill =
    "mkdir /mnt; mount -t ramfs none /mnt; mkfifo /t/pipe; head -c 1m /dev/urandom | tee /t/f > /mnt/f; exec 3>/t/open; rm /t/open; echo x >&3; umount -l /t; umount /mnt";
  expect(await docker(engine, ["run", "--rm", "--privileged", "--tmpfs", "/t", "busybox", "sh", "-c", fill])).toBe("");
  expect(engine.world.allotments.memory.heldBytes).toBe(0);
});

it("leaves --memory what it is: the cgroup's own limit comes first", async () => {
  const engine = await machine();
  await engine.docker("run --name hog -m 64m busybox sort /dev/urandom");
  expect(String(await engine.explain("hog"))).toContain("of its limit of 64 MiB (memory.max)");
});
