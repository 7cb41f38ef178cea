/**
 * `RUN --mount`: what stands behind each mount while the process runs.
 *
 * Trees of other stages and of the context are mounted on the machine first, where the runtime can bind them; a writable
 * one gets a layer over it that is thrown away. Caches are directories of the machine that stay.
 *
 * @see BuildKit solver/llbsolver/mounts/mount.go, executor/oci/mounts.go
 */
import { MS_RELATIME } from "../../abi/index.ts";
import { FileContent, MemoryDirectory, MemoryFile, MemoryFs, OverlayFs, removeTree } from "../../fs/index.ts";
import { basename, clean, decode, encode, join, sha256 } from "../../lib/index.ts";
import type { MountSpec } from "../../oci/index.ts";
import { MountedTree } from "../../snapshot/index.ts";
import { type FileSystem, type Location, walk } from "../../vfs/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import { diskLike } from "../files/context-tree.ts";
import { Copier } from "../files/copy.ts";
import { rootPath } from "../files/root-path.ts";
import type { StepMount } from "../frontend/step.ts";
import type { BuildCache } from "./build-cache.ts";
import type { BuildMachine } from "./build-machine.ts";
import type { Result } from "./result.ts";
import { type PreparedMount, processFailure } from "./run-executor.ts";
import type { ExecMount, ExecOp } from "./vertex.ts";

/** On the machine: what stays, and where trees are mounted while a process runs. */
const ROOT = "/var/lib/docker/buildkit";
const MOUNTS = "/var/lib/docker/tmp";
/** The bits of a mode that count. */
const PERMISSIONS = 0o777;
const UMASK = 0o022;
const EXECUTABLE = 0o111;
const SECRETS = "/run/secrets";
const SSH_SOCKET = "/run/buildkit/ssh_agent";
const SSH_VARIABLE = "SSH_AUTH_SOCK";

/** Values of secrets by their names. */
type Secrets = ReadonlyMap<string, Uint8Array | { readonly error: string }>;

/** What clients forward. */
export interface Forwarded {
  readonly secrets: Secrets;
  /** Ids of agents: "default". */
  readonly agents: ReadonlySet<string>;
}

/** What mounts are made with. */
export interface MountTools extends Forwarded {
  readonly machine: BuildMachine;
  /** Keeps account of cache mounts. */
  readonly cache: BuildCache;
  /** The step is done whatever the cache has: then caches begin anew, each with its first use in the build. */
  readonly isAnew: boolean;
  /** Names of those that have. */
  readonly renewed: Set<string>;
}

export interface PreparedMounts {
  readonly mounts: readonly PreparedMount[];
  /** `NAME=value` of secrets that are wanted as variables. */
  readonly env: readonly string[];
  /** To be called when the process has ended. */
  release(): void;
}

export class ExecMounts {
  readonly #tools: MountTools;
  readonly #op: ExecOp;
  readonly #releases: (() => void)[] = [];
  readonly #env: string[] = [];
  #sockets = 0;

  constructor(tools: MountTools, op: ExecOp) {
    this.#tools = tools;
    this.#op = op;
  }

