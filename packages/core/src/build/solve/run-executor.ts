/**
 * RUN: a process in a container of its own, on the tree that it changes.
 *
 * The container goes through the same runtime as every other; only it has no name, and nobody but the build sees it.
 *
 * @see BuildKit executor/runcexecutor/executor.go, executor/oci/spec.go
 */
import { exitCode, O_RDWR, SIGKILL } from "../../abi/index.ts";
import { FileContent, MemoryDirectory, MemoryFile } from "../../fs/index.ts";
import { endedPipe, outputPipe } from "../../kernel/index.ts";
import { quote } from "../../lib/go/index.ts";
import { encode, join, StatusError, toHex } from "../../lib/index.ts";
import type { MountSpec, RuntimeSpec } from "../../oci/index.ts";
import {
  DEFAULT_CAPABILITIES,
  DEFAULT_DEVICE_RULES,
  DEFAULT_MOUNTS,
  DEFAULT_SHM_SIZE,
  defaultSeccomp,
  MASKED_PATHS,
  type OciContainer,
  READONLY_PATHS,
  type ResolvedUser,
  type Stdio,
  type UserFiles,
  withHome,
} from "../../runtime/index.ts";
import { MountedSnapshot, ROOTFS_PATH } from "../../snapshot/index.ts";
import { type FileSource, type OpenFile, open } from "../../vfs/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import { makeDirectories } from "../files/make-directories.ts";
import { rootPath } from "../files/root-path.ts";
import type { BuildMachine } from "./build-machine.ts";
import { MountStubs } from "./mount-stubs.ts";
import { readUserFiles, resolveRunUser } from "./run-user.ts";
import type { ExecOp } from "./vertex.ts";

const HOSTNAME = "buildkitsandbox";
/** BuildKit takes containerd's list, which has one path less than docker's. */
const BUILD_MASKED_PATHS = MASKED_PATHS.filter((path) => path !== "/proc/interrupts");
/** On the machine: a directory for each process, with the files that are mounted into /etc. */
const EXECUTOR_ROOT = ["var", "lib", "docker", "buildkit", "executor"];

/** What docker adds to runc's words, and BuildKit does not. */
const DOCKERS_HINT = /: Are you trying to mount a directory onto a file \(or vice-versa\)\?.*$/s;

/** A mount that was prepared by the caller, and whether it is of a file. */
export interface PreparedMount {
  readonly spec: MountSpec;
  readonly isFile: boolean;
}

export interface RunRequest {
  readonly op: ExecOp;
  /** The active snapshot that it changes. */
  readonly snapshot: string;
  readonly mounts: readonly PreparedMount[];
  readonly signal: AbortSignal | undefined;
  readonly onOutput: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
}

/** What a machine of today runs. */
const AMD64_VARIANTS = ["", "v2", "v3", "v4"];

export class RunExecutor {
  readonly #machine: BuildMachine;
  /** By the users' names and the files that they were looked up in, which few steps change. */
  readonly #users = new Map<string, ResolvedUser>();

  constructor(machine: BuildMachine) {
    this.#machine = machine;
  }

  /**
   * Runs the process to its end.
   *
   * @throws BuildError `process "…" did not complete successfully: exit code: 1` and its like
   */
  async run(request: RunRequest): Promise<void> {
    checkPlatform(request.op.platform);
    const wanted = lastForEach(request.mounts, ({ spec }) => spec.destination);
    const { kernel, snapshotter, prng } = this.#machine;
    const id = toHex(prng.bytes(12));
    const rootfs = new MountedSnapshot(kernel, snapshotter, request.snapshot);
    const stubs = new MountStubs(rootfs);
    const bundle = this.#makeBundle(id, request.op);
    try {
      const user = this.#resolveUser(rootfs, `${bundle}/rootfs`, request.op);
      const mounts = wanted.map((mount) => withTmpfsMode(rootfs, mount));
      for (const volume of request.op.volumes)
        if (rootfs.find(volume)?.inode.type !== "dir")
          makeDirectories(rootfs, rootPath(rootfs, volume), 0o755, undefined);
      stubs.make({
        files: ["/etc/resolv.conf", "/etc/hosts", ...targetsOf(mounts, true)],
        directories: targetsOf(mounts, false),
      });
      const { cwd } = request.op;
      if (rootfs.find(cwd)?.inode.type !== "dir") makeDirectories(rootfs, rootPath(rootfs, cwd), 0o755, user);
      await this.#execute(id, bundle, user, { ...request, mounts });
    } finally {
      stubs.clean();
      rootfs.close();
      this.#removeBundle(id);
    }
  }

