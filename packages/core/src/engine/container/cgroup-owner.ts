/** Which container a control group belongs to. */
import type { Cgroup } from "../../kernel/index.ts";

const CONTAINER_ID = /^[0-9a-f]{64}$/;
const ID_LENGTH = 64;

/** The container that a cgroup belongs to: its own, or one that the container has made below it. */
export function containerIdOf(cgroup: Cgroup): string | undefined {
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) {
    if (at.name.length === ID_LENGTH && CONTAINER_ID.test(at.name)) return at.name;
  }
  return undefined;
}
