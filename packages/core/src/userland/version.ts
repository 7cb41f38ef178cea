/** Which busybox this is, as its help texts, its log messages and its servers say. */
import { BANNER } from "./usage.data.ts";

/** With what the distribution calls it: "BusyBox v1.38.0 (Debian 1:1.38.0-3+b1)". */
export const FULL_VERSION = BANNER.replace(/ multi-call binary\.$/, "");

/** "1.38.0" */
export const VERSION = BANNER.replace(/^BusyBox v(\S+) .*$/, "$1");
