/** Whose a process is. */
import type { Process } from "../../kernel/index.ts";
import { containerIdOf } from "../container/cgroup-owner.ts";
import type { ContainerService } from "../containers.ts";
import { nameOf } from "../explain/explain.ts";

/** The name of the container that it belongs to; `undefined` for one of the machine. */
export function ownerOf({ cgroup }: Pick<Process, "cgroup">, containers: ContainerService): string | undefined {
  const id = containerIdOf(cgroup);
  return id === undefined ? undefined : nameOf(id, { service: containers });
}
