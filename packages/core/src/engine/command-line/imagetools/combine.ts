/**
 * The index that images of registries make together.
 *
 * @see docker/buildx util/imagetools/create.go
 */
import { quote, reworded, ValueError } from "../../../lib/go/index.ts";
import { decode, encode } from "../../../lib/index.ts";
import {
  type ContentDigest,
  type Descriptor,
  DOCKER_INDEX,
  digestOf,
  goJsonLines,
  type HostPlatform,
  type ImageReference,
  type Index,
  indexBytes,
  isIndexType,
  normalPlatform,
  OCI_INDEX,
  platformText,
} from "../../../oci/index.ts";
import { readIndex } from "../../../oci/schema.ts";
import { parsePlatform } from "../../docker/platform.ts";
import type { RequestOf } from "../../docker/request.ts";
import { type Annotation, parseAnnotations } from "../build/annotations.ts";
import type { RegistryImages } from "./registry-images.ts";

/** An image or an index, and where it is. */
export interface Source {
  readonly reference: ImageReference;
  readonly descriptor: Descriptor;
}

/** A document to be pushed, and what has to be there before. */
export interface Combined {
  readonly bytes: Uint8Array;
  readonly descriptor: Descriptor;
  readonly parts: readonly Source[];
}

interface Loaded extends Source {
  readonly bytes: Uint8Array;
}

type Options = Pick<RequestOf<"imagetools create">, "annotations" | "platforms" | "preferIndex">;

/** Statements say so, and which manifest they are about. @see BuildKit util/attestation/types.go */
const REFERENCE_TYPE = "vnd.docker.reference.type";
const REFERENCE_DIGEST = "vnd.docker.reference.digest";
const ATTESTATION = "attestation-manifest";

/** @throws StatusError; ValueError */
export async function combine(images: RegistryImages, sources: readonly Source[], options: Options): Promise<Combined> {
  const wanted = platformsOf(options.platforms);
  const annotations = reworded(
    () => parseAnnotations(options.annotations),
    ({ message }) => new ValueError(`failed to parse annotations: ${message}`),
  );
  const loaded = await Promise.all(sources.map((source) => load(images, source)));
  const [only] = loaded;
  const isAlone = loaded.length === 1 && annotations.length === 0;
  const isKept = isAlone && only !== undefined && (isIndexType(only.descriptor.mediaType) || !options.preferIndex);
  return filtered(isKept ? kept(only) : together(loaded, annotations), wanted);
}

/** Separated by commas or given one by one. @throws ValueError */
function platformsOf(texts: readonly string[]): readonly HostPlatform[] {
  return texts
    .flatMap((text) => text.split(","))
    .map((text) =>
      reworded(
        () => parsePlatform(text),
        ({ message }) => new ValueError(`invalid platform ${quote(text)}: ${message}`),
      ),
    );
}

/** A source with its document; what it runs on is filled in from the configuration. */
async function load(images: RegistryImages, { reference, descriptor }: Source): Promise<Loaded> {
  const bytes = await images.read(reference, descriptor);
  const { os = "", architecture = "" } = descriptor.platform ?? {};
  if (isIndexType(descriptor.mediaType) || (os !== "" && architecture !== "")) return { reference, descriptor, bytes };
  const said = await images.platform(reference, bytes);
  return { reference, descriptor: { ...descriptor, platform: { ...said, ...nonEmpty(descriptor.platform) } }, bytes };
}

const nonEmpty = (platform: object = {}): object =>
  Object.fromEntries(Object.entries(platform).filter(([, value]) => value !== ""));

/** A single source as it is: an index stands for what it names. */
function kept({ reference, descriptor, bytes }: Loaded): Combined {
  const named = isIndexType(descriptor.mediaType) ? readIndex(bytes).manifests : [descriptor];
  return { bytes, descriptor, parts: named.map((one) => ({ reference, descriptor: one })) };
}

