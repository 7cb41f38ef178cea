/** All applets by name. One file each; one program under several names is one file. */
import type { Applet } from "../applet.ts";
import { applets as accounts } from "./accounts/index.ts";
import { applets as archive } from "./archive/index.ts";
import { applets as devices } from "./devices/index.ts";
import { applets as files } from "./files/index.ts";
import { applets as net } from "./net/index.ts";
import { applets as services } from "./services/index.ts";
import { applets as system } from "./system/index.ts";
import { applets as text } from "./text/index.ts";

export const APPLETS: ReadonlyMap<string, Applet> = new Map(
  Object.entries({ ...accounts, ...archive, ...devices, ...files, ...net, ...services, ...system, ...text }),
);
