/** The system call table, and the one place where a call meets its handler. */
import type { Call, SyscallName } from "../../abi/index.ts";
import type { Process } from "../process.ts";
import { attributeCalls } from "./attributes.ts";
import { descriptorCalls } from "./descriptors.ts";
import { directoryCalls } from "./directories.ts";
import { identityCalls } from "./identity.ts";
import { inotifyCalls } from "./inotify.ts";
import { mountCalls } from "./mounts.ts";
import { namespaceCalls } from "./namespaces.ts";
import { processCalls } from "./processes.ts";
import { signalCalls } from "./signals.ts";
import { socketCalls } from "./sockets.ts";
import type { SyscallTable } from "./table.ts";
import { timeCalls } from "./time.ts";

const TABLE: SyscallTable = {
  ...descriptorCalls,
  ...directoryCalls,
  ...attributeCalls,
  ...socketCalls,
  ...processCalls,
  ...signalCalls,
  ...timeCalls,
  ...identityCalls,
  ...namespaceCalls,
  ...mountCalls,
  ...inotifyCalls,
};

type AnyHandler = (process: Process, ...args: readonly unknown[]) => unknown;

/** A call's arguments have the types of its name: `calls.ts` is the only place that makes calls. */
const HANDLERS = TABLE as unknown as Readonly<Record<SyscallName, AnyHandler>>;

export function dispatch(process: Process, call: Call): unknown {
  const { net } = process.kernel;
  if (net.pending) net.deliver();
  return HANDLERS[call.name](process, call.a, call.b, call.c, call.d, call.e);
}

const NUMBERS: ReadonlyMap<string, number> = new Map(Object.keys(TABLE).map((name, index) => [name, index]));

/** A small number for each call, for the trace hash. */
export function callNumber(name: SyscallName): number {
  return NUMBERS.get(name) ?? 0;
}
