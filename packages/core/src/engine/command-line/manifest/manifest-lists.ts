/**
 * The lists of manifests that the docker client keeps until they are pushed. This client has no files of its own, so that
 * the engine keeps them.
 *
 * @see docker/cli cli/manifest/store/store.go
 */
import { compareBytes } from "../../../lib/index.ts";
import { type Descriptor, type ImageReference, referenceText } from "../../../oci/index.ts";
import { ValueError } from "../../docker/problem.ts";

/** The manifest of an image, with the platform that a list says of it. */
export interface ListedManifest {
  /** Where it came from. */
  readonly reference: ImageReference;
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

type List = Map<string, ListedManifest>;

export class ManifestLists {
  /** Lists and what is in them are called as their files would be. */
  readonly #lists = new Map<string, List>();

  has(list: ImageReference): boolean {
    return this.#lists.has(fileName(list));
  }

  /** In the order of their files. @throws ValueError if there is no such list */
  all(list: ImageReference): readonly ListedManifest[] {
    const found = this.#lists.get(fileName(list));
    if (found === undefined) throw new ValueError(missing(list));
    return [...found].sort(([a], [b]) => compareBytes(a, b)).map(([, manifest]) => manifest);
  }

  find(list: ImageReference, manifest: ImageReference): ListedManifest | undefined {
    return this.#lists.get(fileName(list))?.get(fileName(manifest));
  }

  save(list: ImageReference, manifest: ListedManifest): void {
    const saved: List = this.#lists.get(fileName(list)) ?? new Map();
    this.#lists.set(fileName(list), saved.set(fileName(manifest.reference), manifest));
  }

  /** @throws ValueError if there is no such list */
  remove(list: ImageReference): void {
    if (!this.#lists.delete(fileName(list))) throw new ValueError(missing(list));
  }
}

/** What is said of a list or a manifest that the client does not have. */
export const missing = (reference: ImageReference): string => `No such manifest: ${referenceText(reference)}`;

const fileName = (reference: ImageReference): string => referenceText(reference).replace(/:/g, "-").replace(/\//g, "_");
