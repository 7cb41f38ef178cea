/** The type of system call handlers. */
import type { Errno, SyscallName, Syscalls } from "../../abi/index.ts";
import type { Process, Sleeping } from "../process.ts";

/**
 * The kernel half of each call: it answers, throws an `Errno` (or returns it, where failing is ordinary), or returns
 * `Sleeping` and answers later.
 */
export type SyscallTable = {
  readonly [K in SyscallName]: (
    process: Process,
    ...args: Parameters<Syscalls[K]>
  ) => ReturnType<Syscalls[K]> | Sleeping<ReturnType<Syscalls[K]>> | Errno;
};
