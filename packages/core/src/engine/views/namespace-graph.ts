/**
 * The namespaces of a machine: which there are, how they lie within each other, and who lives in them.
 *
 * @see namespaces(7), lsns(8)
 */
import { NAMESPACE_KINDS, type NamespaceKind } from "../../abi/index.ts";
import type { Namespace, Process } from "../../kernel/index.ts";
import { drawTree } from "../../lib/index.ts";
import { processes } from "../explain/words.ts";
import type { ViewParts } from "./view-parts.ts";
import { ownerOf } from "./whose.ts";

/** A namespace, and who lives in it. */
export interface NamespaceNode {
  readonly kind: NamespaceKind;
  /** As /proc/PID/ns shows it. */
  readonly id: number;
  /** The one that it lies within; only those of pids and users do. */
  readonly parentId: number | undefined;
  /** The user namespace whose capabilities count in it. */
  readonly ownerId: number;
  /** Numbers on the machine. */
  readonly pids: readonly number[];
  /** Containers that have processes in it. */
  readonly containers: readonly string[];
  /** Processes in it belong to no container. */
  readonly hasMachine: boolean;
}

/** The namespaces of a machine. Prints as text. */
export class NamespaceGraph {
  /** By kind, in the order in which they were made. */
  readonly nodes: readonly NamespaceNode[];

  constructor(nodes: readonly NamespaceNode[]) {
    this.nodes = nodes;
  }

  /** Ids of the namespaces that a container has processes in, by kind. */
  of(container: string): Readonly<Partial<Record<NamespaceKind, readonly number[]>>> {
    const found: Partial<Record<NamespaceKind, readonly number[]>> = {};
    for (const { kind, id, containers } of this.nodes) {
      if (containers.includes(container)) found[kind] = [...(found[kind] ?? []), id];
    }
    return found;
  }

  /** For each kind the namespaces that nobody contains, and below them those within. */
  toString(): string {
    return NAMESPACE_KINDS.flatMap((kind) => {
      const nodes = this.nodes.filter((node) => node.kind === kind);
      const roots = nodes.filter(({ parentId }) => parentId === undefined);
      const within = ({ id }: NamespaceNode) => nodes.filter(({ parentId }) => parentId === id);
      return [`${kind}\n`, ...roots.flatMap((root) => drawTree(root, within, lineOf))];
    }).join("");
  }
}

function lineOf({ id, pids, containers, hasMachine }: NamespaceNode, branch: string): string {
  const who = [...(hasMachine ? ["the machine"] : []), ...containers];
  return `  ${branch}${id}  ${who.length === 0 ? "nobody" : who.join(", ")}  (${processes(pids.length)})\n`;
}

interface Draft {
  readonly pids: number[];
  readonly containers: Set<string>;
  hasMachine: boolean;
}

export function namespaceGraph({ kernel, containers }: ViewParts): NamespaceGraph {
  const drafts = new Map<Namespace, Draft>();
  const draftOf = (namespace: Namespace): Draft => {
    const known = drafts.get(namespace);
    if (known !== undefined) return known;
    const made = { pids: [], containers: new Set<string>(), hasMachine: false };
    drafts.set(namespace, made);
    for (const related of relatedTo(namespace)) draftOf(related);
    return made;
  };
  for (const process of kernel.processes.values()) {
    if (!process.isAlive) continue;
    const owner = ownerOf(process, containers);
    for (const namespace of namespacesOf(process)) {
      const draft = draftOf(namespace);
      draft.pids.push(process.pid);
      if (owner === undefined) draft.hasMachine = true;
      else draft.containers.add(owner);
    }
  }
  const nodes = [...drafts].map(
    ([namespace, draft]): NamespaceNode => ({
      kind: namespace.kind,
      id: namespace.id,
      parentId: parentOf(namespace)?.id,
      ownerId: namespace.owner.id,
      pids: draft.pids,
      containers: [...draft.containers],
      hasMachine: draft.hasMachine,
    }),
  );
  const rank = ({ kind }: NamespaceNode): number => NAMESPACE_KINDS.indexOf(kind);
  return new NamespaceGraph(nodes.sort((a, b) => rank(a) - rank(b) || a.id - b.id));
}

function namespacesOf({ ns }: Process): ReadonlySet<Namespace> {
  return new Set(NAMESPACE_KINDS.map((kind) => ns[kind]));
}

/** Those that a picture of it needs, also if nobody lives there. */
function relatedTo(namespace: Namespace): readonly Namespace[] {
  const parent = parentOf(namespace);
  return parent === undefined ? [namespace.owner] : [parent, namespace.owner];
}

function parentOf(namespace: Namespace): Namespace | undefined {
  const parent: unknown = "parent" in namespace ? namespace.parent : undefined;
  return parent as Namespace | undefined;
}
