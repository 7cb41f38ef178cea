/** The names that the multi-call program answers to. */
import { appletNames } from "./applet.ts";
import { APPLETS } from "./applets/index.ts";

export const APPLET_NAMES: ReadonlySet<string> = new Set(appletNames(APPLETS));
