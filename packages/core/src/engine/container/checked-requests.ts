/**
 * Create requests that were checked before: containers that are asked for in the same words share what was made of them.
 *
 * A thousand containers of one kind have one merged configuration, and whatever is derived from that object is derived
 * once (`spec.ts`). What is kept is a copy: the caller may do what it likes with its own.
 */
import type { Image } from "../../image/index.ts";
import { copyData, isSameData } from "../../lib/index.ts";
import type { ContainerConfig, HostConfig } from "../docker/create-body.ts";
import type { CreateOptions } from "./create-options.ts";

/** What does not depend on which container of its kind it is. */
export interface CheckedRequest {
  readonly config: Partial<ContainerConfig>;
  readonly hostConfig: Partial<HostConfig>;
}

/** What the caller said, but for its networks: their addresses differ from one container to the next. */
type Words = Omit<CreateOptions, "NetworkingConfig">;

interface Entry {
  readonly words: Words;
  readonly checked: CheckedRequest;
}

/** How many kinds are remembered for each image. */
const KINDS = 8;

export class CheckedRequests {
  readonly #check: (words: Words, image: Image) => CheckedRequest;
  readonly #known = new WeakMap<Image, Entry[]>();

  /** `check` throws for what cannot be; that is not remembered. */
  constructor(check: (words: Words, image: Image) => CheckedRequest) {
    this.#check = check;
  }

  get(options: CreateOptions, image: Image): CheckedRequest {
    const known = this.#known.get(image) ?? [];
    for (const { words, checked } of known) if (isSameWords(words, options)) return checked;
    const { NetworkingConfig: _networks, ...given } = options;
    const words = copyData(given);
    const checked = this.#check(words, image);
    this.#known.set(image, [{ words, checked }, ...known.slice(0, KINDS - 1)]);
    return checked;
  }
}

function isSameWords(words: Words, options: CreateOptions): boolean {
  for (const key in options) {
    const field = key as keyof Words;
    if (key !== "NetworkingConfig" && !isSameData(words[field], options[field])) return false;
  }
  for (const key in words)
    if (options[key as keyof Words] === undefined && words[key as keyof Words] !== undefined) return false;
  return true;
}
