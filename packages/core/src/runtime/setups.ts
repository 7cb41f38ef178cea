/**
 * Which containers are alike: of one image, with the same settings, though not of the same name.
 *
 * Those that share their values share the objects, too; so it is enough to compare those. See kernel/repeated/repeated-setup.ts.
 */
import { type Kernel, RepeatedSetup } from "../kernel/index.ts";
import type { MountSpec, ProcessSpec, RuntimeSpec } from "../oci/index.ts";
import { type InitArgument, ownsCgroup } from "./init.ts";

/** What the calls of init depend on. */
type SetupTerms = Pick<InitArgument, "spec" | "rootfs" | "mounts" | "hasMountPoints">;

/** How many kinds of containers are remembered. */
const MOST = 32;

interface KnownSetup {
  readonly calls: RepeatedSetup;
  /** Of the first container of its kind. */
  readonly terms: SetupTerms;
}

export class Setups {
  readonly #kernel: Kernel;
  /** The one that was asked for last at the end. */
  #known: readonly KnownSetup[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** What containers like this one do before their program; `undefined` if it is a special one. */
  of(argument: SetupTerms): RepeatedSetup | undefined {
    if (!isPlain(argument)) return undefined;
    const last = this.#known.at(-1);
    if (last !== undefined && areAlike(last.terms, argument)) return last.calls;
    const found = this.#known.find(({ terms }) => areAlike(terms, argument)) ?? this.#make(argument);
    this.#known = [...this.#known.filter((one) => one !== found).slice(1 - MOST), found];
    return found.calls;
  }

  #make({ spec, rootfs, mounts, hasMountPoints }: SetupTerms): KnownSetup {
    const { root, process, linux } = spec;
    const calls = new RepeatedSetup(this.#kernel, {
      target: root.path,
      plan: mounts.plan,
      sysctl: linux.sysctl,
      ownsCgroup: ownsCgroup(spec),
      ownsNetwork: linux.namespaces.some(({ type }) => type === "network"),
      cwd: process.cwd,
    });
    return { calls, terms: { spec, rootfs, mounts, hasMountPoints } };
  }
}

/** An overlay is its root; nothing of the user's is mounted, and nothing belongs to another container. */
function isPlain({ spec, rootfs, mounts, hasMountPoints }: SetupTerms): boolean {
  if (!hasMountPoints || mounts.eager.length > 0 || spec.process.terminal) return false;
  if (rootfs.length !== 1 || rootfs[0]?.type !== "overlay") return false;
  const { namespaces } = spec.linux;
  return namespaces.some(({ type }) => type === "mount") && namespaces.every(({ path }) => path === undefined);
}

/**
 * Whether everything is the same that the outcome of init's calls depends on, besides what `SetupSite` has. The split of
 * mounts stands for the masked paths, too.
 */
function areAlike(one: SetupTerms, other: SetupTerms): boolean {
  return one.mounts === other.mounts && haveSameRoot(one.rootfs, other.rootfs) && areAlikeInside(one.spec, other.spec);
}

function haveSameRoot([one]: readonly MountSpec[], [other]: readonly MountSpec[]): boolean {
  return one !== undefined && other !== undefined && isSameOverlay(one.options, other.options);
}

/** The first option says what lies below, the second what is written, the third the working directory. */
const isSameOverlay = (one: readonly string[], other: readonly string[]): boolean =>
  one[0] === other[0] && one[2] === other[2] && one.length === other.length;

function areAlikeInside(one: RuntimeSpec, other: RuntimeSpec): boolean {
  return (
    areProcessesAlike(one.process, other.process) &&
    one.root.path === other.root.path &&
    one.root.readonly === other.root.readonly &&
    one.linux.namespaces === other.linux.namespaces &&
    one.linux.sysctl === other.linux.sysctl &&
    one.linux.seccomp === other.linux.seccomp &&
    one.linux.devices === other.linux.devices &&
    (one.hostname === undefined) === (other.hostname === undefined) &&
    (one.domainname === undefined) === (other.domainname === undefined)
  );
}

function areProcessesAlike(one: ProcessSpec, other: ProcessSpec): boolean {
  return (
    one.args[0] === other.args[0] &&
    one.user === other.user &&
    one.cwd === other.cwd &&
    one.capabilities === other.capabilities &&
    one.rlimits === other.rlimits &&
    one.noNewPrivileges === other.noNewPrivileges &&
    searchPath(one.env) === searchPath(other.env)
  );
}

const searchPath = (env: ProcessSpec["env"]): string | undefined =>
  env.findLast((variable) => variable.startsWith("PATH="));