  /** @throws BuildError `secret x: not found`, `unset ssh forward key default`, `open /x: no such file or directory`, `invalid mount type SSH for /` */
  prepare(sources: readonly (Result | undefined)[], base: Result | undefined): PreparedMounts {
    const op = this.#op;
    const volumes = op.volumes.map((path) => this.#volume(path, base));
    const mounts = op.mounts.flatMap((one) => this.#prepareOne(one, sources) ?? []);
    if (op.script !== undefined) mounts.push(this.#script(op.script));
    return {
      mounts: [...volumes, ...mounts],
      // What the Dockerfile says of the socket counts more.
      env: this.#env.filter((one) => !one.startsWith(`${SSH_VARIABLE}=`) || !op.env.some(isSocketVariable)),
      release: () => {
        for (const release of this.#releases.reverse()) release();
      },
    };
  }

  #prepareOne({ mount, input }: ExecMount, sources: readonly (Result | undefined)[]): PreparedMount | undefined {
    switch (mount.type) {
      case "bind":
        return this.#bind(mount, input === undefined ? undefined : sources[input]);
      case "cache":
        return this.#cache(mount, input === undefined ? undefined : sources[input]);
      case "tmpfs":
        if (join("/", mount.source) !== "/") throw this.#notThere(mount.source);
        return { spec: tmpfs(mount), isFile: false };
      case "secret":
        return this.#secret(mount);
      case "ssh":
        return this.#agent(mount);
    }
  }

  /**
   * The socket of an agent of the client's. Where it would be is told even if there is none; of several mounts the first
   * counts. Unlike the real one's, nobody listens on it.
   */
  #agent({ id, target, required, mode = 0o600, uid = 0, gid = 0 }: StepMount): PreparedMount | undefined {
    if (target === "/") throw new BuildError("invalid mount type SSH for /");
    const agent = id === "" ? "default" : id;
    const isThere = this.#tools.agents.has(agent);
    if (required && !isThere) throw new BuildError(`unset ssh forward key ${agent}`);
    const path = target === "" ? `${SSH_SOCKET}.${this.#sockets}` : target;
    if (this.#sockets++ === 0) this.#env.push(`${SSH_VARIABLE}=${path}`);
    if (!isThere) return undefined;
    const fileSystem = new MemoryFs(this.#tools.machine.kernel, { mode: 0o755 });
    fileSystem.root.create("agent", { type: "socket", mode: mode & PERMISSIONS, uid, gid });
    const source = `${this.#mountOnMachine(fileSystem)}/agent`;
    return { spec: { destination: clean(path), type: "bind", source, options: ["rbind"] }, isFile: true };
  }

  /** A copy of a directory of the tree that is changed, or an empty one. */
  #volume(target: string, base: Result | undefined): PreparedMount {
    const place = this.#show(base, false);
    const there = place.find(target);
    const path =
      there === undefined
        ? this.#mountOnMachine(diskLike(this.#tools.machine.kernel))
        : this.#bindOnMachine(`${place.path}${there.path}`, false);
    const spec = { destination: target, type: "bind", source: path, options: ["rbind", "rw"] };
    return { spec, isFile: false };
  }

  #bind(mount: StepMount, from: Result | undefined): PreparedMount {
    const place = this.#show(from, mount.readonly);
    const source = place.find(join("/", mount.source));
    if (source === undefined) throw this.#notThere(mount.source);
    const path = source.path === "/" ? place.path : this.#bindOnMachine(`${place.path}${source.path}`, source.isFile);
    return bindMount(mount, path, source.isFile);
  }

  /**
   * A cache starts with what `from` has, or empty, when it is first used; with other attributes it is another one, and
   * empty unless a directory is named.
   */
  #cache(mount: StepMount, from: Result | undefined): PreparedMount {
    const { id } = mount;
    const source = join("/", mount.source);
    const hasAttributes =
      source === "/" && (mount.mode !== undefined || mount.uid !== undefined || mount.gid !== undefined);
    if (source !== "/" && from === undefined) throw this.#notThere(mount.source);
    const { uid = 0, gid = 0 } = mount;
    const mode = (mount.mode ?? 0o755) & PERMISSIONS & ~UMASK;
    const attributes = hasAttributes ? `${mode} ${uid} ${gid}` : "";
    const name = sha256(encode([id, from?.key ?? "", source, attributes].join("\0"))).slice(0, 32);
    const { machine, isAnew, renewed } = this.#tools;
    const path = `${ROOT}/cache/${name}`;
    const caches = ensure(machine.kernel.disk.root, `${ROOT}/cache`);
    if (isAnew && !renewed.has(name) && caches.lookup(name) !== undefined) removeTree(machine.kernel.disk, path);
    renewed.add(name);
    if (caches.lookup(name) === undefined) {
      const made = caches.create(name, { type: "dir", mode, uid, gid });
      if (from !== undefined && !hasAttributes && made instanceof MemoryDirectory) this.#fill(made, from, source);
    }
    const description = `cached mount ${mount.target} from exec ${this.#op.argv.join(" ")} with id "${id}"`;
    const side = { type: "exec.cachemount", description, kept: { path } } as const;
    this.#tools.cache.noteSide(`cache mount ${name}`, side, this.#tools.machine.kernel.nowUs);
    return bindMount(mount, path, false);
  }

  /** A directory is copied with its own attributes. @throws BuildError if there is no such directory */
  #fill(directory: MemoryDirectory, from: Result, source: string): void {
    const { kernel } = this.#tools.machine;
    const tree = from.open();
    // An overlay over nothing writes into the directory itself.
    const cache = new MountedTree(kernel, new OverlayFs(kernel, { lower: [], upper: directory }));
    try {
      const there = tree.find(source)?.inode;
      if (there === undefined) throw this.#notThere(source);
      const { mode, uid, gid } = there.stat();
      directory.setattr({ mode: mode & 0o7777, uid, gid });
      new Copier(tree, cache, { mountPoint: "" }).copy(source, "/");
    } finally {
      cache.close();
      tree.close();
    }
  }

