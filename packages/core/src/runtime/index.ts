/** Floor 6: the OCI runtime. */
export { OciContainer, type OciStatus } from "./container.ts";
export { type Bundle, type ExecProcess, Runtime, type Stdio } from "./runtime.ts";
