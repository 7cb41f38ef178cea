/**
 * The files that the secrets and configs of a task are: on a tmpfs of the machine, so that they are on no disk.
 *
 * @see moby daemon/container_operations_unix.go setupSecretDir
 */
import { FileContent, MemoryFile, removeTree } from "../../fs/index.ts";
import { flagsOfMount, type Kernel } from "../../kernel/index.ts";
import { decode, StatusError } from "../../lib/index.ts";
import { type FileSystem, find, walk } from "../../vfs/index.ts";
import { unmountOnMachine } from "../mount/machine-mounts.ts";
import type { MountPoint } from "../mount/mount-points.ts";
import { ensureDirectory } from "../volumes.ts";
import { expandedPayload, type PayloadValues } from "./expand.ts";
import type { Payload, PayloadStore } from "./payloads.ts";
import type { PayloadFile } from "./service-spec.ts";
import type { Task } from "./task.ts";
import { expandedSpec, type TaskPlace, taskValues } from "./task-container.ts";

export interface PayloadStores {
  readonly secrets: PayloadStore;
  readonly configs: PayloadStore;
}

/** Where on the machine the files of a task are. */
const FILES = "/var/lib/docker/swarm/worker";
const filesOf = ({ id }: Task): string => `${FILES}/${id}`;

/**
 * Writes the secrets and configs of a task, and says where its container has them.
 *
 * @throws ValueError for a template that asks for what there is not
 */
export function payloadMounts(kernel: Kernel, place: TaskPlace, stores: PayloadStores): readonly MountPoint[] {
  const { task } = place;
  const { secrets, configs } = stores;
  const { Secrets = [], Configs = [] } = task.spec.ContainerSpec ?? {};
  if (Secrets.length + Configs.length === 0) return [];
  const files = openFiles(kernel, task);
  const values = taskValues(place);
  const known = payloadValues(task, stores, expandedSpec(place).Env);
  const mount = (payload: Payload | undefined, file: PayloadFile | undefined, root: string): readonly MountPoint[] => {
    if (payload === undefined || file === undefined) return [];
    const source = `${filesOf(task)}/${payload.id}`;
    const { id, data, spec } = payload;
    write(files, id, spec.Templating === undefined ? data : expandedPayload(data, values, known), file);
    const destination = file.Name.startsWith("/") ? file.Name : `${root}/${file.Name}`;
    const common = { copiesImage: false, propagation: "", mode: "", isUnlisted: true };
    return [{ type: "bind", source, destination, readOnly: true, ...common }];
  };
  const mounts = [
    ...Secrets.flatMap(({ SecretID, File }) => mount(secrets.byId(SecretID), File, "/run/secrets")),
    ...Configs.flatMap(({ ConfigID, File }) => mount(configs.byId(ConfigID), File, "")),
  ];
  files.readOnly = true;
  return mounts;
}

/** Whether the files of a task are there. */
export function hasFiles({ init }: Kernel, task: Task): boolean {
  const at = find(init, filesOf(task), { follow: false });
  return at !== undefined && at.dentry === at.mount.root;
}

/** Forgets the files of a task that is gone. */
export function dropFiles(kernel: Kernel, task: Task): void {
  if (hasFiles(kernel, task)) unmountOnMachine(kernel, filesOf(task));
  removeTree(kernel.disk, filesOf(task));
}

/** A file system for the files of a task, mounted where they are to be. */
function openFiles({ init, disk, fileSystems }: Kernel, task: Task): FileSystem {
  const tmpfs = fileSystems.get("tmpfs");
  if (tmpfs === undefined) throw new StatusError("internal", "no tmpfs");
  const files = tmpfs({ source: "tmpfs", data: "" }, init);
  ensureDirectory(disk, filesOf(task));
  init.ns.mnt.tree.mount(files, walk(init, filesOf(task), { follow: true }), flagsOfMount(0));
  return files;
}

/** What templates among them may take from the others. */
function payloadValues(task: Task, { secrets, configs }: PayloadStores, env: readonly string[] = []): PayloadValues {
  const { Secrets = [], Configs = [] } = task.spec.ContainerSpec ?? {};
  const textOf = (payload: Payload | undefined): string | undefined => payload && decode(payload.data);
  return {
    secret: (target) => textOf(secrets.byId(Secrets.find(({ File }) => File?.Name === target)?.SecretID ?? "")),
    config: (target) => textOf(configs.byId(Configs.find(({ File }) => File?.Name === target)?.ConfigID ?? "")),
    env,
  };
}

function write({ root }: FileSystem, name: string, data: Uint8Array, { UID, GID, Mode }: PayloadFile): void {
  const owner = { mode: Mode & 0o7777, uid: Number(UID) || 0, gid: Number(GID) || 0 };
  const known = root.lookup(name);
  if (known !== undefined) {
    // One that a task has at several places is one file: how it was asked for last decides.
    known.setattr(owner);
    return;
  }
  const file = root.create(name, { type: "file", ...owner });
  if (file instanceof MemoryFile) file.content = FileContent.of(data);
}
