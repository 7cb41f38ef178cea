/** dmesg: the kernel's messages, which containers may not see. @see dmesg(1), syslog(2) */
import { Errno, syslog } from "../../../abi/index.ts";
import { decode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt } from "../../io.ts";

export const dmesg: Applet = function* (io) {
  const options = yield* getopt(io, "cs:+n:+r");
  const bytes = yield* attempt(syslog(options.has("n") ? "console-level" : "read-all"));
  if (bytes instanceof Errno) return yield* io.pdie("klogctl", bytes);
  const text = decode(bytes);
  yield* io.out.write(options.has("r") ? text : text.replace(/^<\d+>/gm, ""));
  if (options.has("c")) yield* syslog("clear");
  return 0;
};
