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

/** The machines that there are profiles of. */
export type ProfileName = "modern" | "recorded";

export interface MachineProfile {
  readonly name: ProfileName;
  readonly machine: Partial<Machine>;
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

export const PROFILES: Readonly<Record<ProfileName, MachineProfile>> = {
  modern: {
    name: "modern",
    machine: {},
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
      capabilities: CapabilitySet.FULL.without(CAP_SYS_RESOURCE),
      limits: RECORDED_LIMITS,
      missingParts: new Set(["BFQ_GROUP_IOSCHED", "DUMMY", "MAGIC_SYSRQ", "MODULES", "POWERCAP", "VLAN_8021Q"]),
      sharesMounts: false,
      protections: { symlinks: false, hardlinks: true, regular: 0, fifos: 0 },
    },
    shell: { lineInMessages: true, standalone: true, greets: true },
    busybox: { applets: BUSYBOX_APPLETS, findDeletes: false },
    registry: "offline",
    nameservers: ["10.255.255.53"],
    hasXz: false,
    hasGit: false,
  },
};

export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];
