/**
 * The freezer of one cgroup: for how long it has been frozen, be it of itself or because of one above.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "cgroup.freeze", kernel/cgroup/freezer.c
 */
import type { Cgroup } from "./cgroup.ts";

export class FrozenTime {
  #totalUs = 0;
  #sinceUs: number | undefined;

  begin(nowUs: number): void {
    this.#sinceUs ??= nowUs;
  }

  end(nowUs: number): void {
    if (this.#sinceUs === undefined) return;
    this.#totalUs += nowUs - this.#sinceUs;
    this.#sinceUs = undefined;
  }

  totalUs(nowUs: number): number {
    return this.#totalUs + (this.#sinceUs === undefined ? 0 : nowUs - this.#sinceUs);
  }
}

/** Lets time run or stand for `cgroup` and those below it, whichever holds for each now. */
export function accountFreezing(cgroup: Cgroup): void {
  const nowUs = cgroup.kernel.world.clock.nowUs;
  const { frozen } = cgroup;
  if (frozen) cgroup.rare.frozenTime.begin(nowUs);
  else cgroup.rareIfAny?.frozenTime.end(nowUs);
  cgroup.changed("cgroup.events");
  for (const child of cgroup.children.values()) if (!child.freezes) accountFreezing(child);
}
