/**
 * The file that a process executes. It is open as long as the process, or one that was forked since, runs it, and its
 * bytes cannot be written for that time.
 *
 * @see execve(2) on ETXTBSY, kernel/fork.c:replace_mm_exe_file
 */
import { IN_CLOSE_NOWRITE } from "../abi/index.ts";
import { type Inode, type Location, tellIfGone, tellPath } from "../vfs/index.ts";
import type { Process } from "./process.ts";

/** @param exe where the file is that has `text`; its path, if nobody has looked along it. */
export function setText(process: Process, exe: Location | string, text: Inode): void {
  releaseText(process);
  process.executes(exe, text);
}

export function releaseText(process: Process): void {
  const { seenExe: exe, text, kernel } = process;
  if (text === undefined) return;
  text.use.executing--;
  // Nobody watches what nobody has seen.
  if (exe === undefined) return;
  if (exe.inode.fs.watches === undefined) return;
  for (const other of kernel.processes.values())
    if (other !== process && other.isAlive && other.seenExe === exe) return;
  tellPath(exe.dentry, IN_CLOSE_NOWRITE);
  tellIfGone(exe.dentry);
}
