/** The programs that executables of the catalogue's images name. */
import type { Program } from "../abi/index.ts";
import { dockerInit, makeBusybox } from "../userland/index.ts";
import type { MachineProfile } from "./profiles.ts";

export function registerPrograms(programs: Map<string, Program>, profile: MachineProfile): void {
  programs.set("busybox", makeBusybox(profile.shell));
  programs.set("docker-init", dockerInit);
}
