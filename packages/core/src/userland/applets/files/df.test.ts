import { expect, it } from "vitest";
import { mkdir, mount, type Routine } from "../../../abi/index.ts";
import { Busybox } from "../../../testing/busybox.ts";

/** Two file systems, one of them on a device with a long name. */
async function makeBox(): Promise<Busybox> {
  const box = new Busybox();
  const routine = function* (): Routine<number> {
    yield* mkdir("/mnt");
    yield* mkdir("/a b");
    yield* mount("none", "/mnt", "tmpfs", 0, "size=1m,nr_inodes=100");
    yield* mount("/dev/averylongdevicename", "/a b", "tmpfs", 0, "size=64k,nr_inodes=10");
    return 0;
  };
  const process = box.kernel.start(routine, { argv: ["prepare"] });
  await box.world.until(() => !process.isAlive, { what: "the mounts" });
  box.write("/mnt/f", "x".repeat(5000));
  return box;
}

it("df lists mounts that have blocks, long names on a line of their own", async () => {
  const box = await makeBox();
  expect((await box.run(["df"])).stdout).toBe(`Filesystem           1K-blocks      Used Available Use% Mounted on
/dev/vda1             33554432        12  33554420   0% /
udev                   4194304         0   4194304   0% /dev
tmpfs                  4194304         0   4194304   0% /dev/shm
none                      1024         8      1016   1% /mnt
/dev/averylongdevicename
                            64         0        64   0% /a b
`);
  expect(
    (await box.run(["df", "-PT"])).stdout,
  ).toBe(`Filesystem           Type       1024-blocks    Used Available Capacity Mounted on
/dev/vda1            ext4        33554432        12  33554420   0% /
udev                 tmpfs        4194304         0   4194304   0% /dev
tmpfs                tmpfs        4194304         0   4194304   0% /dev/shm
none                 tmpfs           1024         8      1016   1% /mnt
/dev/averylongdevicename tmpfs             64         0        64   0% /a b
`);
});

it("df shows the mount of a file, in units and in inodes", async () => {
  const box = await makeBox();
  const last = async (...argv: string[]) => (await box.run(["df", ...argv])).stdout.split("\n").at(-2);
  expect(await last("-h", "/mnt/f")).toBe("none                      1.0M      8.0K   1016.0K   1% /mnt");
  expect(await last("-m", "/mnt")).toBe("none                         1         0         1   1% /mnt");
  expect(await last("-B", "4K", "/mnt")).toBe("none                       256         2       254   1% /mnt");
  expect(await last("-i", "/mnt")).toBe("none                       100         2        98   2% /mnt");
  expect(await last("-at", "ext4")).toMatch(/^\/dev\/vda1 .* \/$/);
});

it("df says what is on no mount", async () => {
  const box = await makeBox();
  expect(await box.run(["df", "/nx"])).toMatchObject({ stderr: "df: /nx: can't find mount point\n", code: 1 });
});
