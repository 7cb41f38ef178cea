/**
 * Machine profiles: the traits in which hosts and builds differ.
 *
 * `modern` is what a user meets today. `recorded` is the machine that the recordings come from; where recording and
 * documentation differ, its traits say so. Nothing else in the engine asks where it runs.
 */
import { CAP_SYS_RESOURCE, CapabilitySet } from "../../abi/index.ts";
import { BUSYBOX_APPLETS, HUB_BUSYBOX_APPLETS } from "../../catalogue/index.ts";
import type { Machine } from "../../kernel/index.ts";
import type { BusyboxBuild } from "../../userland/index.ts";
import { ENGINE_VERSION } from "../documents/versions.ts";

/** The machines that there are profiles of. */
export type ProfileName = "modern" | "recorded";

/** What the engine was built from, as `docker version` tells. */
export interface EngineBuild {
  readonly platform: string;
  readonly version: string;
  readonly gitCommit: string;
  readonly goVersion: string;
  readonly containerd: ComponentBuild;
  readonly runc: ComponentBuild;
  readonly init: ComponentBuild;
}

interface ComponentBuild {
  readonly version: string;
  readonly gitCommit: string;
}

export interface MachineProfile {
  readonly name: ProfileName;
  readonly machine: Partial<Machine>;
  /** What /etc/os-release calls the machine's system. */
  readonly operatingSystem: string;
  readonly engine: EngineBuild;
  /** The shell of the busybox image: messages name the line, applets need not be found in PATH, it greets. */
  readonly shell: { readonly lineInMessages: boolean; readonly standalone: boolean; readonly greets: boolean };
  /** What busybox was built with; its image has these names. */
  readonly busybox: BusyboxBuild;
  /** What there is of images that nobody has pulled or built: the world's registry, or a network that is down. */
  readonly registry: "world" | "offline";
  /** What the machine's /etc/resolv.conf says. */
  readonly nameservers: readonly string[];
  /** The program `xz` is installed, which ADD needs for archives of that kind. */
  readonly hasXz: boolean;
  /** The program `git` is installed, without which the daemon gets nothing of repositories. */
  readonly hasGit: boolean;
}

const same = (value: number) => ({ soft: value, hard: value });

/** Where the recorded host's limits are not Docker's usual ones. */
const RECORDED_LIMITS: Machine["limits"] = new Map([
  ["core", { soft: 0, hard: Number.POSITIVE_INFINITY }],
  ["nproc", same(96_365)],
  ["nofile", same(20_000)],
  ["memlock", same(8_388_608)],
  ["sigpending", same(96_365)],
]);

const OWN_ENGINE: EngineBuild = {
  platform: "Bottleship",
  version: ENGINE_VERSION,
  gitCommit: "bottleship",
  goVersion: "none",
  containerd: { version: "1.7.27", gitCommit: "bottleship" },
  runc: { version: "1.3.6", gitCommit: "bottleship" },
  init: { version: "0.19.0", gitCommit: "bottleship" },
};

/** Debian's packages. */
const RECORDED_ENGINE: EngineBuild = {
  platform: "",
  version: `${ENGINE_VERSION}+dfsg4`,
  gitCommit: "3ef3c07c883be49a2e8097bcf6d2952fce1d70eb",
  goVersion: "go1.27.1",
  containerd: { version: "2.1.9+unknown", gitCommit: "" },
  runc: { version: "1.3.6+ds1", gitCommit: "1.3.6+ds1-1" },
  init: { version: "0.19.0", gitCommit: "" },
};

export const PROFILES: Readonly<Record<ProfileName, MachineProfile>> = {
  modern: {
    name: "modern",
    machine: {},
    operatingSystem: "Bottleship",
    engine: OWN_ENGINE,
    shell: { lineInMessages: false, standalone: false, greets: false },
    busybox: { applets: HUB_BUSYBOX_APPLETS, findDeletes: true },
    registry: "world",
    // The name server of QEMU's user network.
    nameservers: ["10.0.2.3"],
    hasXz: true,
    hasGit: true,
  },
  recorded: {
    name: "recorded",
    machine: {
      cpus: 2,
      memoryBytes: 24_684_096 * 1024,
      kernelRelease: "6.18.44-fc-v595",
      kernelVersion: "#1 SMP PREEMPT_DYNAMIC @0",
      capabilities: CapabilitySet.FULL.without(CAP_SYS_RESOURCE),
      limits: RECORDED_LIMITS,
      missingParts: new Set(["BFQ_GROUP_IOSCHED", "DUMMY", "MAGIC_SYSRQ", "MODULES", "POWERCAP", "VLAN_8021Q"]),
      sharesMounts: false,
      protections: { symlinks: false, hardlinks: true, regular: 0, fifos: 0 },
    },
    operatingSystem: "Debian GNU/Linux forky/sid",
    engine: RECORDED_ENGINE,
    shell: { lineInMessages: true, standalone: true, greets: true },
    busybox: { applets: BUSYBOX_APPLETS, findDeletes: false },
    registry: "offline",
    nameservers: ["10.255.255.53"],
    hasXz: false,
    hasGit: false,
  },
};

export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];