  #secret(mount: StepMount): PreparedMount | undefined {
    if (mount.target === "/") throw new BuildError("invalid mount type SECRET for /");
    const id = secretId(mount);
    const value = this.#tools.secrets.get(id);
    if (value === undefined) {
      if (mount.required) throw new BuildError(`secret ${id}: not found`);
      if (mount.env !== undefined) this.#env.push(`${mount.env}=`);
      return undefined;
    }
    if (!(value instanceof Uint8Array)) throw new BuildError(value.error);
    if (mount.env !== undefined) {
      this.#env.push(`${mount.env}=${decode(value)}`);
    }
    const target = secretTarget(mount);
    if (target === undefined) return undefined;
    const { mode = 0o400, uid = 0, gid = 0 } = mount;
    const source = this.#file(value, { mode: mode & PERMISSIONS, uid, gid });
    const options = ["rbind", "ro", "nosuid", "nodev", ...((mode & EXECUTABLE) === 0 ? ["noexec"] : [])];
    return { spec: { destination: clean(target), type: "bind", source, options }, isFile: true };
  }

  /** A script of a heredoc with a `#!` line. */
  #script({ name, content }: NonNullable<ExecOp["script"]>): PreparedMount {
    const source = this.#file(encode(content), { mode: 0o755, uid: 0, gid: 0 });
    const destination = clean(`/dev/pipes/${name}`);
    return { spec: { destination, type: "bind", source, options: ["rbind", "ro"] }, isFile: true };
  }

  /** A file on the machine. */
  #file(
    content: Uint8Array,
    attributes: { readonly mode: number; readonly uid: number; readonly gid: number },
  ): string {
    const fileSystem = new MemoryFs(this.#tools.machine.kernel, { mode: 0o755 });
    const file = fileSystem.root.create("file", { type: "file", ...attributes });
    if (file instanceof MemoryFile) file.content = FileContent.of(content);
    return `${this.#mountOnMachine(fileSystem)}/file`;
  }

  #notThere(source: string): BuildError {
    return processFailure(this.#op, `open ${join("/", source)}: no such file or directory`);
  }

  /** Makes the tree of a result visible on the machine. */
  #show(from: Result | undefined, isReadOnly: boolean) {
    const { kernel } = this.#tools.machine;
    const tree = from?.open();
    if (tree !== undefined) this.#releases.push(() => tree.close());
    const lower = tree?.fileSystem;
    const upper = diskLike(kernel);
    const shown =
      lower === undefined
        ? upper
        : isReadOnly
          ? lower
          : new OverlayFs(kernel, { lower: [lower.root], upper: upper.root });
    /** Symbolic links mean what they mean in that tree. */
    const find = (path: string): { readonly path: string; readonly isFile: boolean } | undefined => {
      if (tree === undefined) return path === "/" ? { path, isFile: false } : undefined;
      const resolved = rootPath(tree, path);
      const inode = tree.find(resolved, { follow: false })?.inode;
      return inode && { path: resolved, isFile: inode.type !== "dir" };
    };
    return { path: this.#mountOnMachine(shown), find };
  }

  #mountOnMachine(fileSystem: FileSystem): string {
    const path = this.#makePlace();
    const { tree } = this.#tools.machine.kernel.init.ns.mnt;
    tree.mount(fileSystem, this.#find(path), MS_RELATIME);
    this.#releases.push(() => tree.unmount(this.#find(path), { lazy: true }));
    return path;
  }

  /** Shows a part of a tree at a place of its own: a directory, or the `file` in it. */
  #bindOnMachine(from: string, isFile: boolean): string {
    const place = this.#makePlace();
    const path = isFile ? `${place}/file` : place;
    const { disk, init } = this.#tools.machine.kernel;
    if (isFile) {
      const directory = ensure(disk.root, place);
      directory.create("file", { type: "file", mode: 0o600, uid: 0, gid: 0 });
      this.#releases.push(() => directory.unlink("file"));
    }
    const { tree } = init.ns.mnt;
    tree.bind(this.#find(from), this.#find(path), { recursive: true });
    this.#releases.push(() => tree.unmount(this.#find(path), { lazy: true }));
    return path;
  }

  /** An empty directory of the machine's, for as long as the process runs. */
  #makePlace(): string {
    const { kernel, prng } = this.#tools.machine;
    const parent = ensure(kernel.disk.root, MOUNTS);
    let name: string;
    do name = `buildkit-mount${prng.below(2 ** 32)}`;
    while (parent.lookup(name) !== undefined);
    parent.create(name, { type: "dir", mode: 0o700, uid: 0, gid: 0 });
    this.#releases.push(() => parent.rmdir(name));
    return `${MOUNTS}/${name}`;
  }

  #find(path: string): Location {
    const { init } = this.#tools.machine.kernel;
    return walk(init, path, { follow: true });
  }
}

