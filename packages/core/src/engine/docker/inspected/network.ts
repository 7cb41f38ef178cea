/** The Go types of `docker network inspect` and `docker volume inspect`. Model: moby api/types/network, api/types/volume. */
import {
  ANY_MAP,
  BOOL,
  field,
  fields,
  INT64,
  mapOf,
  optional,
  pointer,
  STRING,
  STRING_MAP,
  slice,
  struct,
} from "../template/type.ts";
import { CLUSTER_VOLUME } from "./cluster-volume.ts";
import { TIME } from "./common.ts";

const IPAM_CONFIG = struct(
  "network.IPAMConfig",
  fields(STRING, "Subnet IPRange Gateway", { omitEmpty: true }),
  optional("AuxAddress", STRING_MAP, "AuxiliaryAddresses"),
);
const IPAM = struct(
  "network.IPAM",
  fields(STRING, "Driver"),
  fields(STRING_MAP, "Options"),
  fields(slice(IPAM_CONFIG), "Config"),
);
const ENDPOINT = struct(
  "network.EndpointResource",
  fields(STRING, "Name EndpointID MacAddress IPv4Address IPv6Address"),
);

export const INSPECTED_NETWORK = struct(
  "network.Inspect",
  fields(STRING, "Name"),
  field("ID", STRING, "Id"),
  fields(TIME, "Created"),
  fields(STRING, "Scope Driver"),
  fields(BOOL, "EnableIPv4 EnableIPv6"),
  fields(IPAM, "IPAM"),
  fields(BOOL, "Internal Attachable Ingress"),
  fields(struct("network.ConfigReference", fields(STRING, "Network")), "ConfigFrom"),
  fields(BOOL, "ConfigOnly"),
  fields(mapOf(ENDPOINT), "Containers"),
  fields(STRING_MAP, "Options Labels"),
  optional("Peers", slice(struct("network.PeerInfo", fields(STRING, "Name IP")))),
  optional("Services", ANY_MAP),
);

/** Volumes have no fallback to their JSON: only the names of Go count. */
export const INSPECTED_VOLUME = struct(
  "volume.Volume",
  optional("ClusterVolume", pointer(CLUSTER_VOLUME)),
  optional("CreatedAt", STRING),
  fields(STRING, "Driver"),
  fields(STRING_MAP, "Labels"),
  fields(STRING, "Mountpoint Name"),
  fields(STRING_MAP, "Options"),
  fields(STRING, "Scope"),
  optional("Status", ANY_MAP),
  optional("UsageData", pointer(struct("volume.UsageData", fields(INT64, "RefCount Size")))),
);
