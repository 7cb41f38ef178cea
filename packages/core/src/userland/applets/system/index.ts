/** The applets of this folder by name. */
import type { Applet } from "../../applet.ts";
import { addgroup } from "./addgroup.ts";
import { adduser } from "./adduser.ts";
import { adjtimex } from "./adjtimex.ts";
import { chpasswd } from "./chpasswd.ts";
import { chroot } from "./chroot.ts";
import { clear, reset } from "./clear.ts";
import { crond } from "./crond.ts";
import { crontab } from "./crontab.ts";
import { date } from "./date.ts";
import { delgroup, deluser } from "./deluser.ts";
import { depmod } from "./depmod.ts";
import { dmesg } from "./dmesg.ts";
import { env, printenv } from "./env.ts";
import { falseApplet } from "./false.ts";
import { free } from "./free.ts";
import { getopt } from "./getopt.ts";
import { getty } from "./getty.ts";
import { halt, poweroff, reboot } from "./halt.ts";
import { dnsdomainname, hostid, hostname } from "./hostname.ts";
import { groups, id, whoami } from "./id.ts";
import { init } from "./init.ts";
import { ionice } from "./ionice.ts";
import { kill, killall } from "./kill.ts";
import { klogd } from "./klogd.ts";
import { logger } from "./logger.ts";
import { login } from "./login.ts";
import { logname } from "./logname.ts";
import { logread } from "./logread.ts";
import { mim } from "./mim.ts";
import { mkpasswd } from "./mkpasswd.ts";
import { modinfo } from "./modinfo.ts";
import { insmod, lsmod, modprobe, rmmod } from "./modules.ts";
import { mount } from "./mount.ts";
import { mountpoint } from "./mountpoint.ts";
import { nohup } from "./nohup.ts";
import { nologin } from "./nologin.ts";
import { nproc } from "./nproc.ts";
import { nsenter } from "./nsenter.ts";
import { passwd } from "./passwd.ts";
import { pidof } from "./pidof.ts";
import { pivotRoot } from "./pivot-root.ts";
import { ps } from "./ps.ts";
import { nice, renice } from "./renice.ts";
import { runParts } from "./run-parts.ts";
import { linux32, linux64 } from "./setarch.ts";
import { setpriv } from "./setpriv.ts";
import { setsid } from "./setsid.ts";
import { sleep, usleep } from "./sleep.ts";
import { startStopDaemon } from "./start-stop-daemon.ts";
import { stty } from "./stty.ts";
import { su } from "./su.ts";
import { sulogin } from "./sulogin.ts";
import { svc, svok } from "./svc.ts";
import { swapoff, swapon } from "./swap.ts";
import { runInit, switchRoot } from "./switch-root.ts";
import { sysctl } from "./sysctl.ts";
import { syslogd } from "./syslogd.ts";
import { taskset } from "./taskset.ts";
import { time } from "./time.ts";
import { timeout } from "./timeout.ts";
import { top } from "./top.ts";
import { trueApplet } from "./true.ts";
import { tty } from "./tty.ts";
import { umount } from "./umount.ts";
import { arch, uname } from "./uname.ts";
import { unshare } from "./unshare.ts";
import { uptime } from "./uptime.ts";
import { uuidgen } from "./uuidgen.ts";
import { vmstat } from "./vmstat.ts";
import { watch } from "./watch.ts";
import { last, users, w, who } from "./who.ts";

export const applets: Readonly<Record<string, Applet>> = {
  addgroup,
  adduser,
  adjtimex,
  arch,
  chpasswd,
  chroot,
  clear,
  crond,
  crontab,
  date,
  delgroup,
  deluser,
  depmod,
  dmesg,
  dnsdomainname,
  env,
  false: falseApplet,
  free,
  getopt,
  getty,
  groups,
  halt,
  hostid,
  hostname,
  id,
  init,
  insmod,
  ionice,
  kill,
  killall,
  klogd,
  last,
  linuxrc: init,
  linux32,
  linux64,
  logger,
  login,
  logname,
  logread,
  lsmod,
  mim,
  modinfo,
  modprobe,
  mount,
  mountpoint,
  nice,
  nohup,
  nologin,
  nproc,
  nsenter,
  mkpasswd,
  cryptpw: mkpasswd,
  passwd,
  pidof,
  pivot_root: pivotRoot,
  poweroff,
  printenv,
  ps,
  reboot,
  renice,
  reset,
  rmmod,
  "run-init": runInit,
  "run-parts": runParts,
  setpriv,
  setsid,
  sleep,
  "start-stop-daemon": startStopDaemon,
  stty,
  su,
  sulogin,
  svc,
  svok,
  swapoff,
  swapon,
  switch_root: switchRoot,
  sysctl,
  syslogd,
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
  users,
  usleep,
  uuidgen,
  vmstat,
  w,
  watch,
  who,
  whoami,
};
