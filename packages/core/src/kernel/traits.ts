/**
 * Attributes that a child inherits unchanged, and that programs hardly ever change: processes with the same ones share
 * them. Immutable.
 *
 * @see clone(2), fork(2), kernel/fork.c:copy_process
 */
import type { ResourceLimit, ResourceName, SeccompFilter } from "../abi/index.ts";

export type ResourceLimits = ReadonlyMap<ResourceName, ResourceLimit>;

export type TraitsInit = Omit<Traits, "with">;

export class Traits {
  readonly umask: number;
  readonly limits: ResourceLimits;
  readonly nice: number;
  /** The processors that it was bound to; absent, all of its cgroup. */
  readonly affinity: readonly number[] | undefined;
  /** As ioprio_set(2) has it. Unlike Linux, disks have no queues: it is only remembered. */
  readonly ioPriority: number;
  /** The execution domain that it asked for. @see personality(2) */
  readonly personality: number;
  readonly seccomp: SeccompFilter | undefined;
  readonly oomScoreAdj: number;
  /** The least value that a process without CAP_SYS_RESOURCE may set: the last one that was set with it. */
  readonly oomScoreAdjMin: number;

  /** What `change` leaves out is taken from `base`. */
  constructor(base: TraitsInit, change: Partial<TraitsInit>) {
    this.umask = change.umask ?? base.umask;
    this.limits = change.limits ?? base.limits;
    this.nice = change.nice ?? base.nice;
    this.affinity = change.affinity ?? base.affinity;
    this.ioPriority = change.ioPriority ?? base.ioPriority;
    this.personality = change.personality ?? base.personality;
    this.seccomp = change.seccomp ?? base.seccomp;
    this.oomScoreAdj = change.oomScoreAdj ?? base.oomScoreAdj;
    this.oomScoreAdjMin = change.oomScoreAdjMin ?? base.oomScoreAdjMin;
  }

  /** These with something changed; `like` itself, if the result would be equal to it. */
  with(change: Partial<TraitsInit>, like: Traits = this): Traits {
    return like.#isWhatComesOf(this, change) ? like : new Traits(this, change);
  }

  #isWhatComesOf(base: TraitsInit, change: Partial<TraitsInit>): boolean {
    return (
      this.umask === (change.umask ?? base.umask) &&
      this.limits === (change.limits ?? base.limits) &&
      this.nice === (change.nice ?? base.nice) &&
      this.affinity === (change.affinity ?? base.affinity) &&
      this.ioPriority === (change.ioPriority ?? base.ioPriority) &&
      this.personality === (change.personality ?? base.personality) &&
      this.seccomp === (change.seccomp ?? base.seccomp) &&
      this.oomScoreAdj === (change.oomScoreAdj ?? base.oomScoreAdj) &&
      this.oomScoreAdjMin === (change.oomScoreAdjMin ?? base.oomScoreAdjMin)
    );
  }
}
