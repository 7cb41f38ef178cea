/**
 * Shares of disks by weight. On a kernel that was built without them Docker leaves them out, and says so.
 *
 * @see moby daemon/daemon_unix.go verifyPlatformContainerResources
 */
import type { Machine } from "../../kernel/index.ts";
import type { HostConfig } from "../docker/create-body.ts";

type Kernel = Pick<Machine, "missingParts">;

const hasWeights = ({ missingParts }: Kernel): boolean => !missingParts.has("BFQ_GROUP_IOSCHED");

/** What can be had of what is asked for. */
export function withoutMissingWeights(asked: Partial<HostConfig>, kernel: Kernel): Partial<HostConfig> {
  if (weightWarnings(asked, kernel).length === 0) return asked;
  const { BlkioWeightDevice: devices } = asked;
  return { ...asked, BlkioWeight: 0, ...((devices ?? []).length > 0 && { BlkioWeightDevice: [] }) };
}

/** What is said of the rest. */
export function weightWarnings(
  { BlkioWeight: weight = 0, BlkioWeightDevice: devices }: Partial<HostConfig>,
  kernel: Kernel,
): readonly string[] {
  if (hasWeights(kernel)) return [];
  const lacks = "or the cgroup is not mounted";
  return [
    ...(weight > 0 ? [`Your kernel does not support Block I/O weight ${lacks}. Weight discarded.`] : []),
    ...((devices ?? []).length > 0
      ? [`Your kernel does not support Block I/O weight_device ${lacks}. Weight-device discarded.`]
      : []),
  ];
}
