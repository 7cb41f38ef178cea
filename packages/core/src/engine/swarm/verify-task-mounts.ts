/**
 * Mounts that no task's container gets: a worker looks at them before it makes the container.
 *
 * @see moby daemon/cluster/executor/container/validate.go: validateMounts
 */
import { StatusError } from "../../lib/index.ts";
import type { MountBody } from "../docker/create-body.ts";

/** @throws StatusError invalid-argument for the first that is refused */
export function verifyTaskMounts(mounts: readonly MountBody[]): void {
  for (const mount of mounts) {
    const problem = problemOf(mount);
    if (problem !== undefined) throw new StatusError("invalid-argument", problem);
  }
}

function problemOf({ Type = "", Source = "", Target = "" }: MountBody): string | undefined {
  if (!isAbsolute(Target) && Type !== "npipe") return `invalid mount target, must be an absolute path: ${Target}`;
  switch (Type) {
    case "bind":
      return isAbsolute(Source) ? undefined : `invalid bind mount source, must be an absolute path: ${Source}`;
    case "volume":
      // Containers take a volume with such a name for a directory of the machine.
      return isAbsolute(Source) ? `invalid volume mount source, must not be an absolute path: ${Source}` : undefined;
    case "tmpfs":
      return Source === "" ? undefined : "invalid tmpfs source, source must be empty";
    default:
      return undefined;
  }
}

const isAbsolute = (path: string): boolean => path.startsWith("/");
