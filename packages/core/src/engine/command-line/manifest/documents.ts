/**
 * Manifests as `docker manifest` shows them, and lists of them as it shows and pushes them.
 *
 * @see docker/cli cli/manifest/types/types.go; distribution manifest/manifestlist
 */
import { base64, decode, encode } from "../../../lib/index.ts";
import {
  type Descriptor,
  DOCKER_INDEX,
  digestOf,
  goJsonLines,
  type ImageReference,
  OCI_INDEX,
  OCI_MANIFEST,
  type Platform,
  referenceText,
} from "../../../oci/index.ts";
import { ValueError } from "../../docker/problem.ts";
import type { ListedManifest } from "./manifest-lists.ts";

/** Lists are indented by so many blanks, also where they are pushed. */
const LIST_INDENT = 3;
const TAB = "\t";
export const NO_PLATFORM: Platform = { architecture: "", os: "" };

/** `docker manifest inspect`, and the same with `--verbose`. */
export const manifestText = ({ bytes }: ListedManifest): string => JSON.stringify(contentOf(bytes), undefined, TAB);
export const verboseText = (shown: ListedManifest | readonly ListedManifest[]): string =>
  goJsonLines("bytes" in shown ? verbose(shown) : shown.map(verbose), TAB);

function verbose({ reference, descriptor, bytes }: ListedManifest): object {
  const { mediaType, digest, size, platform } = descriptor;
  const content = contentOf(bytes);
  return {
    Ref: referenceText(reference),
    Descriptor: { mediaType, digest, size, platform: platformFields(platform ?? NO_PLATFORM) },
    Raw: base64(bytes),
    ...(mediaType === OCI_MANIFEST ? { OCIManifest: content } : { SchemaV2Manifest: content }),
  };
}

const contentOf = (bytes: Uint8Array): unknown => JSON.parse(decode(bytes));

/** The document of a list: what is first in it decides its type. @throws ValueError for a manifest of another registry */
export function listText(list: ImageReference, manifests: readonly ListedManifest[]): string {
  const foreign = manifests.find(({ reference }) => reference.domain !== list.domain)?.reference.domain;
  if (foreign !== undefined) {
    throw new ValueError(
      `cannot use source images from a different registry than the target image: ${foreign} != ${list.domain}`,
    );
  }
  const isOci = manifests[0]?.descriptor.mediaType === OCI_MANIFEST;
  return goJsonLines(
    {
      schemaVersion: 2,
      mediaType: isOci ? OCI_INDEX : DOCKER_INDEX,
      manifests: manifests.map(({ descriptor: { mediaType, size, digest, platform } }) => ({
        ...{ mediaType, size, digest },
        platform: platformFields(platform ?? NO_PLATFORM),
      })),
    },
    LIST_INDENT,
  );
}

/** A list as it is pushed. */
export function pushedList(text: string): { readonly descriptor: Descriptor; readonly bytes: Uint8Array } {
  const bytes = encode(text);
  const { mediaType } = JSON.parse(text) as { readonly mediaType: string };
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
}

/** What is said of a platform, in the order of its fields. */
export function platformFields(said: Platform): Platform {
  const { architecture, os } = said;
  const further = (["os.version", "os.features", "variant"] as const).filter((name) => (said[name]?.length ?? 0) > 0);
  return { architecture, os, ...Object.fromEntries(further.map((name) => [name, said[name]])) };
}
