/** busybox as one program: all applets and the shell. */
import type { Program } from "../abi/index.ts";
import { multiCall } from "./applet.ts";
import { APPLETS } from "./applets/index.ts";
import { makeShell, type ShellTraits } from "./sh/index.ts";

/** The multi-call program with a shell of these traits; `names` are the applets that it was built with, all by default. */
export function makeBusybox(traits: ShellTraits, names?: readonly string[]): Program {
  const built = names === undefined ? APPLETS : new Map([...APPLETS].filter(([name]) => names.includes(name)));
  return multiCall(built, makeShell(traits, built));
}

/** A shell alone, as an executable of its own. */
export function makeShellProgram(traits: ShellTraits): Program {
  return makeShell(traits, APPLETS);
}
