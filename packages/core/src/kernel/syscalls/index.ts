/** The system call table, and the one place where a call meets its handler. */
import type { Call, SyscallName } from "../../abi/index.ts";
import type { Process } from "../process.ts";
import { attributeCalls } from "./attributes.ts";
import { descriptorCalls } from "./descriptors.ts";
import { directoryCalls } from "./directories.ts";
import { identityCalls } from "./identity.ts";
import { inotifyCalls } from "./inotify.ts";
import { kernelLogCalls } from "./kernel-log.ts";
import { lockCalls } from "./locks.ts";
import { messageQueueCalls } from "./message-queues.ts";
import { mountCalls } from "./mounts.ts";
import { mqueueCalls } from "./mqueue.ts";
import { namespaceCalls } from "./namespaces.ts";
import { processCalls } from "./processes.ts";
import { resourceCalls } from "./resources.ts";
import { schedulingCalls } from "./scheduling.ts";
import { semaphoreCalls } from "./semaphores.ts";
import { sharedMemoryCalls } from "./shared-memory.ts";
import { signalCalls } from "./signals.ts";
import { messageCalls } from "./socket-messages.ts";
import { socketCalls } from "./sockets.ts";
import type { SyscallTable } from "./table.ts";
import { timeCalls } from "./time.ts";

const TABLE: SyscallTable = {
  ...descriptorCalls,
  ...directoryCalls,
  ...attributeCalls,
  ...socketCalls,
  ...processCalls,
  ...resourceCalls,
  ...schedulingCalls,
  ...signalCalls,
  ...timeCalls,
  ...identityCalls,
  ...namespaceCalls,
  ...mountCalls,
  ...inotifyCalls,
  ...lockCalls,
  ...messageCalls,
  ...sharedMemoryCalls,
  ...semaphoreCalls,
  ...messageQueueCalls,
  ...mqueueCalls,
  ...kernelLogCalls,
};

type AnyHandler = (process: Process, ...args: readonly unknown[]) => unknown;

/** Calls whose numeric arguments the kernel stores. Those of all others are only looked up, compared or masked. */
const KEEPS_NUMBERS: readonly SyscallName[] = [
  ...(["pread", "pwrite", "lseek", "truncate", "ftruncate", "dup", "dup3", "fcntl", "recvfrom", "recvmsg"] as const),
  ...([
    "shmget",
    "shmat",
    "shmdt",
    "semget",
    "semctl",
    "msgget",
    "msgsnd",
    "msgrcv",
    "mq_timedsend",
    "mq_timedreceive",
  ] as const),
  ...(["mknod", "chown", "lchown", "fchown", "utimens", "listen", "setsockopt"] as const),
  ...(["kill", "sigaction", "alarm", "setpriority", "setpgid", "setresuid", "setresgid", "prctl"] as const),
];

/** A call's arguments have the types of its name: `calls.ts` is the only place that makes calls. */
const HANDLERS: ReadonlyMap<SyscallName, AnyHandler> = new Map([
  ...(Object.entries(TABLE) as readonly (readonly [SyscallName, AnyHandler])[]),
  ...KEEPS_NUMBERS.map((name) => [name, withWholeNumbers(TABLE[name] as AnyHandler)] as const),
]);

export function dispatch(process: Process, call: Call): unknown {
  const { net } = process.kernel;
  if (net.pending) net.deliver();
  const handler = HANDLERS.get(call.name) as AnyHandler;
  return handler(process, call.a, call.b, call.c, call.d, call.e);
}

/** As in C a number is a whole one: what JavaScript has beyond that is cut off. */
function withWholeNumbers(handler: AnyHandler): AnyHandler {
  return (process, a, b, c, d, e) => handler(process, whole(a), whole(b), whole(c), whole(d), whole(e));
}

function whole(argument: unknown): unknown {
  if (typeof argument !== "number" || Number.isSafeInteger(argument)) return argument;
  return Number.isNaN(argument) ? 0 : Math.trunc(argument);
}

export const SYSCALL_NAMES = Object.keys(TABLE) as readonly SyscallName[];

const NUMBERS: ReadonlyMap<string, number> = new Map(SYSCALL_NAMES.map((name, index) => [name, index]));

/** Whether a word from outside names a system call. */
export function isSyscallName(word: string): word is SyscallName {
  return NUMBERS.has(word);
}

/** A small number for each call, for the trace hash. */
export function callNumber(name: SyscallName): number {
  return NUMBERS.get(name) ?? 0;
}
