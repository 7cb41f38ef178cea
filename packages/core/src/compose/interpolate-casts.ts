/** Which texts of a compose file are numbers and booleans, once variables are in them. Model: compose-go's loader. */
import { atoi, parseFloat64, parseInteger } from "../lib/go/index.ts";
import { readBoolean } from "./kinds/scalars.ts";
import type { Warn } from "./substitute.ts";
import { PathTable } from "./tree.ts";

/** What the text says. @throws ValueError */
export type Cast = (text: string, warn: Warn) => number | boolean;

const integer: Cast = atoi;

const bigInteger: Cast = (text) => parseInteger(text);

const float: Cast = parseFloat64;

const boolean: Cast = (text, warn) => {
  const meant = readBoolean(text);
  if (!/^(true|false)$/i.test(text))
    warn(`"${text}" for boolean is not supported by YAML 1.2, please use \`${meant}\``);
  return meant;
};

const SERVICE: Readonly<Record<string, Cast>> = {
  cpu_count: bigInteger,
  cpu_percent: float,
  cpu_period: bigInteger,
  cpu_quota: bigInteger,
  cpu_rt_period: bigInteger,
  cpu_rt_runtime: bigInteger,
  cpus: float,
  cpu_shares: bigInteger,
  init: boolean,
  "deploy.replicas": integer,
  "deploy.update_config.parallelism": integer,
  "deploy.update_config.max_failure_ratio": float,
  "deploy.rollback_config.parallelism": integer,
  "deploy.rollback_config.max_failure_ratio": float,
  "deploy.restart_policy.max_attempts": integer,
  "deploy.placement.max_replicas_per_node": integer,
  "healthcheck.retries": integer,
  "healthcheck.disable": boolean,
  oom_kill_disable: boolean,
  oom_score_adj: bigInteger,
  pids_limit: bigInteger,
  "ports.*.target": integer,
  privileged: boolean,
  read_only: boolean,
  scale: integer,
  stdin_open: boolean,
  tty: boolean,
  "ulimits.*": integer,
  "ulimits.*.hard": integer,
  "ulimits.*.soft": integer,
  "volumes.*.read_only": boolean,
  "volumes.*.volume.nocopy": boolean,
};

export const CASTS = new PathTable<Cast>({
  ...Object.fromEntries(Object.entries(SERVICE).map(([path, cast]) => [`services.*.${path}`, cast])),
  "networks.*.external": boolean,
  "networks.*.internal": boolean,
  "networks.*.attachable": boolean,
  "networks.*.enable_ipv4": boolean,
  "networks.*.enable_ipv6": boolean,
  "volumes.*.external": boolean,
  "secrets.*.external": boolean,
  "configs.*.external": boolean,
});
