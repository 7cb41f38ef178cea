/**
 * The program of `docker run --init`: where it lies on the machine, and how a container gets it.
 *
 * @see moby daemon/oci_linux.go: WithInit, WithMounts
 */
import type { MountSpec } from "../../oci/index.ts";

/** Where it lies on the machine. */
export const INIT_PROGRAM = "/usr/bin/docker-init";
const IN_CONTAINER = "/sbin/docker-init";

/** What goes before a container's command. */
export const INIT_ARGUMENTS: readonly string[] = [IN_CONTAINER, "--"];

export const INIT_MOUNT: MountSpec = {
  destination: IN_CONTAINER,
  type: "bind",
  source: INIT_PROGRAM,
  options: ["bind", "ro"],
};
