/** System V shared memory. @see shmget(2), shmop(2), shmctl(2), ipc/shm.c */
import { Errno, PAGE_SIZE, SHM_DEST, SHM_RDONLY, type SharedMemoryStatus } from "../../abi/index.ts";
import { checkIpcAccess, checkIpcOwner, ipcStatus, setIpc } from "../ipc/ipc-object.ts";
import { SharedMemory } from "../ipc/shared-memory.ts";
import { type Process, pidIn } from "../process.ts";
import { readSysctl } from "../sysctl/sysctl.ts";
import type { SyscallTable } from "./table.ts";

const limit = (process: Process, name: string): number => Number(readSysctl(process, `kernel.${name}`));

export const sharedMemoryCalls = {
  shmget: (process, key, size, flags) => {
    const { segments } = process.ns.ipc.sysv;
    const make = (): SharedMemory => {
      if (!(size >= 1) || size > limit(process, "shmmax")) throw new Errno("EINVAL");
      const pages = [...segments.values()].reduce((sum, segment) => sum + segment.pages, 0);
      if (pages + Math.ceil(size / PAGE_SIZE) > limit(process, "shmall")) throw new Errno("ENOSPC");
      process.kernel.ipcUsers.madeSegment(process);
      return new SharedMemory(process, key, flags, size);
    };
    const check = (found: SharedMemory): void => {
      if (found.size < size) throw new Errno("EINVAL");
    };
    return segments.obtain(process, key, flags, { most: limit(process, "shmmni"), make, check }).id;
  },

  shmat: (process, id, flags) => {
    const segment = process.ns.ipc.sysv.segments.get(id);
    checkIpcAccess(process, segment, (flags & SHM_RDONLY) !== 0 ? 0o444 : 0o666);
    const bytes = segment.attach(process);
    return { address: process.kernel.ipcUsers.attach(process, segment), bytes };
  },

  shmdt: (process, address) => {
    if (!process.kernel.ipcUsers.detach(process, address)) throw new Errno("EINVAL");
  },

  shmctl: (process, id, command, settings): SharedMemoryStatus | undefined => {
    const { segments } = process.ns.ipc.sysv;
    const segment = segments.get(id);
    switch (command) {
      case "IPC_STAT":
        return sharedMemoryStatus(process, segment);
      case "IPC_SET":
        setIpc(process, segment, settings);
        return undefined;
      case "IPC_RMID":
        checkIpcOwner(process, segment);
        segment.key = 0;
        segment.mode |= SHM_DEST;
        if (segment.attachments > 0) return undefined;
        segments.remove(segment);
        segment.free();
        return undefined;
      default:
        throw new Errno("EINVAL");
    }
  },
} satisfies Partial<SyscallTable>;

function sharedMemoryStatus(process: Process, segment: SharedMemory): SharedMemoryStatus {
  const { pid } = process.ns;
  return {
    ...ipcStatus(process, segment),
    size: segment.size,
    cpid: pidIn(pid, segment.creator),
    lpid: pidIn(pid, segment.lastUser),
    nattch: segment.attachments,
    atimeUs: segment.atimeUs,
    dtimeUs: segment.dtimeUs,
  };
}
