/** Trees as text, with the branches that pstree(1) draws. */

/**
 * A line for each node, parents first. @param line what a node's line says, given the branch that leads to it: "" for
 * the root, "│  └─ " for others
 */
export function drawTree<T>(
  root: T,
  childrenOf: (node: T) => readonly T[],
  line: (node: T, branch: string) => string,
): readonly string[] {
  const lines: string[] = [];
  const draw = (node: T, indent: string, branch: string): void => {
    lines.push(line(node, branch));
    const children = childrenOf(node);
    for (const [i, child] of children.entries()) {
      const isLast = i === children.length - 1;
      draw(child, `${indent}${isLast ? "   " : "│  "}`, `${indent}${isLast ? "└─ " : "├─ "}`);
    }
  };
  draw(root, "", "");
  return lines;
}
