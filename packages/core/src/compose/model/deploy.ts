/** How many of a service there are, and what they may use; the fields are in compose's order. */
import { labels, list, strings } from "../kinds/collections.ts";
import { struct, type Value } from "../kinds/kind.ts";
import { bytes, deviceCount, duration, fraction, integer, optionalInteger, text } from "../kinds/scalars.ts";

export const DEVICE_REQUEST = struct({
  capabilities: strings,
  driver: text,
  count: deviceCount,
  device_ids: strings,
  options: labels,
});

const UPDATE = struct({
  parallelism: optionalInteger("uint64"),
  delay: duration,
  failure_action: text,
  monitor: duration,
  max_failure_ratio: fraction,
  order: text,
});

const RESOURCE = struct({
  cpus: fraction,
  memory: bytes,
  pids: integer("int64"),
  devices: list(DEVICE_REQUEST),
  generic_resources: list(struct({ discrete_resource_spec: struct({ kind: text, value: integer("int64") }) })),
});

const RESOURCES = struct({ limits: RESOURCE, reservations: RESOURCE }, { omitsEmpty: true });

const RESTART_POLICY = struct({
  condition: text,
  delay: duration,
  max_attempts: optionalInteger("uint64"),
  window: duration,
});

const PLACEMENT = struct(
  { constraints: strings, preferences: list(struct({ spread: text })), max_replicas_per_node: integer("uint64") },
  { omitsEmpty: true },
);

export const DEPLOY = struct(
  {
    mode: text,
    replicas: optionalInteger("int"),
    labels,
    update_config: UPDATE,
    rollback_config: UPDATE,
    resources: RESOURCES,
    restart_policy: RESTART_POLICY,
    placement: PLACEMENT,
    endpoint_mode: text,
  },
  { always: { resources: {}, placement: {} } },
);

export type Deploy = Value<typeof DEPLOY>;
export type Resource = Value<typeof RESOURCE>;
