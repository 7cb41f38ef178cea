/** Cgroup namespaces: from which cgroup on a process sees the tree. */
import type { Cgroup } from "../cgroup/cgroup.ts";
import { Namespace } from "./namespace.ts";
import type { UserNamespace } from "./user.ts";

/** @see cgroup_namespaces(7) */
export class CgroupNamespace extends Namespace {
  override get kind() {
    return "cgroup" as const;
  }

  /** Paths in /proc/PID/cgroup are relative to it. */
  readonly root: Cgroup;

  constructor(id: number, owner: UserNamespace, root: Cgroup) {
    super(id, owner);
    this.root = root;
  }
}
