/** dmesg: the kernel's messages, which containers may not see. @see dmesg(1), syslog(2) */
import { CAP_SYSLOG, capget, Errno } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { unsignedOrDie } from "./number.ts";

export const dmesg: Applet = function* (io) {
  const options = yield* getopt(io, "cs:n:r");
  for (const letter of ["s", "n"]) {
    const text = options.value(letter);
    if (text !== undefined) yield* unsignedOrDie(io, text);
  }
  const { effective } = yield* capget();
  // This kernel never says anything.
  if (effective.has(CAP_SYSLOG)) return 0;
  return yield* io.pdie("klogctl", new Errno("EPERM"));
};
