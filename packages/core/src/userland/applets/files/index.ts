/** The applets of this folder by name. */
import type { Applet } from "../../applet.ts";
import { basename } from "./basename.ts";
import { chmod } from "./chmod.ts";
import { chgrp, chown } from "./chown.ts";
import { cp } from "./cp.ts";
import { dirname } from "./dirname.ts";
import { find } from "./find.ts";
import { link } from "./link.ts";
import { ln } from "./ln.ts";
import { ls } from "./ls.ts";
import { mkdir } from "./mkdir.ts";
import { mkfifo, mknod } from "./mknod.ts";
import { mktemp } from "./mktemp.ts";
import { mv } from "./mv.ts";
import { pwd } from "./pwd.ts";
import { readlink } from "./readlink.ts";
import { realpath } from "./realpath.ts";
import { rm } from "./rm.ts";
import { rmdir } from "./rmdir.ts";
import { stat } from "./stat.ts";
import { fsync, sync } from "./sync.ts";
import { touch } from "./touch.ts";
import { truncate } from "./truncate.ts";
import { unlink } from "./unlink.ts";
import { which } from "./which.ts";

export const applets: Readonly<Record<string, Applet>> = {
  basename,
  chgrp,
  chmod,
  chown,
  cp,
  dirname,
  find,
  fsync,
  link,
  ln,
  ls,
  mkdir,
  mkfifo,
  mknod,
  mktemp,
  mv,
  pwd,
  readlink,
  realpath,
  rm,
  rmdir,
  stat,
  sync,
  touch,
  truncate,
  unlink,
  which,
};
