/** Whose a process is. */
import type { Process } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { ContainerService } from "../containers.ts";
import { containerIdOf } from "../explain/cause-log.ts";

/** The name of the container that it belongs to; `undefined` for one of the machine. */
export function ownerOf({ cgroup }: Pick<Process, "cgroup">, containers: ContainerService): string | undefined {
  const id = containerIdOf(cgroup);
  if (id === undefined) return undefined;
  try {
    return containers.get(id).name;
  } catch (error) {
    if (error instanceof StatusError) return id.slice(0, 12);
    throw error;
  }
}
