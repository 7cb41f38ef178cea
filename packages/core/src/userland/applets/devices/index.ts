/** The applets of this folder by name. */
import type { Applet } from "../../applet.ts";
import { acpid } from "./acpid.ts";
import { blkdiscard } from "./blkdiscard.ts";
import { blockdev } from "./blockdev.ts";
import { chvt } from "./chvt.ts";
import { cttyhack } from "./cttyhack.ts";
import { deallocvt } from "./deallocvt.ts";
import { devmem } from "./devmem.ts";
import { fatattr } from "./fatattr.ts";
import { findfs } from "./findfs.ts";
import { freeramdisk } from "./freeramdisk.ts";
import { fsfreeze } from "./fsfreeze.ts";
import { fstrim } from "./fstrim.ts";
import { hwclock } from "./hwclock.ts";
import { i2cdetect, i2cdump, i2cget, i2cset, i2ctransfer } from "./i2c.ts";
import { dumpkmap, loadkmap, setkeycodes } from "./keymap.ts";
import { loadfont } from "./loadfont.ts";
import { losetup } from "./losetup.ts";
import { lsblk } from "./lsblk.ts";
import { lsscsi } from "./lsscsi.ts";
import { microcom } from "./microcom.ts";
import { mkdosfs } from "./mkdosfs.ts";
import { mke2fs } from "./mke2fs.ts";
import { mkswap } from "./mkswap.ts";
import { mt } from "./mt.ts";
import { nameif } from "./nameif.ts";
import { nbdClient } from "./nbd-client.ts";
import { openvt } from "./openvt.ts";
import { partprobe } from "./partprobe.ts";
import { resize } from "./resize.ts";
import { resume } from "./resume.ts";
import { tunctl } from "./tunctl.ts";
import { ubirename } from "./ubirename.ts";
import { uevent } from "./uevent.ts";
import { vconfig } from "./vconfig.ts";
import { watchdog } from "./watchdog.ts";

export const applets: Readonly<Record<string, Applet>> = {
  acpid,
  blkdiscard,
  blockdev,
  chvt,
  cttyhack,
  deallocvt,
  devmem,
  dumpkmap,
  fatattr,
  findfs,
  freeramdisk,
  fsfreeze,
  fstrim,
  hwclock,
  i2cdetect,
  i2cdump,
  i2cget,
  i2cset,
  i2ctransfer,
  loadfont,
  loadkmap,
  losetup,
  lsblk,
  lsscsi,
  microcom,
  mkdosfs,
  mke2fs,
  mkswap,
  mt,
  nameif,
  "nbd-client": nbdClient,
  openvt,
  partprobe,
  resize,
  resume,
  setkeycodes,
  tunctl,
  ubirename,
  uevent,
  vconfig,
  watchdog,
};