/** One index of all images; one that is named again adds its annotations to the same entry. */
function together(loaded: readonly Loaded[], annotations: readonly Annotation[]): Combined {
  const parts = new Map<ContentDigest, Source>();
  for (const source of loaded) {
    const { reference } = source;
    for (const { descriptor } of kept(source).parts) {
      const before = parts.get(descriptor.digest)?.descriptor;
      parts.set(descriptor.digest, {
        reference,
        descriptor: before === undefined ? descriptor : more(before, descriptor),
      });
    }
  }
  const all = [...parts.values()];
  const isDocker = all.every(({ descriptor }) => descriptor.mediaType.startsWith("application/vnd.docker."));
  // Docker's lists have no annotations.
  if (isDocker) return indexOf({ schemaVersion: 2, mediaType: DOCKER_INDEX, manifests: [] }, all);
  for (const annotation of annotations) checkType(annotation);
  const own = annotations.filter(({ type }) => type === "index").map(({ key, value }) => [key, value] as const);
  return indexOf(
    {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [],
      ...(own.length > 0 && { annotations: Object.fromEntries(own) }),
    },
    all.map((part) => ({ ...part, descriptor: annotated(part.descriptor, annotations) })),
  );
}

function more(before: Descriptor, { platform, annotations }: Descriptor): Descriptor {
  return {
    ...before,
    ...(platform && { platform }),
    annotations: { ...before.annotations, ...annotations },
  };
}

function checkType({ type }: Annotation): void {
  if (type === "" || type === "manifest") throw new ValueError(`${quote(type)} annotations are not supported yet`);
  if (type === "index-descriptor") {
    throw new ValueError(`${quote(type)} annotations are invalid while creating an image`);
  }
}

function annotated(descriptor: Descriptor, annotations: readonly Annotation[]): Descriptor {
  const platform = descriptor.platform === undefined ? undefined : platformText(descriptor.platform);
  const own = annotations.filter((one) => one.type === "manifest-descriptor");
  const meant = own.filter((one) => one.platform === undefined || one.platform === platform);
  if (meant.length === 0) return descriptor;
  const added = Object.fromEntries(meant.map(({ key, value }) => [key, value]));
  return { ...descriptor, annotations: { ...descriptor.annotations, ...added } };
}

/** Leaves out what is for other platforms, with the statements about it. @throws ValueError if nothing is left */
function filtered(combined: Combined, wanted: readonly HostPlatform[]): Combined {
  const { descriptor, bytes, parts } = combined;
  const matches = ({ platform }: Descriptor): boolean =>
    platform === undefined || wanted.length === 0 || wanted.some((one) => isSame(one, platform));
  if (!isIndexType(descriptor.mediaType)) {
    if (matches(descriptor)) return combined;
    const platform = descriptor.platform === undefined ? "" : platformText(descriptor.platform);
    throw new ValueError(`input platform ${platform} does not match any of the provided platforms`);
  }
  const isAbout = ({ annotations = {} }: Descriptor): boolean =>
    annotations[REFERENCE_TYPE] === ATTESTATION &&
    parts.some((part) => part.descriptor.digest === annotations[REFERENCE_DIGEST] && matches(part.descriptor));
  const left = parts.filter((part) => matches(part.descriptor) || isAbout(part.descriptor));
  if (left.length === 0) throw new ValueError("none of the manifests match the provided platforms");
  return left.length === parts.length ? combined : indexOf(readIndex(bytes), left);
}

const isSame = (a: HostPlatform, b: HostPlatform): boolean =>
  platformText(normalPlatform(a)) === platformText(normalPlatform(b));

function indexOf(index: Index, parts: readonly Source[]): Combined {
  const manifests = parts.map(({ descriptor }) => descriptor);
  const bytes = encode(goJsonLines(JSON.parse(decode(indexBytes({ ...index, manifests })))));
  const { mediaType = OCI_INDEX } = index;
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, parts };
}
