/**
 * The OCI runtime specification's config.json, as far as Bottleship's runtime honours it, by its field names.
 *
 * @see https://github.com/opencontainers/runtime-spec/blob/main/config.md
 */
import type { ResourceName, SeccompFilter } from "../abi/index.ts";

export interface RuntimeSpec {
  readonly ociVersion: string;
  readonly process: ProcessSpec;
  readonly root: { readonly path: string; readonly readonly: boolean };
  readonly hostname?: string | undefined;
  readonly domainname?: string | undefined;
  readonly mounts: readonly MountSpec[];
  readonly linux: LinuxSpec;
}

export interface ProcessSpec {
  readonly terminal: boolean;
  /** The size that the terminal has from the start, in characters. */
  readonly consoleSize?: { readonly height: number; readonly width: number } | undefined;
  readonly user: { readonly uid: number; readonly gid: number; readonly additionalGids: readonly number[] };
  readonly args: readonly string[];
  /** `NAME=value` each. */
  readonly env: readonly string[];
  readonly cwd: string;
  /** `CAP_…` names. */
  readonly capabilities: {
    readonly bounding: readonly string[];
    readonly effective: readonly string[];
    readonly permitted: readonly string[];
    readonly inheritable: readonly string[];
    readonly ambient: readonly string[];
  };
  readonly rlimits: readonly { readonly type: ResourceName; readonly soft: number; readonly hard: number }[];
  readonly noNewPrivileges: boolean;
  readonly oomScoreAdj?: number;
}

/** One mount: `options` mixes MS_* words ("ro", "nosuid", "rbind", "rslave") with those of the file system. */
export interface MountSpec {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** An entry of a cgroup's device allow list. */
export interface DeviceRule {
  readonly type: "char" | "block" | "any";
  /** `undefined` stands for every number. */
  readonly major?: number;
  readonly minor?: number;
  /** Any of r, w, m. */
  readonly access: string;
}

export type NamespaceType = "mount" | "pid" | "network" | "uts" | "ipc" | "user" | "cgroup" | "time";

export interface LinuxSpec {
  /** With a `path` (`/proc/PID/ns/KIND` on the machine) that namespace is entered, without one a new one is made. */
  readonly namespaces: readonly { readonly type: NamespaceType; readonly path?: string }[];
  readonly cgroupsPath: string;
  /** Control files of the container's cgroup and what to write to them. */
  readonly resources: { readonly unified: Readonly<Record<string, string>>; readonly devices: readonly DeviceRule[] };
  readonly devices: readonly DeviceSpec[];
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  /** Dotted names. */
  readonly sysctl: Readonly<Record<string, string>>;
  readonly seccomp?: SeccompFilter | undefined;
  readonly uidMappings?: readonly IdMapping[];
  readonly gidMappings?: readonly IdMapping[];
}

/** What a profile says of system calls. @see runtime-spec config-linux.md#seccomp */
export interface LinuxSeccomp {
  readonly defaultAction?: string;
  readonly defaultErrnoRet?: number | null;
  readonly architectures?: readonly string[] | null;
  readonly flags?: readonly string[] | null;
  readonly syscalls?: readonly LinuxSyscall[] | null;
}

export interface LinuxSyscall {
  readonly names?: readonly string[] | null;
  readonly action?: string;
  readonly errnoRet?: number | null;
  readonly args?: readonly LinuxSeccompArgument[] | null;
}

export interface LinuxSeccompArgument {
  readonly index?: number;
  readonly value?: number;
  readonly valueTwo?: number;
  readonly op?: string;
}

export interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

export interface DeviceSpec {
  readonly path: string;
  readonly type: "c" | "b" | "p";
  readonly major: number;
  readonly minor: number;
  readonly fileMode: number;
  readonly uid: number;
  readonly gid: number;
}
