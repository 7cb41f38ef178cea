/** busybox as one program: all applets and the shell. */
import type { Program } from "../abi/index.ts";
import { multiCall } from "./applet.ts";
import { APPLETS } from "./applets/index.ts";
import { makeShell, type ShellTraits } from "./sh/index.ts";

/** The multi-call program with a shell of these traits. */
export function makeBusybox(traits: ShellTraits): Program {
  return multiCall(APPLETS, makeShell(traits, APPLETS));
}
