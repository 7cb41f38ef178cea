/** The applets of this folder by name. */
import type { Applet } from "../../applet.ts";
import { basename } from "./basename.ts";
import { chattr, lsattr } from "./chattr.ts";
import { chmod } from "./chmod.ts";
import { chgrp, chown } from "./chown.ts";
import { cmp } from "./cmp.ts";
import { cp } from "./cp.ts";
import { dd } from "./dd.ts";
import { df } from "./df.ts";
import { dirname } from "./dirname.ts";
import { du } from "./du.ts";
import { fallocate } from "./fallocate.ts";
import { find } from "./find.ts";
import { flock } from "./flock.ts";
import { getfattr } from "./getfattr.ts";
import { install } from "./install.ts";
import { link } from "./link.ts";
import { ln } from "./ln.ts";
import { ls } from "./ls.ts";
import { mkdir } from "./mkdir.ts";
import { mkfifo, mknod } from "./mknod.ts";
import { mktemp } from "./mktemp.ts";
import { mountpoint } from "./mountpoint.ts";
import { mv } from "./mv.ts";
import { nuke } from "./nuke.ts";
import { pwd } from "./pwd.ts";
import { readlink } from "./readlink.ts";
import { realpath } from "./realpath.ts";
import { rm } from "./rm.ts";
import { rmdir } from "./rmdir.ts";
import { shred } from "./shred.ts";
import { stat } from "./stat.ts";
import { fsync, sync } from "./sync.ts";
import { test } from "./test.ts";
import { touch } from "./touch.ts";
import { tree } from "./tree.ts";
import { truncate } from "./truncate.ts";
import { unlink } from "./unlink.ts";
import { which } from "./which.ts";

export const applets: Readonly<Record<string, Applet>> = {
  basename,
  chattr,
  chgrp,
  chmod,
  chown,
  cmp,
  cp,
  dd,
  df,
  dirname,
  du,
  fallocate,
  find,
  flock,
  fsync,
  getfattr,
  install,
  link,
  ln,
  ls,
  lsattr,
  mkdir,
  mkfifo,
  mknod,
  mktemp,
  mountpoint,
  mv,
  nuke,
  pwd,
  readlink,
  realpath,
  rm,
  rmdir,
  shred,
  stat,
  sync,
  test,
  "[": test,
  "[[": test,
  touch,
  tree,
  truncate,
  unlink,
  which,
};
