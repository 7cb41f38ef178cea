/** The applets of this folder by name. */
import type { Applet } from "../../applet.ts";
import { chroot } from "./chroot.ts";
import { env, printenv } from "./env.ts";
import { falseApplet } from "./false.ts";
import { groups, id, whoami } from "./id.ts";
import { kill, killall } from "./kill.ts";
import { logname } from "./logname.ts";
import { nproc } from "./nproc.ts";
import { pidof } from "./pidof.ts";
import { nice, renice } from "./renice.ts";
import { setsid } from "./setsid.ts";
import { sleep, usleep } from "./sleep.ts";
import { su } from "./su.ts";
import { timeout } from "./timeout.ts";
import { trueApplet } from "./true.ts";
import { arch, uname } from "./uname.ts";
import { users, w, who } from "./who.ts";

export const applets: Readonly<Record<string, Applet>> = {
  arch,
  chroot,
  env,
  false: falseApplet,
  groups,
  id,
  kill,
  killall,
  logname,
  nice,
  nproc,
  pidof,
  printenv,
  renice,
  setsid,
  sleep,
  su,
  timeout,
  true: trueApplet,
  uname,
  users,
  usleep,
  w,
  who,
  whoami,
};
