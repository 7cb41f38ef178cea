/** What a container's record keeps of the settings that it was asked for, with what follows from them. */
import { rememberingEach } from "../../lib/index.ts";
import type { HostConfig } from "../docker/create-body.ts";
import { swapLimit } from "./resources.ts";

/** Containers that share what they were asked for share what is kept of it. */
export const keptSettings = rememberingEach((given: Partial<HostConfig>): Partial<HostConfig> => {
  const { PidsLimit, SecurityOpt } = given;
  const labels = unlabelled(given);
  const swap = swapLimit(given);
  const hasNoLimit = typeof PidsLimit === "number" && PidsLimit <= 0;
  if (!hasNoLimit && labels.length === 0 && swap === given.MemorySwap) return given;
  return {
    ...given,
    ...(swap === undefined ? {} : { MemorySwap: swap }),
    // An update to less than 0 is kept as 0.
    ...(hasNoLimit ? { PidsLimit: null } : {}),
    ...(labels.length === 0 ? {} : { SecurityOpt: [...(SecurityOpt ?? []), ...labels] }),
  };
});

/** A container that sees so much of the machine has no label of its own. @see moby daemon/create.go generateSecurityOpt */
function unlabelled({ Privileged, PidMode, IpcMode, SecurityOpt }: Partial<HostConfig>): readonly string[] {
  if (Privileged !== true && PidMode !== "host" && IpcMode !== "host") return NO_LABELS;
  return SecurityOpt?.some((option) => option.startsWith("label=")) === true ? NO_LABELS : UNLABELLED;
}

const NO_LABELS: readonly string[] = [];
const UNLABELLED: readonly string[] = ["label=disable"];
