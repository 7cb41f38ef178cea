/** In which order directories of /proc list what they hold. */
import type { PseudoFs, PseudoTree } from "../../fs/index.ts";

type Compare = (one: string, other: string) => number;

/** Of entries of the machine short names come first. @see fs/proc/generic.c: proc_match */
export const byLength: Compare = (one, other) => one.length - other.length || byBytes(one, other);

/** Sysctls are sorted. @see fs/proc/proc_sysctl.c: namecmp */
export const byBytes: Compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/** The same tree, whose directories list what they hold in an order. */
export function inOrder<F extends PseudoFs>(tree: PseudoTree<F>, compare: Compare): PseudoTree<F> {
  const entries = Object.entries(tree).sort(([one], [other]) => compare(one, other));
  return Object.fromEntries(
    entries.map(([name, node]) => [name, typeof node === "function" ? node : inOrder(node, compare)]),
  );
}
