/** tunctl: make and delete devices whose packets come from a program. @see tunctl(8), Documentation/networking/tuntap.rst */
import { O_RDWR } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { openOrDie } from "../../or-die.ts";
import { control } from "./device.ts";

export const tunctl: Applet = function* (io) {
  const options = yield* getopt(io, "f:t:d:");
  if (options.operands.length > 0 || (options.has("t") && options.has("d"))) return yield* showUsage(io);
  const fd = yield* openOrDie(io, options.value("f") ?? "/dev/net/tun", O_RDWR);
  yield* control(io, fd, "TUNSETIFF", { argument: options.value("t") ?? options.value("d") ?? "tap%d" });
  yield* control(io, fd, "TUNSETPERSIST", { argument: options.has("d") ? 0 : 1 });
  return 0;
};
