/** Floor 1, beside abi: OCI documents. */
export type {
  Descriptor,
  Digest,
  Healthcheck,
  History,
  ImageConfig,
  ImageRunConfig,
  Platform,
} from "./image.ts";
export type {
  DeviceRule,
  DeviceSpec,
  IdMapping,
  LinuxSpec,
  MountSpec,
  NamespaceType,
  ProcessSpec,
  RuntimeSpec,
} from "./runtime-spec.ts";
