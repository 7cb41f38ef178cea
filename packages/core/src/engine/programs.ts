/** The programs that executables of the catalogue's images name. */
import type { Program } from "../abi/index.ts";
import { BUSYBOX_APPLETS } from "../catalogue/index.ts";
import { dockerInit, makeBusybox } from "../userland/index.ts";
import type { MachineProfile } from "./profiles.ts";

export function registerPrograms(programs: Map<string, Program>, profile: MachineProfile): void {
  // A standalone shell runs what it was built with, whether the image has a file of that name or not.
  programs.set("busybox", makeBusybox(profile.shell, profile.shell.standalone ? BUSYBOX_APPLETS : undefined));
  programs.set("docker-init", dockerInit);
}
