/** The applets of this folder by name: init, and what runs without anybody looking. */
import type { Applet } from "../../applet.ts";
import { crond } from "./crond.ts";
import { crontab } from "./crontab.ts";
import { halt, poweroff, reboot } from "./halt.ts";
import { init } from "./init.ts";
import { klogd } from "./klogd.ts";
import { logger } from "./logger.ts";
import { logread } from "./logread.ts";
import { runParts } from "./run-parts.ts";
import { startStopDaemon } from "./start-stop-daemon.ts";
import { svc, svok } from "./svc.ts";
import { runInit, switchRoot } from "./switch-root.ts";
import { syslogd } from "./syslogd.ts";

export const applets: Readonly<Record<string, Applet>> = {
  crond,
  crontab,
  halt,
  init,
  klogd,
  linuxrc: init,
  logger,
  logread,
  poweroff,
  reboot,
  "run-init": runInit,
  "run-parts": runParts,
  "start-stop-daemon": startStopDaemon,
  svc,
  svok,
  switch_root: switchRoot,
  syslogd,
};
