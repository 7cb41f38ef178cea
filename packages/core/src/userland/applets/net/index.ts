/** The applets of this folder by name. */
import type { Applet } from "../../applet.ts";
import { nc } from "./nc.ts";

export const applets: Readonly<Record<string, Applet>> = { nc };
