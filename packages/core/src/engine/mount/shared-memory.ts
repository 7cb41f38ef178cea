/**
 * /dev/shm of containers that let others into their ipc namespace: a tmpfs of the machine, bind-mounted into each.
 *
 * @see moby daemon/container_operations_unix.go setupIPCDirs, daemon/oci_linux.go
 */
import { MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RELATIME } from "../../abi/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import { walk } from "../../vfs/index.ts";
import type { Container } from "../container/container.ts";
import { ensureDirectory } from "../volumes.ts";

const ROOT = "/run/docker/shm";

export class SharedMemory {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Mounts what a shareable container is about to have. */
  open(container: Container, bytes: number): void {
    if (container.hostConfig.IpcMode !== "shareable") return;
    const { init, fileSystems, disk } = this.#kernel;
    const path = pathOf(container);
    ensureDirectory(disk, path);
    const tmpfs = fileSystems.get("tmpfs");
    if (tmpfs === undefined) throw new StatusError("internal", "no tmpfs");
    const fileSystem = tmpfs({ source: "shm", data: `mode=1777,size=${bytes / 1024}k` }, init);
    init.ns.mnt.tree.mount(fileSystem, walk(init, path, { follow: true }), SHM_FLAGS);
  }

  /** The container has ended: whoever still has it mounted keeps it. */
  close(container: Container): void {
    if (container.hostConfig.IpcMode !== "shareable") return;
    const { init, disk } = this.#kernel;
    const at = walk(init, pathOf(container), { follow: true });
    if (at.dentry !== at.mount.root) return;
    init.ns.mnt.tree.unmount(at, { lazy: true });
    ensureDirectory(disk, ROOT).rmdir(container.id);
  }

  /** Where the machine has the shared memory of a container that lets others join. */
  static pathFor(donor: Container): string {
    return pathOf(donor);
  }
}

const SHM_FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RELATIME;

function pathOf({ id }: Container): string {
  return `${ROOT}/${id}`;
}
