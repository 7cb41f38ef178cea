/** Looks a container's user up, in the image's files or, where the container has changed them, in its own. */
import type { MemoryDirectory } from "../../fs/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { type ResolvedUser, resolveUser, type UserFiles } from "../../runtime/index.ts";
import { MountedSnapshot, type Snapshotter } from "../../snapshot/index.ts";
import type { Container } from "./container.ts";

const NO_GROUPS: readonly string[] = [];

export class UserLookup {
  readonly #kernel: Kernel;
  readonly #snapshotter: Snapshotter;
  /** By image, then by user and groups: the answer is the same for all containers that have not changed the files. */
  readonly #known = new Map<string, ResolvedUser>();

  constructor(kernel: Kernel, snapshotter: Snapshotter) {
    this.#kernel = kernel;
    this.#snapshotter = snapshotter;
  }

  /** @throws StatusError invalid-argument for a user that there is not */
  resolve(container: Container): ResolvedUser {
    const { config, hostConfig, image } = container;
    const user = config.User ?? "";
    const groupAdd = hostConfig.GroupAdd ?? NO_GROUPS;
    const own: MemoryDirectory = this.#snapshotter.directory(container.id);
    if (own.lookup("etc") !== undefined) return resolveUser(user, groupAdd, this.#filesOf(container));
    const key = user === "" && groupAdd.length === 0 ? image.id : `${image.id} ${user} ${groupAdd.join(",")}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const resolved = resolveUser(user, groupAdd, this.#filesOf(container));
    this.#known.set(key, resolved);
    return resolved;
  }

  /** Another user of the same container, who is in its `--group-add` groups too: `docker exec --user`. */
  resolveAs(container: Container, user: string): ResolvedUser {
    return resolveUser(user, container.hostConfig.GroupAdd ?? NO_GROUPS, this.#filesOf(container));
  }

  #filesOf(container: Container): UserFiles {
    const rootfs = new MountedSnapshot(this.#kernel, this.#snapshotter, container.id);
    try {
      return { passwd: rootfs.readText("/etc/passwd"), group: rootfs.readText("/etc/group") };
    } finally {
      rootfs.close();
    }
  }
}