  #resolveUser(rootfs: MountedSnapshot, path: string, op: ExecOp): ResolvedUser {
    const files = readUserFiles(rootfs, path);
    const key = [op.user, keyOf(files.passwd), keyOf(files.group)].join("\0");
    try {
      const user = this.#users.get(key) ?? resolveRunUser(op.user, files);
      this.#users.set(key, user);
      return user;
    } catch (error) {
      if (error instanceof StatusError) throw processFailure(op, error.message);
      throw error;
    }
  }

  async #execute(id: string, bundle: string, user: ResolvedUser, request: RunRequest): Promise<void> {
    const { runtime, snapshotter, world, joinNetwork } = this.#machine;
    const { op, signal } = request;
    const rootfs = snapshotter.mounts(request.snapshot, ROOTFS_PATH);
    const container = runtime.create(
      id,
      specOf(id, op, user, request.mounts),
      { bundle, rootfs, hasMountPoints: true },
      this.#stdio(request, user),
      { onPrepared: (made) => made.status === "created" && made.start() },
    );
    const { network } = op;
    let leave: (() => void) | undefined;
    const wait = { what: `RUN ${op.argv.join(" ")}`, ...(signal === undefined ? {} : { signal }) };
    try {
      leave = network === "host" ? undefined : joinNetwork(container.process.ns.net, network);
      await world.until(() => container.status === "stopped", wait);
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      throw processFailure(op, `exit code: ${128 + SIGKILL}: context canceled: context canceled`);
    } finally {
      if (container.status !== "stopped") await this.#kill(container);
      leave?.();
      runtime.delete(id);
    }
    if (container.failure !== undefined) {
      const why = container.failure.replace(DOCKERS_HINT, "");
      const told = `runc run failed: unable to start container process: error during container init: ${why}\n`;
      request.onOutput("stderr", encode(told));
      throw processFailure(op, "exit code: 1");
    }
    const code = container.exit === undefined ? 0 : exitCode(container.exit);
    if (code !== 0) throw processFailure(op, `exit code: ${code}`);
  }

  async #kill(container: OciContainer): Promise<void> {
    container.killAll();
    await this.#machine.world.until(() => container.status === "stopped", { what: "a RUN to be killed" });
  }

  /** Pipes that are the user's; nothing comes in. @see runc libcontainer/init_linux.go fixStdioPermissions */
  #stdio({ op, onOutput }: RunRequest, { uid }: ResolvedUser): Stdio {
    const { kernel } = this.#machine;
    const sink = (stream: "stdout" | "stderr"): OpenFile =>
      outputPipe(kernel, (bytes) => onOutput(stream, bytes), { keepsLines: true, uid });
    const input = (): OpenFile =>
      op.isClassic === true ? open(kernel.init, "/dev/null", O_RDWR, 0) : endedPipe(kernel, uid);
    const streams: FileSource = { open: (fd) => (fd === 0 ? input() : sink(fd === 1 ? "stdout" : "stderr")) };
    return { giveTo: (files) => files.begin(streams) };
  }

  #makeBundle(id: string, op: ExecOp): string {
    const bundle = this.#executorRoot().create(id, { type: "dir", mode: 0o711, uid: 0, gid: 0 });
    for (const [name, text] of [
      ["hosts", hostsFile(op)],
      ["resolv.conf", this.#machine.resolvConf(op.network)],
    ] as const) {
      const file = bundle.create(name, { type: "file", mode: 0o644, uid: 0, gid: 0 });
      if (file instanceof MemoryFile) file.content = FileContent.of(encode(text));
    }
    return `/${EXECUTOR_ROOT.join("/")}/${id}`;
  }

  #removeBundle(id: string): void {
    const root = this.#executorRoot();
    const bundle = root.lookup(id);
    if (!(bundle instanceof MemoryDirectory)) return;
    for (const name of [...bundle.entries.keys()]) bundle.unlink(name);
    root.rmdir(id);
  }

  #executorRoot(): MemoryDirectory {
    let at = this.#machine.kernel.disk.root;
    for (const name of EXECUTOR_ROOT) {
      at = (at.lookup(name) ?? at.create(name, { type: "dir", mode: 0o711, uid: 0, gid: 0 })) as MemoryDirectory;
    }
    return at;
  }
}

const keyOf = (file: UserFiles["passwd"]): string => (typeof file === "string" ? file : `\0${file.why}`);

/** A processor of another make is taken to be emulated; a newer one of the machine's own make is not. @throws BuildError */
function checkPlatform(platform: string): void {
  const [, architecture, variant = ""] = platform.split("/");
  if (architecture !== "amd64" || AMD64_VARIANTS.includes(variant)) return;
  const supported = AMD64_VARIANTS.map((one) => (one === "" ? "linux/amd64" : `linux/amd64/${one}`)).join(", ");
  throw new BuildError(`no support for running processes with ${platform} platform, supported: ${supported}`);
}

function hostsFile({ hostname = HOSTNAME, extraHosts }: ExecOp): string {
  const extra = extraHosts.map(({ name, address }) => `${address}\t${name}\n`).join("");
  return `127.0.0.1\tlocalhost ${hostname}\n::1\tlocalhost ip6-localhost ip6-loopback\n${extra}`;
}

