/** Floor 6: the OCI runtime. */

export { OciContainer, type OciStatus } from "./container.ts";
export {
  ALL_DEVICE_RULES,
  DEFAULT_CAPABILITIES,
  DEFAULT_DEVICE_RULES,
  DEFAULT_MOUNTS,
  DEFAULT_PATH,
  DEFAULT_SHM_SIZE,
  defaultSeccomp,
  MASKED_PATHS,
  READONLY_PATHS,
} from "./defaults.ts";
export { CHILD_DIED } from "./init-error.ts";
export { type ParsedOptions, parseMountOptions } from "./mount-options.ts";
export { type Bundle, type ConsoleTaker, Runtime, type Stdio } from "./runtime.ts";
export { compileSeccomp } from "./seccomp.ts";
export type { StartedExec } from "./started-exec.ts";
export { sysctlProblem } from "./sysctls.ts";
export { homeOf, type ResolvedUser, resolveUser, type UserFiles, withHome } from "./users.ts";
