/**
 * Resource limits of a container's first process, and what runc says where they cannot be set or are too low for itself.
 *
 * @see runc libcontainer/process_linux.go setupRlimits, getrlimit(2)
 */
import { Errno, prlimit, RESOURCE_NAMES, type Routine } from "../abi/index.ts";
import type { ProcessSpec } from "../oci/index.ts";
import { InitError } from "./init-error.ts";

const TOO_MANY = "too many open files";

/** What goes wrong in runc's init with that many descriptors at most; with more, nothing does. */
const TOO_FEW_FILES: readonly (readonly [files: number, failure: string])[] = [
  [8, TOO_MANY],
  [10, "procReady not received"],
  [
    11,
    `error mounting "proc" to rootfs at "/proc": find existing subpath of "/proc": get real root path: open /proc: ${TOO_MANY}`,
  ],
  [13, `error mounting "proc" to rootfs at "/proc": re-opening handle to "/proc": open /proc: ${TOO_MANY}`],
  [
    15,
    `error mounting "proc" to rootfs at "/proc": reopen mountpoint after mount: re-open mountpoint "/proc": reopen fd 12: ${TOO_MANY}`,
  ],
  [
    16,
    `error mounting "cgroup" to rootfs at "/sys/fs/cgroup": reopen mountpoint after mount: re-open mountpoint "/sys/fs/cgroup": reopen fd 12: ${TOO_MANY}`,
  ],
];

/** Sets the limits. @throws InitError if one cannot be set, or runc could not go on with it. */
export function* setLimits({ rlimits }: ProcessSpec): Routine<void> {
  for (const { type, soft, hard } of rlimits) {
    const failure = yield* prlimit(0, type, { soft, hard }).attempt();
    if (failure instanceof Errno) {
      const reason = failure.message.toLowerCase();
      throw new InitError(
        `error setting rlimits for ready process: error setting rlimit type ${RESOURCE_NAMES.indexOf(type)}: ${reason}`,
      );
    }
    const tooFew = type === "nofile" ? TOO_FEW_FILES.find(([files]) => soft <= files) : undefined;
    if (tooFew !== undefined) throw new InitError(tooFew[1]);
  }
}