/** A tmpfs has the mode of what it covers; where nothing was before, it is everybody's. */
function withTmpfsMode(rootfs: MountedSnapshot, mount: PreparedMount): PreparedMount {
  const { spec } = mount;
  if (spec.type !== "tmpfs" || rootfs.find(rootPath(rootfs, spec.destination)) !== undefined) return mount;
  return { ...mount, spec: { ...spec, options: [...spec.options, "mode=1777"] } };
}

function targetsOf(mounts: readonly PreparedMount[], files: boolean): readonly string[] {
  return mounts.flatMap(({ spec, isFile }) => (isFile === files ? [spec.destination] : []));
}

/** How a process that failed is told. */
export function processFailure({ argv }: ExecOp, why: string): BuildError {
  return new BuildError(`process ${quote(argv.join(" "))} did not complete successfully: ${why}`);
}

const ETC_FILES: readonly MountSpec[] = ["resolv.conf", "hosts"].map((name) => ({
  destination: `/etc/${name}`,
  type: "bind",
  source: name,
  options: ["nosuid", "nodev", "noexec", "rbind", "ro"],
}));

const shm = (bytes: number): MountSpec => ({
  destination: "/dev/shm",
  type: "tmpfs",
  source: "shm",
  options: ["nosuid", "noexec", "nodev", "mode=1777", `size=${Math.ceil(bytes / 1024)}k`],
});

/** The mount of /dev/shm with another size. */
const sizedShm = (bytes: number): MountSpec => ({
  destination: "/dev/shm",
  type: "tmpfs",
  source: "tmpfs",
  options: ["nosuid", `size=${bytes}`],
});

const MOUNT_ORDER: readonly string[] = [
  "/proc",
  "/dev",
  "/dev/pts",
  "/dev/shm",
  "/dev/mqueue",
  "/sys",
  "/sys/fs/cgroup",
];

const NAMESPACES = (["mount", "network", "uts", "pid", "ipc", "cgroup"] as const).map((type) => ({ type }));

const COMMON_MOUNTS: readonly MountSpec[] = [...standardMounts(shm(DEFAULT_SHM_SIZE)), ...ETC_FILES];

/** What containers have, in the order of containerd's specification. @see containerd pkg/oci/mounts.go */
function standardMounts(sharedMemory: MountSpec): MountSpec[] {
  const place = ({ destination }: MountSpec): number => MOUNT_ORDER.indexOf(destination);
  return [...DEFAULT_MOUNTS, sharedMemory].toSorted((a, b) => place(a) - place(b));
}

/** What most steps have is one list, of which the runtime knows how to mount it. */
function mountsOf({ shmSizeBytes }: ExecOp, mounts: readonly PreparedMount[]): readonly MountSpec[] {
  if (mounts.length === 0 && shmSizeBytes === undefined) return COMMON_MOUNTS;
  const common = shmSizeBytes === undefined ? COMMON_MOUNTS : [...standardMounts(sizedShm(shmSizeBytes)), ...ETC_FILES];
  const own = mounts.map(({ spec }) => spec);
  // What comes later covers what was mounted below it.
  const isCovered = (path: string): boolean => own.some(({ destination }) => path.startsWith(`${destination}/`));
  const kept = common.filter((one) => !ETC_FILES.includes(one) || !isCovered(one.destination));
  return lastForEach([...kept, ...own], ({ destination }) => destination);
}

/** Of several mounts at one place the last one counts; it stands where the first one stood. */
function lastForEach<T>(mounts: readonly T[], placeOf: (mount: T) => string): readonly T[] {
  return [...new Map(mounts.map((one) => [placeOf(one), one])).values()];
}

function specOf(id: string, op: ExecOp, user: ResolvedUser, mounts: readonly PreparedMount[]): RuntimeSpec {
  const capabilities = DEFAULT_CAPABILITIES;
  return {
    ociVersion: "1.2.1",
    root: { path: ROOTFS_PATH, readonly: false },
    hostname: op.hostname ?? HOSTNAME,
    process: {
      terminal: false,
      user,
      args: op.argv,
      env: withHome(op.env, user),
      cwd: op.cwd,
      capabilities: {
        bounding: capabilities,
        effective: capabilities,
        permitted: capabilities,
        inheritable: [],
        ambient: [],
      },
      rlimits: op.rlimits,
      noNewPrivileges: false,
    },
    mounts: mountsOf(op, mounts),
    linux: {
      namespaces: op.network === "host" ? NAMESPACES.filter(({ type }) => type !== "network") : NAMESPACES,
      cgroupsPath: join("/", op.cgroupParent || "docker", "buildkit", id),
      resources: { unified: op.resources, devices: DEFAULT_DEVICE_RULES },
      devices: [],
      maskedPaths: BUILD_MASKED_PATHS,
      readonlyPaths: READONLY_PATHS,
      sysctl: {},
      seccomp: defaultSeccomp(capabilities),
    },
  };
}
