/**
 * Media types of OCI and of Docker's schema 2.
 *
 * @see OCI image-spec media-types.md; distribution manifest-v2-2.md
 */

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
export const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
export const OCI_LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";
export const OCI_LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd";
/** An empty JSON object: what an artifact without configuration or layers names instead. */
export const OCI_EMPTY = "application/vnd.oci.empty.v1+json";

/** What BuildKit knows of steps, and which layers they made. @see BuildKit cache/remotecache/v1/spec.go */
export const BUILD_CACHE_CONFIG = "application/vnd.buildkit.cacheconfig.v0";

export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
export const DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";
export const DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
export const DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
export const DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip";
export const DOCKER_FOREIGN_LAYER_GZIP = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

const MANIFESTS: ReadonlySet<string> = new Set([OCI_MANIFEST, DOCKER_MANIFEST]);
const INDEXES: ReadonlySet<string> = new Set([OCI_INDEX, DOCKER_INDEX]);
const CONFIGS: ReadonlySet<string> = new Set([OCI_CONFIG, DOCKER_CONFIG]);

export const isManifestType = (mediaType: string): boolean => MANIFESTS.has(mediaType);
export const isIndexType = (mediaType: string): boolean => INDEXES.has(mediaType);
/** The configuration of an image, not of some other artifact. */
export const isImageConfigType = (mediaType: string): boolean => CONFIGS.has(mediaType);

/** Layers that registries need not have: they are to be had from their `urls` only. */
export const isForeignLayer = (mediaType: string): boolean =>
  mediaType === DOCKER_FOREIGN_LAYER_GZIP || /^application\/vnd\.oci\.image\.layer\.nondistributable\./.test(mediaType);

/** What a client that reads images says it understands, in the order of preference. */
export const ACCEPTED_MANIFESTS = [OCI_INDEX, DOCKER_INDEX, OCI_MANIFEST, DOCKER_MANIFEST] as const;
