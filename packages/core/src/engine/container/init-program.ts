/**
 * The program of `docker run --init`: where it lies on the machine, and how a container gets it.
 *
 * @see moby daemon/oci_linux.go: WithInit, WithMounts
 */
import { executable, O_CREAT, O_WRONLY } from "../../abi/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import type { MountSpec } from "../../oci/index.ts";
import { directory, open } from "../../vfs/index.ts";

const ON_MACHINE = "/usr/bin/docker-init";
const IN_CONTAINER = "/sbin/docker-init";

/** What goes before a container's command. */
export const INIT_ARGUMENTS: readonly string[] = [IN_CONTAINER, "--"];

export const INIT_MOUNT: MountSpec = {
  destination: IN_CONTAINER,
  type: "bind",
  source: ON_MACHINE,
  options: ["bind", "ro"],
};

/** Puts the program on the machine. */
export function installInit({ disk, init }: Kernel): void {
  if (disk.root.lookup("usr") !== undefined) return;
  for (const path of ["/usr", "/usr/bin"]) directory.mkdir(init, path, 0o755);
  const file = open(init, ON_MACHINE, O_CREAT | O_WRONLY, 0o755);
  file.write(executable("docker-init"));
  file.release();
}
