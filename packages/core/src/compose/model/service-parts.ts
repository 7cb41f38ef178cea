/** What stands in a service: mounts, ports, endpoints, checks; the fields are in compose's order. */
import { command, healthTest, labels, list, strings, variables } from "../kinds/collections.ts";
import { struct, type Value } from "../kinds/kind.ts";
import { bytes, duration, flag, integer, optionalFlag, optionalInteger, text } from "../kinds/scalars.ts";

const WEIGHTS = list(
  struct({ path: text, weight: integer("uint16") }, { jsonNames: { path: "Path", weight: "Weight" } }),
);
const RATES = list(struct({ path: text, rate: bytes }, { jsonNames: { path: "Path", rate: "Rate" } }));

export const BLKIO = struct({
  weight: integer("uint16"),
  weight_device: WEIGHTS,
  device_read_bps: RATES,
  device_read_iops: RATES,
  device_write_bps: RATES,
  device_write_iops: RATES,
});

export const CREDENTIAL_SPEC = struct({ config: text, file: text, registry: text });

export const DEPENDENCY = struct({ condition: text, restart: flag, required: optionalFlag });
export type Dependency = Value<typeof DEPENDENCY>;

export const DEVICE = struct({ source: text, target: text, permissions: text });

export const HEALTHCHECK = struct({
  test: healthTest,
  timeout: duration,
  interval: duration,
  retries: optionalInteger("uint64"),
  start_period: duration,
  start_interval: duration,
  disable: flag,
});
export type Healthcheck = Value<typeof HEALTHCHECK>;

export const LOGGING = struct({ driver: text, options: labels });

export const ENDPOINT = struct({
  aliases: strings,
  driver_opts: labels,
  gw_priority: integer("int"),
  interface_name: text,
  ipv4_address: text,
  ipv6_address: text,
  link_local_ips: strings,
  mac_address: text,
  priority: integer("int"),
});
export type EndpointSpec = Value<typeof ENDPOINT>;

export const PORT = struct({
  name: text,
  mode: text,
  host_ip: text,
  target: integer("uint32"),
  published: text,
  protocol: text,
  app_protocol: text,
});

export const MOUNT = struct({
  type: text,
  source: text,
  target: text,
  read_only: flag,
  consistency: text,
  bind: struct({ selinux: text, propagation: text, create_host_path: flag, recursive: text }),
  volume: struct({ labels, nocopy: flag, subpath: text }),
  tmpfs: struct({ size: bytes, mode: integer("uint32") }),
  image: struct({ subpath: text }),
});
export type MountSpec = Value<typeof MOUNT>;

export const HOOK = struct(
  { command, user: text, privileged: flag, working_dir: text, environment: variables },
  { always: { command: null } },
);
export type Hook = Value<typeof HOOK>;

const NO_HOOK = { command: null };

export const DEVELOP = struct({
  watch: list(
    struct(
      { path: text, action: text, target: text, exec: HOOK, include: strings, ignore: strings, initial_sync: flag },
      { always: { exec: NO_HOOK } },
    ),
  ),
});

export const PROVIDER = struct({ type: text, options: labels });
export const MODEL_USE = struct({ endpoint_var: text, model_var: text });
