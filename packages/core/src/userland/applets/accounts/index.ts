/** The applets of this folder by name: users, groups, passwords, and how one logs in. */
import type { Applet } from "../../applet.ts";
import { addgroup } from "./addgroup.ts";
import { adduser } from "./adduser.ts";
import { chpasswd } from "./chpasswd.ts";
import { delgroup, deluser } from "./deluser.ts";
import { getty } from "./getty.ts";
import { groups, id, whoami } from "./id.ts";
import { login } from "./login.ts";
import { logname } from "./logname.ts";
import { mkpasswd } from "./mkpasswd.ts";
import { nologin } from "./nologin.ts";
import { passwd } from "./passwd.ts";
import { su } from "./su.ts";
import { sulogin } from "./sulogin.ts";
import { last, users, w, who } from "./who.ts";

export const applets: Readonly<Record<string, Applet>> = {
  addgroup,
  adduser,
  chpasswd,
  delgroup,
  deluser,
  getty,
  groups,
  id,
  last,
  login,
  logname,
  nologin,
  mkpasswd,
  cryptpw: mkpasswd,
  passwd,
  su,
  sulogin,
  users,
  w,
  who,
  whoami,
};
