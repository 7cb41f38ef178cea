/** Go types that several inspected objects share. Model: moby api/types; docker/go-connections nat. */

import { durationText, parseTime, timeText } from "../../../lib/go/index.ts";
import {
  type BasicType,
  fields,
  INT,
  mapOf,
  named,
  pointer,
  STRING,
  STRING_MAP,
  STRINGS,
  slice,
  struct,
} from "../template/type.ts";

/** A moment; the data is its RFC 3339 text. */
export const TIME: BasicType = {
  ...named("time.Time"),
  print: (value) => {
    const moment = parseTime(`${value}`);
    return moment === undefined ? `${value}` : timeText(moment.seconds, moment.nanoseconds);
  },
};

/** Nanoseconds. */
export const DURATION: BasicType = {
  ...named("time.Duration", "int"),
  print: (value) => durationText(Number(value)),
};

const PORT = named("nat.Port");
const NOTHING = struct("struct {}");
export const STRING_SET = mapOf(NOTHING);
export const PORT_SET = mapOf(NOTHING, "nat.PortSet", PORT);
const PORT_BINDING = struct(
  "nat.PortBinding",
  { name: "HostIP", json: "HostIp", type: STRING },
  fields(STRING, "HostPort"),
);
export const PORT_MAP = mapOf(slice(PORT_BINDING), "nat.PortMap", PORT);
/** A list that JSON may also write as a single text. */
export const STR_SLICE = slice(STRING, "strslice.StrSlice");

export const HEALTH_CONFIG = struct(
  "v1.HealthcheckConfig",
  fields(STRINGS, "Test", { omitEmpty: true }),
  fields(DURATION, "Interval Timeout StartPeriod StartInterval", { omitEmpty: true }),
  fields(INT, "Retries", { omitEmpty: true }),
);

const ENDPOINT_IPAM = struct(
  "network.EndpointIPAMConfig",
  fields(STRING, "IPv4Address IPv6Address", { omitEmpty: true }),
  fields(STRINGS, "LinkLocalIPs", { omitEmpty: true }),
);

export const ENDPOINT_SETTINGS = struct(
  "network.EndpointSettings",
  fields(pointer(ENDPOINT_IPAM), "IPAMConfig"),
  fields(STRINGS, "Links Aliases"),
  fields(STRING, "MacAddress"),
  fields(STRING_MAP, "DriverOpts"),
  fields(INT, "GwPriority"),
  fields(STRING, "NetworkID EndpointID Gateway IPAddress"),
  fields(INT, "IPPrefixLen"),
  fields(STRING, "IPv6Gateway GlobalIPv6Address"),
  fields(INT, "GlobalIPv6PrefixLen"),
  fields(STRINGS, "DNSNames"),
);

/** Where a storage driver keeps what belongs to a container or image. */
export const DRIVER_DATA = struct("storage.DriverData", fields(STRING_MAP, "Data"), fields(STRING, "Name"));
