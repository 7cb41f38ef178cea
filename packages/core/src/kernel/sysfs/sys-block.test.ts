import { expect, it } from "vitest";
import { Busybox } from "../../testing/busybox.ts";

it("the machine's disk is as large in /sys, /proc/partitions and for lsblk as it was made", async () => {
  const box = new Busybox({ machine: { diskBytes: 10 * 2 ** 30 } });
  const { stdout } = await box.sh(
    "cat /sys/block/vda/size /proc/partitions; lsblk | grep vda; cat /sys/block/loop0/size",
  );
  expect(stdout).toBe(
    "20971520\nmajor minor  #blocks  name\n\n 254        0   10485760 vda\nvda             254:0     10G disk\n0\n",
  );
});