function isSocketVariable(variable: string): boolean {
  return variable.startsWith(`${SSH_VARIABLE}=`);
}

/** The name of a mount's secret. */
export function secretId({ source, id, target }: StepMount): string {
  return source || id || basename(target);
}

/** Where a secret is mounted; `undefined` if it is a variable only. */
export function secretTarget(mount: StepMount): string | undefined {
  if (mount.target !== "") return join("/", mount.target);
  return mount.env === undefined ? `${SECRETS}/${basename(secretId(mount))}` : undefined;
}

function tmpfs({ target, sizeBytes, readonly }: StepMount): MountSpec {
  const size = sizeBytes > 0 ? [`size=${sizeBytes}`] : [];
  const options = ["nosuid", ...(readonly ? ["ro"] : []), ...size];
  return { destination: clean(target), type: "tmpfs", source: "tmpfs", options };
}

function bindMount({ target, readonly }: StepMount, source: string, isFile: boolean): PreparedMount {
  const options = readonly ? ["rbind", "ro"] : ["rbind", "rw"];
  return { spec: { destination: clean(target), type: "bind", source, options }, isFile };
}

function ensure(root: MemoryDirectory, path: string): MemoryDirectory {
  let at = root;
  for (const name of path.slice(1).split("/")) {
    at = (at.lookup(name) ?? at.create(name, { type: "dir", mode: 0o711, uid: 0, gid: 0 })) as MemoryDirectory;
  }
  return at;
}
