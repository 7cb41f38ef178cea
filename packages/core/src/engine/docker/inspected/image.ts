/** The Go type of `docker image inspect`. Model: moby api/types/image, moby/docker-image-spec. */
import {
  ANY,
  BOOL,
  embedded,
  field,
  fields,
  INT64,
  optional,
  pointer,
  STRING,
  STRING_MAP,
  STRINGS,
  slice,
  struct,
} from "../template/type.ts";
import { DRIVER_DATA, HEALTH_CONFIG, STRING_SET, TIME } from "./common.ts";
import { CONTAINER_CONFIG } from "./container.ts";
import { DESCRIPTOR } from "./descriptor.ts";

/** What a container gets from an image, as OCI has it. */
export const OCI_CONFIG = struct(
  "v1.ImageConfig",
  optional("User", STRING),
  optional("ExposedPorts", STRING_SET),
  fields(STRINGS, "Env Entrypoint Cmd", { omitEmpty: true }),
  optional("Volumes", STRING_SET),
  optional("WorkingDir", STRING),
  optional("Labels", STRING_MAP),
  optional("StopSignal", STRING),
  optional("ArgsEscaped", BOOL),
);
const DOCKER_CONFIG = struct(
  "v1.DockerOCIImageConfigExt",
  optional("Healthcheck", pointer(HEALTH_CONFIG)),
  fields(STRINGS, "OnBuild Shell", { omitEmpty: true }),
);
const IMAGE_CONFIG = struct("v1.DockerOCIImageConfig", embedded(OCI_CONFIG), embedded(DOCKER_CONFIG));
const ROOT_FS = struct("image.RootFS", optional("Type", STRING), optional("Layers", STRINGS));

export const INSPECTED_IMAGE = struct(
  "image.InspectResponse",
  field("ID", STRING, "Id"),
  fields(STRINGS, "RepoTags RepoDigests"),
  fields(STRING, "Parent Comment"),
  fields(STRING, "Created Container", { omitEmpty: true }),
  optional("ContainerConfig", pointer(CONTAINER_CONFIG)),
  fields(STRING, "DockerVersion Author"),
  fields(pointer(IMAGE_CONFIG), "Config"),
  fields(STRING, "Architecture"),
  optional("Variant", STRING),
  fields(STRING, "Os"),
  optional("OsVersion", STRING),
  fields(INT64, "Size"),
  optional("VirtualSize", INT64),
  fields(DRIVER_DATA, "GraphDriver"),
  fields(ROOT_FS, "RootFS"),
  fields(struct("image.Metadata", optional("LastTagTime", TIME)), "Metadata"),
  optional("Descriptor", pointer(DESCRIPTOR)),
  optional("Manifests", slice(ANY)),
);
