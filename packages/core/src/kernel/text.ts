/**
 * The file that a process executes. It is open as long as the process, or one that was forked since, runs it, and its
 * bytes cannot be written for that time.
 *
 * @see execve(2) on ETXTBSY, kernel/fork.c:replace_mm_exe_file
 */
import { IN_CLOSE_NOWRITE } from "../abi/index.ts";
import { type Location, tellIfGone, tellPath } from "../vfs/index.ts";
import type { Process } from "./process.ts";

export function setText(process: Process, file: Location): void {
  releaseText(process);
  process.exe = file;
  process.text = file.inode.backing;
  process.text.use.executing++;
}

export function releaseText(process: Process): void {
  const { exe, text, kernel } = process;
  if (text === undefined || exe === undefined) return;
  text.use.executing--;
  if (exe.inode.fs.watches === undefined) return;
  for (const other of kernel.processes.values()) if (other !== process && other.isAlive && other.exe === exe) return;
  tellPath(exe.dentry, IN_CLOSE_NOWRITE);
  tellIfGone(exe.dentry);
}
