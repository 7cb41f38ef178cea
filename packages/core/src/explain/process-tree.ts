/** The processes of a machine as a tree: data, and text as pstree(1) and `docker top` would show it together. */
import type { Engine } from "../engine/index.ts";
import { type Process, pidIn } from "../kernel/index.ts";
import { drawTree } from "../lib/index.ts";

/** A process with its children. */
export interface ProcessNode {
  /** On the machine. */
  readonly pid: number;
  /** In the process's own pid namespace: 1 for the first of a container. */
  readonly ownPid: number;
  readonly name: string;
  readonly argv: readonly string[];
  readonly uid: number;
  /** The container that it is in, by its name. */
  readonly container: string | undefined;
  readonly children: readonly ProcessNode[];
}

/** From the machine's init down. */
export function processTree(engine: Engine): ProcessNode {
  const names = new Map(engine.containers.list().map(({ pid, name }) => [pid, name]));
  const node = (process: Process, inherited: string | undefined): ProcessNode => {
    const container = names.get(process.pid) ?? inherited;
    return {
      pid: process.pid,
      ownPid: pidIn(process.ns.pid, process) ?? process.pid,
      name: process.name,
      argv: process.argv,
      uid: process.creds.uid,
      container,
      children: [...process.children].map((child) => node(child, container)),
    };
  };
  return node(engine.kernel.init, undefined);
}

/** A line for each process: its pid, what it runs, and where it is number one, in which container. */
export function drawProcessTree(root: ProcessNode): string {
  const lines = drawTree(
    root,
    ({ children }) => children,
    ({ pid, ownPid, argv, name, container }, branch) => {
      const inside = ownPid === pid ? "" : `  (pid ${ownPid} in ${container ?? "a container"})`;
      return `${String(pid).padStart(5)} ${branch}${argv.join(" ") || name}${inside}`;
    },
  );
  return `${lines.join("\n")}\n`;
}
