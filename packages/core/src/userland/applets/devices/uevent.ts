/**
 * uevent: run a program for each device that comes or goes. None does, in the life of a simulated machine.
 *
 * @see netlink(7) NETLINK_KOBJECT_UEVENT
 */
import { pause } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { attempt } from "../../io.ts";

export const uevent: Applet = function* () {
  for (;;) yield* attempt(pause());
};
