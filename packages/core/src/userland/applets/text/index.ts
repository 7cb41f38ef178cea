/** The applets of this folder by name. */
import type { Applet } from "../../applet.ts";
import { cat } from "./cat.ts";

export const applets: Readonly<Record<string, Applet>> = { cat };
