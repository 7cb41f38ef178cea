/** The applets of this folder by name: processes, mounts, and the machine. */
import type { Applet } from "../../applet.ts";
import { adjtimex } from "./adjtimex.ts";
import { chroot } from "./chroot.ts";
import { clear, reset } from "./clear.ts";
import { date } from "./date.ts";
import { depmod } from "./depmod.ts";
import { dmesg } from "./dmesg.ts";
import { env, printenv } from "./env.ts";
import { falseApplet } from "./false.ts";
import { free } from "./free.ts";
import { getopt } from "./getopt.ts";
import { dnsdomainname, hostid, hostname } from "./hostname.ts";
import { ionice } from "./ionice.ts";
import { kill, killall } from "./kill.ts";
import { mim } from "./mim.ts";
import { modinfo } from "./modinfo.ts";
import { insmod, lsmod, modprobe, rmmod } from "./modules.ts";
import { mount } from "./mount.ts";
import { mountpoint } from "./mountpoint.ts";
import { nohup } from "./nohup.ts";
import { nproc } from "./nproc.ts";
import { nsenter } from "./nsenter.ts";
import { pidof } from "./pidof.ts";
import { pivotRoot } from "./pivot-root.ts";
import { ps } from "./ps.ts";
import { nice, renice } from "./renice.ts";
import { linux32, linux64 } from "./setarch.ts";
import { setpriv } from "./setpriv.ts";
import { setsid } from "./setsid.ts";
import { sleep, usleep } from "./sleep.ts";
import { stty } from "./stty.ts";
import { swapoff, swapon } from "./swap.ts";
import { sysctl } from "./sysctl.ts";
import { taskset } from "./taskset.ts";
import { time } from "./time.ts";
import { timeout } from "./timeout.ts";
import { top } from "./top/index.ts";
import { trueApplet } from "./true.ts";
import { tty } from "./tty.ts";
import { umount } from "./umount.ts";
import { arch, uname } from "./uname.ts";
import { unshare } from "./unshare.ts";
import { uptime } from "./uptime.ts";
import { uuidgen } from "./uuidgen.ts";
import { vmstat } from "./vmstat.ts";
import { watch } from "./watch.ts";

export const applets: Readonly<Record<string, Applet>> = {
  adjtimex,
  arch,
  chroot,
  clear,
  date,
  depmod,
  dmesg,
  dnsdomainname,
  env,
  false: falseApplet,
  free,
  getopt,
  hostid,
  hostname,
  insmod,
  ionice,
  kill,
  killall,
  linux32,
  linux64,
  lsmod,
  mim,
  modinfo,
  modprobe,
  mount,
  mountpoint,
  nice,
  nohup,
  nproc,
  nsenter,
  pidof,
  pivot_root: pivotRoot,
  printenv,
  ps,
  renice,
  reset,
  rmmod,
  setpriv,
  setsid,
  sleep,
  stty,
  swapoff,
  swapon,
  sysctl,
  taskset,
  time,
  timeout,
  top,
  true: trueApplet,
  tty,
  umount,
  uname,
  unshare,
  uptime,
  usleep,
  uuidgen,
  vmstat,
  watch,
};
