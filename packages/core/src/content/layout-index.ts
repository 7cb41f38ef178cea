/**
 * `index.json` of an image layout: which names stand for which documents.
 *
 * @see OCI image-spec image-layout.md "index.json file"
 */
import { type Descriptor, type Index, indexBytes, OCI_INDEX, REF_NAME } from "../oci/index.ts";
import { readIndex } from "../oci/schema.ts";

/** The names of one layout, written at each change. */
export class LayoutIndex {
  readonly #save: (bytes: Uint8Array) => void;
  #index: Index;

  /** @throws StatusError invalid-argument if the bytes are no index */
  constructor(bytes: Uint8Array | undefined, save: (bytes: Uint8Array) => void) {
    this.#save = save;
    this.#index = bytes === undefined ? EMPTY : readIndex(bytes);
    if (bytes === undefined) save(EMPTY_BYTES);
  }

  /** All documents, also those without a name. */
  descriptors(): readonly Descriptor[] {
    return this.#index.manifests;
  }

  names(): readonly string[] {
    return this.#index.manifests.flatMap(({ annotations }) => annotations?.[REF_NAME] ?? []);
  }

  get(name: string): Descriptor | undefined {
    return this.#index.manifests.find(({ annotations }) => annotations?.[REF_NAME] === name);
  }

  /** Gives a document a name, taking it from another. */
  set(name: string, descriptor: Descriptor): void {
    const named = { ...descriptor, annotations: { ...descriptor.annotations, [REF_NAME]: name } };
    this.#replace([...this.#without(name), named]);
  }

  /** False if there was no such name. */
  delete(name: string): boolean {
    const left = this.#without(name);
    const isThere = left.length < this.#index.manifests.length;
    if (isThere) this.#replace(left);
    return isThere;
  }

  #without(name: string): readonly Descriptor[] {
    return this.#index.manifests.filter(({ annotations }) => annotations?.[REF_NAME] !== name);
  }

  #replace(manifests: readonly Descriptor[]): void {
    this.#index = { ...this.#index, manifests };
    this.#save(indexBytes(this.#index));
  }
}

const EMPTY: Index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] };
const EMPTY_BYTES = indexBytes(EMPTY);
