/** System V semaphores. @see semget(2), semop(2), semctl(2), ipc/sem.c */
import {
  Errno,
  IPC_NOWAIT,
  type IpcSettings,
  SEM_UNDO,
  SEMVMX,
  type SemaphoreCommand,
  type SemaphoreOperation,
  type SemaphoreStatus,
} from "../../abi/index.ts";
import { checkIpcAccess, checkIpcOwner, ipcStatus, setIpc } from "../ipc/ipc-object.ts";
import { SemaphoreSet } from "../ipc/semaphores.ts";
import { type Process, pidIn, type Sleeper, Sleeping } from "../process.ts";
import { readSysctl } from "../sysctl/sysctl.ts";
import type { SyscallTable } from "./table.ts";

const READ = 0o444;
const ALTER = 0o222;
const CHANGES: ReadonlySet<SemaphoreCommand> = new Set(["SETVAL", "SETALL"]);

type Argument = number | readonly number[] | IpcSettings | undefined;

export const semaphoreCalls = {
  semget: (process, key, count, flags) => {
    const { semaphores } = process.ns.ipc.sysv;
    const { perSet, inAll, sets } = limits(process);
    if (!(count >= 0) || count > perSet) throw new Errno("EINVAL");
    const make = (): SemaphoreSet => {
      if (count === 0) throw new Errno("EINVAL");
      const used = [...semaphores.values()].reduce((sum, set) => sum + set.semaphores.length, 0);
      if (used + count > inAll) throw new Errno("ENOSPC");
      return new SemaphoreSet(process, key, flags, count);
    };
    const check = (found: SemaphoreSet): void => {
      if (count > found.semaphores.length) throw new Errno("EINVAL");
    };
    return semaphores.obtain(process, key, flags, { most: sets, make, check }).id;
  },

  semop: (process, id, operations, timeoutUs) => {
    if (operations.length < 1) throw new Errno("EINVAL");
    if (operations.length > limits(process).operations) throw new Errno("E2BIG");
    if (timeoutUs !== undefined && !(timeoutUs >= 0)) throw new Errno("EINVAL");
    const set = process.ns.ipc.sysv.semaphores.get(id);
    if (!operations.every(({ change }) => Math.abs(change) <= SEMVMX + 1 && Number.isInteger(change))) {
      throw new Errno("ERANGE");
    }
    if (operations.some(({ number }) => set.semaphores[number] === undefined)) throw new Errno("EFBIG");
    checkIpcAccess(process, set, operations.some(({ change }) => change !== 0) ? ALTER : READ);
    const blocking = operate(process, set, operations);
    if (blocking === undefined) return undefined;
    if ((blocking.flags & IPC_NOWAIT) !== 0) throw new Errno("EAGAIN");
    const untilUs = timeoutUs === undefined ? undefined : process.kernel.nowUs + timeoutUs;
    return new Sleeping(operateLater(process, set, operations, blocking, untilUs));
  },

  semctl: (process, id, number, command, argument) => {
    const { semaphores } = process.ns.ipc.sysv;
    if (!(id >= 0)) throw new Errno("EINVAL");
    const set = semaphores.get(id);
    switch (command) {
      case "IPC_STAT":
        return semaphoreStatus(process, set);
      case "IPC_SET":
        setIpc(process, set, typeof argument === "object" && "uid" in argument ? argument : undefined);
        return 0;
      case "IPC_RMID":
        checkIpcOwner(process, set);
        semaphores.remove(set);
        set.changed.wakeAll();
        return 0;
      default:
        return onSemaphores(process, set, number, command, argument);
    }
  },
} satisfies Partial<SyscallTable>;

/** The four numbers of /proc/sys/kernel/sem. @see proc_sys_kernel(5) */
function limits(process: Process) {
  const [perSet = 0, inAll = 0, operations = 0, sets = 0] = readSysctl(process, "kernel.sem").split(/\s+/).map(Number);
  return { perSet, inAll, operations, sets };
}

function operate(
  process: Process,
  set: SemaphoreSet,
  operations: readonly SemaphoreOperation[],
): SemaphoreOperation | undefined {
  if (operations.some(({ flags }) => (flags & SEM_UNDO) !== 0)) process.kernel.ipcUsers.willUndo(process, set);
  return set.tryOperate(process, operations);
}

function* operateLater(
  process: Process,
  set: SemaphoreSet,
  operations: readonly SemaphoreOperation[],
  first: SemaphoreOperation,
  untilUs: number | undefined,
): Sleeper<undefined> {
  let blocking: SemaphoreOperation | undefined = first;
  try {
    while (blocking !== undefined) {
      set.sleepers.set(process, { number: blocking.number, forZero: blocking.change === 0 });
      const wakeup = yield { on: [set.changed], untilUs };
      if (set.isRemoved) throw new Errno("EIDRM");
      blocking = operate(process, set, operations);
      if (blocking === undefined) break;
      if (wakeup === "timeout") throw new Errno("EAGAIN");
      if (wakeup === "interrupted") throw new Errno("EINTR");
      if ((blocking.flags & IPC_NOWAIT) !== 0) throw new Errno("EAGAIN");
    }
    return undefined;
  } finally {
    set.sleepers.delete(process);
  }
}

function onSemaphores(
  process: Process,
  set: SemaphoreSet,
  number: number,
  command: SemaphoreCommand,
  argument: Argument,
): number | readonly number[] {
  if (command === "SETVAL" && !isValue(argument)) throw new Errno("ERANGE");
  const isOnAll = command === "GETALL" || command === "SETALL";
  if (!isOnAll) set.at(number);
  checkIpcAccess(process, set, CHANGES.has(command) ? ALTER : READ);
  switch (command) {
    case "GETVAL":
      return set.at(number).value;
    case "GETPID":
      return pidIn(process.ns.pid, set.at(number).last);
    case "GETNCNT":
      return set.waiting(number, false);
    case "GETZCNT":
      return set.waiting(number, true);
    case "GETALL":
      return set.semaphores.map(({ value }) => value);
    case "SETVAL":
      set.set(number, Number(argument), process);
      return 0;
    case "SETALL": {
      if (!Array.isArray(argument) || argument.length < set.semaphores.length) throw new Errno("EFAULT");
      if (!argument.every(isValue)) throw new Errno("ERANGE");
      for (const index of set.semaphores.keys()) set.set(index, Number(argument[index]), process);
      return 0;
    }
    default:
      throw new Errno("EINVAL");
  }
}

const isValue = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= SEMVMX;

function semaphoreStatus(process: Process, set: SemaphoreSet): SemaphoreStatus {
  return { ...ipcStatus(process, set), nsems: set.semaphores.length, otimeUs: set.otimeUs };
}
