/**
 * The machine's side of a bind mount.
 *
 * @see moby volume/mounts/mounts.go Setup, linux_parser.go validateMountConfigImpl
 */
import { Errno } from "../../abi/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { dirname, StatusError } from "../../lib/index.ts";
import { directory, type FsContext, walk } from "../../vfs/index.ts";
import type { MountPoint } from "./mount-points.ts";

/** @throws StatusError invalid-argument for a missing source of `--mount`: whoever asks to create and to start is told so */
export function checkSources(kernel: Kernel, points: readonly MountPoint[]): void {
  for (const { type, source, makesSource = false } of points) {
    if (type === "bind" && !makesSource) checkSource(kernel, source);
  }
}

/** @throws StatusError invalid-argument for what is not there */
export function checkSource({ init }: Kernel, source: string): void {
  if (exists(init, source)) return;
  const message = `invalid mount config for type "bind": bind source path does not exist: ${source}`;
  throw new StatusError("invalid-argument", message);
}

/**
 * Makes the missing sources of `-v`, when they are about to be mounted.
 *
 * One that would lie below a file is left to whoever mounts it.
 *
 * @throws StatusError internal for what cannot be made
 */
export function makeSources({ init }: Kernel, points: readonly MountPoint[]): void {
  for (const { type, source, makesSource = false } of points) {
    if (type === "bind" && makesSource) makeSource(init, source);
  }
}

function makeSource(init: FsContext, source: string): void {
  const failure = makeDirectories(init, source);
  if (failure === undefined || failure.error.code === "ENOTDIR") return;
  const why = `mkdir ${failure.path}: ${failure.error.message.toLowerCase()}`;
  throw new StatusError("internal", `error while creating mount source path '${source}': ${why}`);
}

/** Which directory could not be made, and why. */
interface MakeFailure {
  readonly path: string;
  readonly error: Errno;
}

function makeDirectories(init: FsContext, path: string): MakeFailure | undefined {
  if (exists(init, path)) return undefined;
  const above = makeDirectories(init, dirname(path));
  if (above !== undefined) return above;
  try {
    directory.mkdir(init, path, 0o755);
    return undefined;
  } catch (error) {
    if (error instanceof Errno) return { path, error };
    throw error;
  }
}

function exists(init: FsContext, path: string): boolean {
  try {
    walk(init, path, { follow: true });
    return true;
  } catch (error) {
    if (error instanceof Errno) return false;
    throw error;
  }
}
