/**
 * The vertices of a build, each once: what does the same to the same inputs is one vertex, under its first name.
 *
 * @see BuildKit client/llb marshal: a vertex is named by the digest of its operation
 */
import type { Op, Vertex } from "./vertex.ts";

export class VertexSet {
  readonly #byContent = new Map<string, Vertex>();
  readonly #numbers = new Map<Vertex, number>();

  /** The vertex that is known for the same operation, or this one. */
  add(vertex: Vertex): Vertex {
    const { op, inputs, ignoresCache } = vertex;
    const numbers = inputs.map((input) => (input === undefined ? -1 : this.#number(input)));
    const content = JSON.stringify([contentOf(op), numbers, ignoresCache]);
    const known = this.#byContent.get(content);
    if (known !== undefined) return known;
    this.#byContent.set(content, vertex);
    return vertex;
  }

  #number(vertex: Vertex): number {
    const known = this.#numbers.get(vertex);
    if (known !== undefined) return known;
    this.#numbers.set(vertex, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

/** Where in the Dockerfile a mount was written is of no matter. */
function contentOf(op: Op): unknown {
  if (op.kind !== "exec") return op;
  return {
    ...op,
    proxy: undefined,
    mounts: op.mounts.map(({ mount, input }) => ({ mount: { ...mount, range: undefined }, input })),
  };
}
