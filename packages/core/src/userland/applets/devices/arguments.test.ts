import { expect, test } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** What busybox 1.38.0 says, on a machine without such devices. */
const NO_BUS = "i2cdump: can't open '/dev/i2c/1': No such file or directory";
const INCOMPATIBLE = "i2cdump: range not compatible with selected mode";

test.each([
  ["i2cdump 1 0x50 z", "i2cdump: invalid mode"],
  ["i2cdump 1 0x50 ip", "i2cdump: pec not supported for -W and -i"],
  ["i2cdump 1 0x50 bq", NO_BUS],
  ["i2cdump -r x 1 0x50 z", "i2cdump: invalid mode"],
  ["i2cdump -r x 1 0x50", "i2cdump: invalid range"],
  ["i2cdump -r 300-400 1 0x50", "i2cdump: invalid range"],
  ["i2cdump -r 2-1 1 0x50", "i2cdump: number 1 is not in 2..255 range"],
  ["i2cdump -r 1- 1 0x50", "i2cdump: invalid number ''"],
  ["i2cdump -r 0x10-0x20 1 0x50", NO_BUS],
  ["i2cdump -r 2-3 1 0x50 W", NO_BUS],
  ["i2cdump -r 1-3 1 0x50 W", INCOMPATIBLE],
  ["i2cdump -r 2-3 1 0x50 s", INCOMPATIBLE],
  ["ubirename /dev/ubi0 a b", "ubirename: volume 'a' not found"],
  ["ubirename /dev/ubi0_1 a b", "ubirename: volume 'a' not found"],
  ["ubirename /dev/ubix a b", "ubirename: not an UBI device: '/dev/ubix'"],
  ["nameif a 00:11:22:33:44:zz b", "nameif: can't parse 00:11:22:33:44:zz"],
])("%s", async (command, said) => {
  expect((await new Busybox().sh(command)).stderr).toBe(`${said}\n`);
});

test.each([
  [20_000, "5016 inodes, 20000 blocks"],
  [600_000, "37520 inodes, 150000 blocks"],
])("mke2fs for %i KiB goes on with the usual inodes after a bad -I", async (kilobytes, said) => {
  const { stdout } = await new Busybox().sh(`dd of=i bs=1k seek=${kilobytes} count=0; mke2fs -n -I 100 -F i`);
  expect(stdout.split("\n").find((line) => line.includes("inodes,"))).toBe(said);
});
