/**
 * Cache keys of steps by what they and all steps before them say, without any of them being done: of files of another
 * step counts who makes them, not what they hold. Only what comes from outside is looked at.
 *
 * By these a step is found in a cache whose builder did the same, although nothing that leads to it is there.
 *
 * @see BuildKit solver/edge.go, whose keys of a step are such ones and those by contents side by side
 */
import { AssertionFailure } from "../../lib/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import type { Ingredients } from "./cache-miss.ts";
import type { Result } from "./result.ts";
import { imageKey } from "./source-work.ts";
import type { Vertex } from "./vertex.ts";
import type { ChangeWork, Prepared } from "./work.ts";

export interface ChainTools {
  /** @throws BuildError if something is not there */
  prepare(vertex: Vertex, sources: readonly (Result | undefined)[]): Prepared;
  key(ingredients: Ingredients): string;
  /** Brings what comes from outside. @throws VertexError */
  bring(vertex: Vertex): Promise<Result>;
}

export interface ChainStep {
  readonly key: string;
  readonly work: ChangeWork;
}

/** A step by its key, and the numbers of the records of steps that it needs. */
export interface ChainRecord {
  readonly vertex: Vertex;
  readonly key: string;
  readonly inputs: readonly number[];
}

/** A step that changes a tree. */
export const isChange = ({ op }: Vertex): boolean => op.kind === "file" || op.kind === "exec";

export class ChainKeys {
  readonly #tools: ChainTools;
  readonly #steps = new Map<Vertex, Promise<ChainStep | undefined>>();
  readonly #anew = new Map<Vertex, boolean>();

  constructor(tools: ChainTools) {
    this.#tools = tools;
  }

  /** `undefined` if what it takes from outside is not there. */
  of(vertex: Vertex): Promise<ChainStep | undefined> {
    const known = this.#steps.get(vertex);
    if (known !== undefined) return known;
    const step = this.#find(vertex);
    this.#steps.set(vertex, step);
    return step;
  }

  /** It, or something that leads to it, is to be done anew. */
  isAnew(vertex: Vertex): boolean {
    const known = this.#anew.get(vertex);
    if (known !== undefined) return known;
    const isAnew = vertex.ignoresCache || vertex.inputs.some((input) => input !== undefined && this.isAnew(input));
    this.#anew.set(vertex, isAnew);
    return isAnew;
  }

  /** All steps that lead to one, each behind those that it needs, as far as they have keys. */
  async records(target: Vertex): Promise<readonly ChainRecord[]> {
    const records: ChainRecord[] = [];
    const numbers = new Map<Vertex, number | undefined>();
    const visit = async (vertex: Vertex): Promise<number | undefined> => {
      if (numbers.has(vertex)) return numbers.get(vertex);
      const inputs: number[] = [];
      for (const input of vertex.inputs) {
        const number = input && (await visit(input));
        if (number !== undefined) inputs.push(number);
      }
      const step = isChange(vertex) ? await this.of(vertex) : undefined;
      const number = step === undefined ? undefined : records.push({ vertex, key: step.key, inputs }) - 1;
      numbers.set(vertex, number);
      return number;
    };
    await visit(target);
    return records;
  }

  async #find(vertex: Vertex): Promise<ChainStep | undefined> {
    const inputs: (Result | undefined)[] = [];
    for (const [index, input] of vertex.inputs.entries()) {
      const result = input && (await this.#standIn(input, index === 0));
      if (input !== undefined && result === undefined) return undefined;
      inputs.push(result);
    }
    const [base, ...sources] = inputs;
    try {
      const prepared = this.#tools.prepare(vertex, sources);
      if (typeof prepared !== "function") return undefined;
      const work = prepared(base);
      return { key: this.#tools.key(work.ingredients), work };
    } catch (error) {
      // Whoever does the step says so.
      if (error instanceof BuildError) return undefined;
      throw error;
    }
  }

  async #standIn(input: Vertex, isBase: boolean): Promise<Result | undefined> {
    if (isChange(input)) {
      const step = await this.of(input);
      return step && unmade(step.key);
    }
    if (input.op.kind === "image") return unmade(imageKey(input.op));
    return isBase ? undefined : this.#tools.bring(input);
  }
}

function unmade(key: string): Result {
  return {
    key,
    isUnmade: true,
    snapshot: undefined,
    open: () => {
      throw new AssertionFailure("what nobody has made cannot be opened");
    },
  };
}
