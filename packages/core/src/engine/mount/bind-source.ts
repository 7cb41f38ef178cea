/**
 * The machine's side of a bind mount.
 *
 * @see moby volume/mounts/mounts.go Setup, linux_parser.go validateMountConfigImpl
 */
import { Errno } from "../../abi/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { dirname, StatusError } from "../../lib/index.ts";
import { directory, walk } from "../../vfs/index.ts";
import type { MountPoint } from "./mount-points.ts";

/**
 * Makes a missing source of `-v`.
 *
 * @throws StatusError invalid-argument for a missing source of `--mount`
 */
export function ensureSource(kernel: Kernel, { source, makesSource = false }: MountPoint): void {
  if (exists(kernel, source)) return;
  if (!makesSource) {
    const message = `invalid mount config for type "bind": bind source path does not exist: ${source}`;
    throw new StatusError("invalid-argument", message);
  }
  makeDirectories(kernel, source);
}

function exists(kernel: Kernel, path: string): boolean {
  try {
    walk(kernel.init, path, { follow: true });
    return true;
  } catch (error) {
    if (error instanceof Errno) return false;
    throw error;
  }
}

function makeDirectories(kernel: Kernel, path: string): void {
  if (exists(kernel, path)) return;
  makeDirectories(kernel, dirname(path));
  try {
    directory.mkdir(kernel.init, path, 0o755);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    const message = `error while creating mount source path '${path}': mkdir ${path}: ${error.message.toLowerCase()}`;
    throw new StatusError("internal", message);
  }
}
