/** Floor 5: one machine's kernel. */
export { bootMachine, STANDARD_DEVICES, STANDARD_LINKS } from "./boot.ts";
export { Cgroup } from "./cgroup/cgroup.ts";
export { Credentials } from "./credentials.ts";
export type { FileSystemFactory } from "./file-systems.ts";
export { pause } from "./idle.ts";
export type { Interception, Interceptor } from "./intercept.ts";
export { Kernel, type KernelEvents, type KernelState, type OutOfMemory, type SpawnOptions } from "./kernel.ts";
export { DEFAULT_MACHINE, type Machine } from "./machine.ts";
export { type DeviceNode, MACHINE_DEVICES } from "./machine-devices.ts";
export type { Namespace } from "./namespaces/namespace.ts";
export type { NetNamespace } from "./namespaces/net.ts";
export type { NamespaceSet } from "./namespaces/others.ts";
export { setMemory } from "./oom.ts";
export { Process, type ProcessWatcher, pidIn } from "./process.ts";
export { type MountLine, mountTable } from "./procfs/mount-tables.ts";
export type { Reception } from "./signals.ts";
export { formatTrace } from "./strace/format.ts";
export type { Strace, Traceable, TracedCall, TracedExit, TracedSignal, TraceEntry } from "./strace/tracer.ts";
