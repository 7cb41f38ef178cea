/** What a service may say. Source: the Compose Specification, 05-services.md. */
import { BUILD } from "./build.ts";
import { DEPLOY, DEVICE_REQUESTS } from "./deploy.ts";
import type { Schema } from "./schema.ts";
import {
  anyOf,
  BOOLEAN,
  COMMAND,
  closedObject,
  EXTRA_HOSTS,
  FILE_REFERENCES,
  HOOK,
  INTEGER,
  LIST_OR_MAP,
  listOf,
  mapTo,
  NAMES,
  NUMBER,
  OPTIONS,
  object,
  oneOf,
  optional,
  STRICT_BOOLEAN,
  STRING,
  STRING_OR_LIST,
  STRINGS,
  ULIMITS,
  UNIQUE_STRINGS,
} from "./words.ts";

const DEVICE_RATES = listOf(closedObject({ path: STRING, rate: INTEGER }));

const BLKIO = closedObject({
  device_read_bps: DEVICE_RATES,
  device_read_iops: DEVICE_RATES,
  device_write_bps: DEVICE_RATES,
  device_write_iops: DEVICE_RATES,
  weight: INTEGER,
  weight_device: listOf(closedObject({ path: STRING, weight: INTEGER })),
});

const DEPENDENCY = object(
  {
    restart: BOOLEAN,
    required: STRICT_BOOLEAN,
    condition: { types: ["string"], values: ["service_started", "service_healthy", "service_completed_successfully"] },
  },
  ["condition"],
);

const DEPENDS_ON = oneOf(UNIQUE_STRINGS, { types: ["object"], named: [[NAMES, DEPENDENCY]], closed: true });

const ENV_FILE = oneOf(
  STRING,
  listOf(oneOf(STRING, closedObject({ path: STRING, format: STRING, required: BOOLEAN }, ["path"]))),
);

const HEALTHCHECK = object({
  disable: BOOLEAN,
  interval: STRING,
  retries: NUMBER,
  test: oneOf(STRING, STRINGS),
  timeout: STRING,
  start_period: STRING,
  start_interval: STRING,
});

const ENDPOINT = object({
  aliases: UNIQUE_STRINGS,
  interface_name: STRING,
  ipv4_address: STRING,
  ipv6_address: STRING,
  link_local_ips: UNIQUE_STRINGS,
  mac_address: STRING,
  driver_opts: OPTIONS,
  priority: anyOf("number"),
  gw_priority: anyOf("number"),
});

const NETWORKS = oneOf(UNIQUE_STRINGS, {
  types: ["object"],
  named: [[NAMES, oneOf(ENDPOINT, anyOf("null"))]],
  closed: true,
});

const MODELS = oneOf(
  UNIQUE_STRINGS,
  mapTo(oneOf(object({ endpoint_var: STRING, model_var: STRING }), anyOf("null")), NAMES),
);

const PORT = object({
  name: STRING,
  mode: STRING,
  host_ip: STRING,
  target: INTEGER,
  published: INTEGER,
  protocol: STRING,
  app_protocol: STRING,
});

const MOUNT = object(
  {
    type: { types: ["string"], values: ["bind", "volume", "tmpfs", "cluster", "npipe", "image"] },
    source: STRING,
    target: STRING,
    read_only: BOOLEAN,
    consistency: STRING,
    bind: object({
      propagation: STRING,
      create_host_path: BOOLEAN,
      recursive: { types: ["string"], values: ["enabled", "disabled", "writable", "readonly"] },
      selinux: { types: ["string"], values: ["z", "Z"] },
    }),
    volume: object({ labels: LIST_OR_MAP, nocopy: BOOLEAN, subpath: STRING }),
    tmpfs: object({ size: oneOf({ types: ["integer"], minimum: 0 }, STRING), mode: NUMBER }),
    image: object({ subpath: STRING }),
  },
  ["type"],
);

const OPTION_VALUE = anyOf("string", "number", "boolean");
const PROVIDER = object({ type: STRING, options: mapTo(oneOf(OPTION_VALUE, listOf(OPTION_VALUE))) }, ["type"]);

const WATCH = object(
  {
    ignore: STRING_OR_LIST,
    include: STRING_OR_LIST,
    path: STRING,
    action: { types: ["string"], values: ["rebuild", "sync", "restart", "sync+restart", "sync+exec"] },
    target: STRING,
    exec: HOOK,
    initial_sync: STRICT_BOOLEAN,
  },
  ["path", "action"],
);

