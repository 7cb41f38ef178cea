/** Userland: programs. Fenced: it sees system calls and nothing else of the kernel. */
export { type Applet, runApplet } from "./applet.ts";
export { APPLET_NAMES } from "./applet-names.ts";
export { type BusyboxBuild, makeBusybox, makeShellProgram } from "./busybox.ts";
export { civilOf, epochOf } from "./calendar.ts";
export { namesIn } from "./directory.ts";
export { dockerInit } from "./docker-init.ts";
export { execOrDie, execvp, fork, runProgram, waitFor } from "./exec.ts";
export { AppletExit, attempt, Input, Io, isatty, Output, readFile, readText, writeAll } from "./io.ts";
export { nameOf, resolve } from "./net/host-names.ts";
export { httpDate, readHttpDate } from "./net/http-date.ts";
export { writeOrDie } from "./or-die.ts";
export { groupByName, type User, userById, userByName } from "./passwd.ts";
export { rawMode } from "./raw-mode.ts";
export type { ShellTraits } from "./sh/index.ts";
export { strftime } from "./strftime.ts";
export { strptime } from "./strptime.ts";
