/** The applets of this folder by name. */
import type { Applet } from "../../applet.ts";
import { arp } from "./arp.ts";
import { arping } from "./arping.ts";
import { brctl } from "./brctl.ts";
import { dumpleases } from "./dumpleases.ts";
import { ftpget, ftpput } from "./ftp.ts";
import { httpd } from "./httpd.ts";
import { ifconfig } from "./ifconfig.ts";
import { ifdown, ifup } from "./ifupdown.ts";
import { ip } from "./ip/ip.ts";
import { ipcalc } from "./ipcalc.ts";
import { nc } from "./nc.ts";
import { netstat } from "./netstat.ts";
import { nslookup } from "./nslookup.ts";
import { ping, ping6 } from "./ping.ts";
import { rdate } from "./rdate.ts";
import { route } from "./route.ts";
import { tc } from "./tc.ts";
import { telnet } from "./telnet.ts";
import { telnetd } from "./telnetd.ts";
import { tftp } from "./tftp.ts";
import { traceroute, traceroute6 } from "./traceroute.ts";
import { wget } from "./wget.ts";

export const applets: Readonly<Record<string, Applet>> = {
  arp,
  arping,
  brctl,
  dumpleases,
  ftpget,
  ftpput,
  httpd,
  ifconfig,
  ifdown,
  ifup,
  ip,
  ipcalc,
  nc,
  netstat,
  nslookup,
  ping,
  ping6,
  rdate,
  route,
  tc,
  telnet,
  telnetd,
  tftp,
  traceroute,
  traceroute6,
  wget,
};
