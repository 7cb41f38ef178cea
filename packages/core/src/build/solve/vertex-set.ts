/**
 * The vertices of a build, each once: what does the same to the same inputs is one vertex, under its last name; it is
 * done anew if one of them is to be.
 *
 * @see BuildKit client/llb marshal: a vertex is named by the digest of its operation, and described by who comes last
 */
import type { Vertex } from "./vertex.ts";

export class VertexSet {
  readonly #numbers = new Map<string, number>();
  readonly #known = new WeakMap<Vertex, number>();

  /** Some text has bytes in it that are no UTF-8: they are kept as lone surrogates, which JSON escapes. */
  hasInvalidText = false;

  /** Notes what a vertex does, to be told from others. */
  add(vertex: Vertex): Vertex {
    this.#numberOf(vertex);
    return vertex;
  }

  /** True if both are the same work. */
  isSame(a: Vertex | undefined, b: Vertex | undefined): boolean {
    return a === b || (a !== undefined && b !== undefined && this.#numberOf(a) === this.#numberOf(b));
  }

  /** The same graph, in which vertices that are the same work are one. */
  merged(target: Vertex): Vertex {
    const found = new Map<number, Merged>();
    const done = new Map<Vertex, Merged>();
    const visit = (vertex: Vertex): Merged => {
      const known = done.get(vertex);
      if (known !== undefined) return known;
      const inputs = vertex.inputs.map((input) => input && visit(input));
      const number = this.#numberOf(vertex);
      const same = found.get(number);
      const merged = same ?? { ...vertex, inputs };
      merged.name = vertex.name;
      merged.ignoresCache ||= vertex.ignoresCache;
      found.set(number, merged);
      done.set(vertex, merged);
      return merged;
    };
    return visit(target);
  }

  #numberOf(vertex: Vertex): number {
    const known = this.#known.get(vertex);
    if (known !== undefined) return known;
    const inputs = vertex.inputs.map((input) => (input === undefined ? -1 : this.#numberOf(input)));
    const content = JSON.stringify([contentOf(vertex), inputs]);
    const number = this.#numbers.get(content) ?? this.#numbers.size;
    if (vertex.op.kind !== "inline" && hasLoneSurrogate(content)) this.hasInvalidText = true;
    this.#numbers.set(content, number);
    this.#known.set(vertex, number);
    return number;
  }
}

function hasLoneSurrogate(json: string): boolean {
  return json.includes("\\ud") && /(?:^|[^\\])(?:\\\\)*\\ud[c-f]/.test(json);
}

type Merged = Omit<Vertex, "name" | "ignoresCache"> & { name: string; ignoresCache: boolean };

/** Where in the Dockerfile a mount was written is of no matter. What comes from outside is told apart by its name. */
function contentOf({ op, name }: Vertex): unknown {
  switch (op.kind) {
    case "exec":
      return {
        ...op,
        proxy: undefined,
        mounts: op.mounts.map(({ mount, input }) => ({ mount: { ...mount, range: undefined }, input })),
      };
    case "image":
      return [op.kind, op.reference];
    case "context":
      return [op.kind, name];
    default:
      return op;
  }
}
