/** The applets of this folder by name. */
import type { Applet } from "../../applet.ts";
import { awk } from "./awk/index.ts";
import { cat } from "./cat.ts";
import { grep } from "./grep.ts";
import { sed } from "./sed/index.ts";

export const applets: Readonly<Record<string, Applet>> = { awk, cat, grep, egrep: grep, fgrep: grep, sed };
