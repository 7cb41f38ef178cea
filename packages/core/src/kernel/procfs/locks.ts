/** /proc/locks, and the lines about locks in /proc/PID/fdinfo. @see proc_locks(5), fs/locks.c:lock_get_status */
import { major, minor } from "../../abi/index.ts";
import { type FileLock, LOCK_TO_EOF, type OpenFile } from "../../vfs/index.ts";
import { type Process, pidIn } from "../process.ts";
import type { ProcFs } from "./proc-fs.ts";

const KINDS = { flock: "FLOCK ", posix: "POSIX ", ofd: "OFDLCK" } as const;

/** The newest first; whoever waits is listed below what he waits for. Numbers count those of others that do not show. */
export function locks(fs: ProcFs): string {
  const { held, waiting } = fs.kernel.locks;
  const wishes = [...waiting].map((wish) => ({ wish, blocking: wish.inode.locks.conflict(wish) }));
  return [...held]
    .reverse()
    .map((lock, index) => {
      const behind = wishes.filter(({ blocking }) => blocking === lock);
      return [line(fs, lock, `${index + 1}: `), ...behind.map(({ wish }) => line(fs, wish, `${index + 1}: -> `))].join(
        "",
      );
    })
    .join("");
}

/** What a descriptor's process or open file has locked. */
export function locksOf(fs: ProcFs, process: Process, file: OpenFile): string {
  const own = [...fs.kernel.locks.held].filter(
    ({ inode, owner }) => inode === file.at.inode && (owner === file || owner === process.files),
  );
  return own.map((lock, index) => line(fs, lock, `lock:\t${index + 1}: `)).join("");
}

/** Nothing for a lock of somebody whom the reader's procfs does not show. */
function line(fs: ProcFs, { kind, by, inode, exclusive, start, end }: FileLock, prefix: string): string {
  const pid = kind === "ofd" ? -1 : pidIn(fs.namespace, by as Process);
  if (pid === 0) return "";
  const { dev, ino } = inode.stat();
  const device = [major(dev), minor(dev)].map((number) => number.toString(16).padStart(2, "0")).join(":");
  const range = `${start} ${end === LOCK_TO_EOF ? "EOF" : end}`;
  return `${prefix}${KINDS[kind]} ADVISORY  ${exclusive ? "WRITE" : "READ"} ${pid} ${device}:${ino} ${range}\n`;
}
