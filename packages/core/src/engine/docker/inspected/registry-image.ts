/** The Go types of `docker buildx imagetools inspect --format`. Model: OCI image-spec specs-go/v1, buildx util/imagetools. */
import {
  ANY,
  BOOL,
  embedded,
  field,
  type GoType,
  INT,
  INT64,
  type Method,
  mapOf,
  optional,
  pointer,
  STRING,
  STRING_MAP,
  type StructType,
  slice,
  struct,
} from "../template/type.ts";
import { TIME } from "./common.ts";
import { DESCRIPTOR, DIGEST, PLATFORM } from "./descriptor.ts";
import { OCI_CONFIG } from "./image.ts";

const INDEX = struct(
  "struct",
  field("SchemaVersion", INT, "schemaVersion"),
  optional("MediaType", STRING, "mediaType"),
  field("Digest", DIGEST, "digest"),
  field("Size", INT64, "size"),
  field("Manifests", slice(DESCRIPTOR), "manifests"),
  optional("Annotations", STRING_MAP, "annotations"),
);
const HISTORY = struct(
  "v1.History",
  optional("Created", TIME, "created"),
  optional("CreatedBy", STRING, "created_by"),
  optional("Author", STRING, "author"),
  optional("Comment", STRING, "comment"),
  optional("EmptyLayer", BOOL, "empty_layer"),
);
const IMAGE = struct(
  "v1.Image",
  optional("Created", TIME, "created"),
  optional("Author", STRING, "author"),
  embedded(PLATFORM),
  optional("Config", OCI_CONFIG, "config"),
  field(
    "RootFS",
    struct("v1.RootFS", field("Type", STRING, "type"), field("DiffIDs", slice(DIGEST), "diff_ids")),
    "rootfs",
  ),
  optional("History", slice(HISTORY), "history"),
);
const SBOM = struct("imagetools.sbomStub", optional("SPDX", ANY), optional("AdditionalSPDXs", slice(ANY)));
const PROVENANCE = struct("imagetools.provenanceStub", optional("SLSA", ANY));

/** What a template sees of an image, or of several for platforms of their own. */
export interface RegistryImage {
  readonly name: string;
  readonly manifest: object;
  readonly image: unknown;
  readonly sbom: unknown;
  readonly provenance: unknown;
}

export const REGISTRY_MANIFEST = DESCRIPTOR;
export const REGISTRY_INDEX = INDEX;
/** The image for one platform. */
export const REGISTRY_IMAGE = input("imagetools.tplInput", pointer(IMAGE), (one) => one);
/** Images by their platforms. */
export const REGISTRY_IMAGES = input("imagetools.tplInputs", mapOf(pointer(IMAGE)), mapOf);

function input(name: string, image: GoType, wrap: (type: GoType) => GoType): StructType {
  const attestation = (key: "sbom" | "provenance", type: GoType): Method => ({
    parameters: [],
    returns: wrap(type),
    call: (receiver) => (receiver as RegistryImage)[key],
  });
  return {
    ...struct(
      name,
      optional("Name", STRING, "name"),
      optional("Manifest", ANY, "manifest"),
      optional("Image", image, "image"),
    ),
    methods: new Map([
      ["SBOM", attestation("sbom", SBOM)],
      ["Provenance", attestation("provenance", PROVENANCE)],
    ]),
  };
}