const PULL_POLICY = /always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+/;

export const SERVICE: Schema = object({
  develop: optional(object({ watch: listOf(WATCH) })),
  deploy: DEPLOY,
  annotations: LIST_OR_MAP,
  attach: BOOLEAN,
  build: BUILD,
  blkio_config: BLKIO,
  cap_add: UNIQUE_STRINGS,
  cap_drop: UNIQUE_STRINGS,
  cgroup: { types: ["string"], values: ["host", "private"] },
  cgroup_parent: STRING,
  command: COMMAND,
  configs: FILE_REFERENCES,
  container_name: { types: ["string"], pattern: /[a-zA-Z0-9][a-zA-Z0-9_.-]+/ },
  cpu_count: oneOf(STRING, { types: ["integer"], minimum: 0 }),
  cpu_percent: oneOf(STRING, { types: ["integer"], minimum: 0, maximum: 100 }),
  cpu_shares: NUMBER,
  cpu_quota: NUMBER,
  cpu_period: NUMBER,
  cpu_rt_period: NUMBER,
  cpu_rt_runtime: NUMBER,
  cpus: NUMBER,
  cpuset: STRING,
  credential_spec: object({ config: STRING, file: STRING, registry: STRING }),
  depends_on: DEPENDS_ON,
  device_cgroup_rules: UNIQUE_STRINGS,
  devices: listOf(oneOf(STRING, object({ source: STRING, target: STRING, permissions: STRING }, ["source"]))),
  dns: STRING_OR_LIST,
  dns_opt: UNIQUE_STRINGS,
  dns_search: STRING_OR_LIST,
  domainname: STRING,
  entrypoint: COMMAND,
  env_file: ENV_FILE,
  label_file: oneOf(STRING, STRINGS),
  environment: LIST_OR_MAP,
  expose: listOf(anyOf("string", "number"), true),
  extends: oneOf(STRING, closedObject({ service: STRING, file: STRING }, ["service"])),
  provider: PROVIDER,
  external_links: UNIQUE_STRINGS,
  extra_hosts: EXTRA_HOSTS,
  gpus: oneOf({ types: ["string"], values: ["all"] }, DEVICE_REQUESTS),
  group_add: listOf(anyOf("string", "number"), true),
  healthcheck: HEALTHCHECK,
  hostname: STRING,
  image: STRING,
  init: BOOLEAN,
  ipc: STRING,
  isolation: STRING,
  labels: LIST_OR_MAP,
  links: UNIQUE_STRINGS,
  logging: object({ driver: STRING, options: mapTo(anyOf("string", "number", "null")) }),
  mac_address: STRING,
  mem_limit: NUMBER,
  mem_reservation: INTEGER,
  mem_swappiness: INTEGER,
  memswap_limit: NUMBER,
  network_mode: STRING,
  models: MODELS,
  networks: NETWORKS,
  oom_kill_disable: BOOLEAN,
  oom_score_adj: oneOf(STRING, { types: ["integer"], minimum: -1000, maximum: 1000 }),
  pid: anyOf("string", "null"),
  pids_limit: NUMBER,
  platform: STRING,
  ports: listOf(oneOf(anyOf("number"), STRING, PORT), true),
  post_start: listOf(HOOK),
  pre_stop: listOf(HOOK),
  privileged: BOOLEAN,
  profiles: UNIQUE_STRINGS,
  pull_policy: { types: ["string"], pattern: PULL_POLICY },
  pull_refresh_after: STRING,
  read_only: BOOLEAN,
  restart: STRING,
  runtime: STRING,
  scale: INTEGER,
  security_opt: UNIQUE_STRINGS,
  shm_size: NUMBER,
  secrets: FILE_REFERENCES,
  sysctls: LIST_OR_MAP,
  stdin_open: BOOLEAN,
  stop_grace_period: STRING,
  stop_signal: STRING,
  storage_opt: anyOf("object"),
  tmpfs: STRING_OR_LIST,
  tty: BOOLEAN,
  ulimits: ULIMITS,
  use_api_socket: STRICT_BOOLEAN,
  user: STRING,
  uts: STRING,
  userns_mode: STRING,
  volumes: listOf(oneOf(STRING, MOUNT), true),
  volumes_from: UNIQUE_STRINGS,
  working_dir: STRING,
});
