/**
 * The world's Docker Hub: a registry that has the images of the catalogue, and what users push.
 *
 * Anybody pulls; a user pushes what bears the user's name. A repository that is not there and one that is not shown
 * are told alike.
 */
import {
  type ContentDigest,
  configBytes,
  digestOf,
  indexBytes,
  manifestBytes,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  type Platform,
} from "../oci/index.ts";
import { type Fetch, type ImageSource, type Offer, Registry, type RegistryOptions } from "../registry/index.ts";
import { catalogueImage, catalogueTags } from "./catalogue.ts";
import type { CatalogueImage } from "./catalogue-image.ts";
import { withSearch } from "./hub-search.ts";

/** What a Docker Hub can be given besides its catalogue. */
export interface DockerHubOptions extends Pick<RegistryOptions, "nowUs" | "sleep" | "rateLimit" | "store"> {
  /** Passwords by user names. */
  readonly users?: Readonly<Record<string, string>>;
  /** Where its tokens are to be had; another place if it is served to real clients. */
  readonly realm?: string;
  /** The images that it has from the beginning, by names written out. */
  readonly lookup?: (name: string) => CatalogueImage | undefined;
}

/** Where it answers. */
export const HUB_HOSTS = ["registry-1.docker.io", "auth.docker.io", "index.docker.io"] as const;
/** The one among them that is searched. */
const INDEX_HOST = "index.docker.io";

/** Makes a Docker Hub. */
export function dockerHub({
  users = {},
  realm = "https://auth.docker.io/token",
  lookup = catalogueImage,
  ...options
}: DockerHubOptions = {}): Registry {
  return new Registry({
    ...options,
    source: catalogueSource(lookup, "docker.io", catalogueTags),
    auth: {
      scheme: "token",
      realm,
      service: "registry.docker.io",
      users,
      may: (action, repository, user) => action === "pull" || (user !== undefined && repository.startsWith(`${user}/`)),
      hidesRepositories: true,
    },
  });
}

/** Gives a registry to a world under all its hosts. `sleep` takes the time that searches take. */
export function addDockerHub(
  network: { add(host: string, registry: Fetch): () => void },
  hub: Registry,
  sleep: (us: number) => Promise<void> = () => Promise.resolve(),
): void {
  for (const host of HUB_HOSTS) network.add(host, hub.fetch);
  network.add(INDEX_HOST, withSearch(hub, sleep));
}

/**
 * What Hub has its official images for. Programs are simulated, so that the files are the same everywhere.
 *
 * @see docker-library/official-images "Architectures other than amd64"
 */
const PLATFORMS: readonly Platform[] = [
  { architecture: "amd64", os: "linux" },
  { architecture: "arm", os: "linux", variant: "v5" },
  { architecture: "arm", os: "linux", variant: "v6" },
  { architecture: "arm", os: "linux", variant: "v7" },
  { architecture: "arm64", os: "linux", variant: "v8" },
  { architecture: "386", os: "linux" },
  { architecture: "ppc64le", os: "linux" },
  { architecture: "riscv64", os: "linux" },
  { architecture: "s390x", os: "linux" },
];

/** The catalogue as the source of a registry; its manifests are made when they are first asked for. */
export function catalogueSource(
  lookup: (name: string) => CatalogueImage | undefined,
  domain: string,
  tags: (repository: string) => readonly string[] = () => [],
): ImageSource {
  const byDigest = new Map<string, Offer>();
  return {
    manifest(repository, reference, known) {
      if (known !== undefined) return undefined;
      const image = reference.includes(":") ? undefined : lookup(`${domain}/${repository}:${reference}`);
      if (image === undefined) return byDigest.get(`${repository}@${reference}`);
      const { index, manifests } = offersOf(image);
      for (const [digest, one] of manifests) byDigest.set(`${repository}@${digest}`, one);
      return index;
    },
    tags,
  };
}

interface ImageOffers {
  readonly index: Offer;
  readonly manifests: ReadonlyMap<ContentDigest, Offer>;
}

/** An image is offered alike by all registries of the process. */
const offered = new WeakMap<CatalogueImage, ImageOffers>();

function offersOf(image: CatalogueImage): ImageOffers {
  const known = offered.get(image);
  if (known !== undefined) return known;
  const manifests = new Map<ContentDigest, Offer>();
  const descriptors = PLATFORMS.map((platform) => {
    const offer = manifestOffer(image, platform);
    const digest = digestOf(offer.manifest);
    manifests.set(digest, offer);
    return { mediaType: offer.mediaType, digest, size: offer.manifest.length, platform };
  });
  const document = indexBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: descriptors });
  const offers = { index: { mediaType: OCI_INDEX, manifest: document, blobs: new Map() }, manifests };
  offered.set(image, offers);
  return offers;
}

function manifestOffer({ config, layers }: CatalogueImage, { os, architecture, variant }: Platform): Offer {
  const document = configBytes({ ...config, os, architecture, ...(variant === undefined ? {} : { variant }) });
  const diffIds = config.rootfs.diff_ids;
  const blobs = new Map<ContentDigest, Uint8Array>([[digestOf(document), document]]);
  const descriptors = layers.map((layer, index) => {
    const digest = diffIds[index] ?? digestOf(layer);
    blobs.set(digest, layer);
    return { mediaType: OCI_LAYER, digest, size: layer.length };
  });
  const manifest = manifestBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, digest: digestOf(document), size: document.length },
    layers: descriptors,
  });
  return { mediaType: OCI_MANIFEST, manifest, blobs };
}
