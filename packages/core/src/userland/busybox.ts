/** busybox as one program: applets and the shell. */
import type { Program } from "../abi/index.ts";
import { type Applet, multiCall, siblingsOf, withSelf } from "./applet.ts";
import { findWithoutDelete } from "./applets/files/find.ts";
import { APPLETS } from "./applets/index.ts";
import { makeShell, type ShellTraits } from "./sh/index.ts";

/** What one build of busybox has of all that there is. */
export interface BusyboxBuild {
  /** The applets that were chosen; those of them that do not exist here are left out. */
  readonly applets: readonly string[];
  /** `find -delete` was chosen. */
  readonly findDeletes: boolean;
}

/** The multi-call program with a shell of these traits; without a `build`, it has everything. */
export function makeBusybox(traits: ShellTraits, build?: BusyboxBuild): Program {
  const applets = build === undefined ? APPLETS : chosenApplets(build);
  return multiCall(applets, makeShell(traits, applets), {
    siblings: traits.standalone ? siblingsOf(applets) : undefined,
    names: build && withSelf(build.applets),
  });
}

function chosenApplets({ applets, findDeletes }: BusyboxBuild): ReadonlyMap<string, Applet> {
  const chosen = new Map([...APPLETS].filter(([name]) => applets.includes(name)));
  if (!findDeletes && chosen.has("find")) chosen.set("find", findWithoutDelete);
  return chosen;
}

/** A shell alone, as an executable of its own. */
export function makeShellProgram(traits: ShellTraits): Program {
  return makeShell(traits, APPLETS);
}
