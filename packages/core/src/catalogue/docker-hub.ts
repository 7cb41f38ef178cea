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
} from "../oci/index.ts";
import { type Fetch, type ImageSource, type Offer, Registry, type RegistryOptions } from "../registry/index.ts";
import { type CatalogueImage, catalogueImage } from "./catalogue.ts";

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

export function dockerHub({
  users = {},
  realm = "https://auth.docker.io/token",
  lookup = catalogueImage,
  ...options
}: DockerHubOptions = {}): Registry {
  return new Registry({
    ...options,
    source: catalogueSource(lookup, "docker.io"),
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

/** Gives a registry to a world under all its hosts. */
export function addDockerHub(network: { add(host: string, registry: Fetch): () => void }, hub: Registry): void {
  for (const host of HUB_HOSTS) network.add(host, hub.fetch);
}

/** The catalogue as the source of a registry; its manifests are made when they are first asked for. */
export function catalogueSource(lookup: (name: string) => CatalogueImage | undefined, domain: string): ImageSource {
  const byDigest = new Map<string, Offer>();
  return {
    manifest(repository, reference, known) {
      if (known !== undefined) return undefined;
      const image = reference.includes(":") ? undefined : lookup(`${domain}/${repository}:${reference}`);
      if (image === undefined) return byDigest.get(`${repository}@${reference}`);
      const [index, manifest] = offersOf(image);
      byDigest.set(`${repository}@${digestOf(manifest.manifest)}`, manifest);
      return index;
    },
  };
}

/** An index of one image, as Hub's are, and its manifest. */
function offersOf({ config, layers }: CatalogueImage): readonly [index: Offer, manifest: Offer] {
  const document = configBytes(config);
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
  const { architecture, os, variant } = config;
  const platform = { architecture, os, ...(variant === undefined ? {} : { variant }) };
  const one = { mediaType: OCI_MANIFEST, digest: digestOf(manifest), size: manifest.length, platform };
  const index = indexBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [one] });
  return [
    { mediaType: OCI_INDEX, manifest: index, blobs },
    { mediaType: OCI_MANIFEST, manifest, blobs },
  ];
}
