/** The Go types of what points at content, and says for which platform it is. Model: OCI image-spec specs-go/v1. */
import { field, INT64, named, optional, pointer, STRING, STRING_MAP, STRINGS, struct } from "../template/type.ts";

export const DIGEST = named("digest.Digest");

export const PLATFORM = struct(
  "v1.Platform",
  field("Architecture", STRING, "architecture"),
  field("OS", STRING, "os"),
  optional("OSVersion", STRING, "os.version"),
  optional("OSFeatures", STRINGS, "os.features"),
  optional("Variant", STRING, "variant"),
);

export const DESCRIPTOR = struct(
  "v1.Descriptor",
  field("MediaType", STRING, "mediaType"),
  field("Digest", DIGEST, "digest"),
  field("Size", INT64, "size"),
  optional("URLs", STRINGS, "urls"),
  optional("Annotations", STRING_MAP, "annotations"),
  optional("Platform", pointer(PLATFORM), "platform"),
  optional("ArtifactType", STRING, "artifactType"),
);
