/**
 * The vertices of a build, each once: what does the same to the same inputs is one vertex, under its last name; it is
 * done anew if one of them is to be.
 *
 * @see BuildKit client/llb marshal: a vertex is named by the digest of its operation, and described by who comes last
 */
import { compareBytes, join, unreachable } from "../../lib/index.ts";
import type { ContextOp, ExecOp, FileOp, Vertex } from "./vertex.ts";

export class VertexSet {
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<Vertex, number>();

  /** Some text has bytes in it that are no UTF-8: they are kept as lone surrogates. */
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
    this.#numberOf(target);
    if (this.#numbers.size === this.#known.size) return target;
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
    let content = contentOf(vertex);
    for (const input of vertex.inputs) content += input === undefined ? " -" : ` ${this.#numberOf(input)}`;
    const number = this.#numbers.get(content) ?? this.#numbers.size;
    if (vertex.op.kind !== "inline" && !content.isWellFormed()) this.hasInvalidText = true;
    this.#numbers.set(content, number);
    this.#known.set(vertex, number);
    return number;
  }
}

type Merged = Omit<Vertex, "name" | "ignoresCache"> & { name: string; ignoresCache: boolean };

/**
 * A text that is the same for the same work on the same inputs. Where in the Dockerfile a mount was written is of no
 * matter, nor what holds for every RUN of the build. What comes from outside is told apart by its name, and by what is
 * wanted of it.
 */
function contentOf({ op, name }: Vertex): string {
  switch (op.kind) {
    case "exec":
      return `exec ${op.network}${sized(op.platform, op.cwd, op.user, ...op.argv)}${extrasOf(op)} ${sized(...op.env)}`;
    case "file":
      return `file${op.actions.map(actionText).join("")}`;
    case "image":
      return `image${sized(op.reference)}`;
    case "context":
      return `context${sized(name, ...wanted(op))}`;
    case "inline":
      return `inline${op.files.map((file) => sized(file.name, file.content)).join("")}`;
    case "git": {
      const { remote, ref, subdir, checksum, keepsGitDir, skipsSubmodules } = op.source;
      return `git ${keepsGitDir} ${skipsSubmodules}${sized(remote, ref, subdir, checksum)}`;
    }
    case "download":
      return `download${sized(op.url, op.file, op.checksum)}`;
    default:
      return unreachable(op);
  }
}

/** A pattern for the root wants everything. */
function wanted({ includes }: ContextOp): readonly string[] {
  const paths = [...new Set(includes?.().map((path) => join("/", path)))].sort(compareBytes);
  return paths.includes("/") ? [] : paths;
}

/** What few RUNs have. */
function extrasOf({ script, mounts }: ExecOp): string {
  const written = script === undefined ? "" : ` script${sized(script.name, script.content)}`;
  if (mounts.length === 0) return written;
  return written + JSON.stringify(mounts.map(({ mount, input }) => [{ ...mount, range: undefined }, input]));
}

function actionText(action: FileOp["actions"][number]): string {
  if (action.kind === "mkdir") return ` mkdir${sized(action.path, action.owner)}`;
  const { input, unpacks, isFromTree, isExact, source, include, dest, chown, chmod, exclude } = action;
  return ` copy ${input} ${unpacks} ${isFromTree} ${isExact}${sized(source, include, dest, chown, chmod, ...exclude)}`;
}

/** Texts with their lengths, so that it is clear where each ends. */
function sized(...texts: readonly (string | undefined)[]): string {
  let all = "";
  for (const text of texts) all += text === undefined ? " -" : ` ${text.length}:${text}`;
  return all;
}
