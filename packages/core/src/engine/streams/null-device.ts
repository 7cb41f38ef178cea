/** The standard input of who gets none. */
import { Errno, O_RDWR } from "../../abi/index.ts";
import { NULL_DEVICE } from "../../fs/index.ts";
import { endedPipe, type Kernel, type Process } from "../../kernel/index.ts";
import { type OpenFile, open } from "../../vfs/index.ts";

/** Opens the /dev/null that `owner` sees, or where it has done away with that, a pipe that is at its end. */
export function openNull(kernel: Kernel, owner: Process = kernel.init): OpenFile {
  try {
    const file = open(owner, "/dev/null", O_RDWR, 0);
    const { type, rdev } = file.at.inode;
    if (type === "char" && rdev === NULL_DEVICE) return file;
    file.release();
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
  return endedPipe(kernel);
}
