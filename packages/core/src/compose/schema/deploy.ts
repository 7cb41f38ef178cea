/** How many of a service there are, and what they may use. Source: the Compose Specification, deploy.md. */
import { INTEGER, LIST_OR_MAP, listOf, NUMBER, object, optional, STRING, STRINGS, UNIQUE_STRINGS } from "./words.ts";

const UPDATE = object({
  parallelism: INTEGER,
  delay: STRING,
  failure_action: STRING,
  monitor: STRING,
  max_failure_ratio: NUMBER,
  order: { types: ["string"], values: ["start-first", "stop-first"] },
});

const GENERIC_RESOURCES = listOf(object({ discrete_resource_spec: object({ kind: STRING, value: NUMBER }) }));

const DEVICE_REQUEST = {
  capabilities: UNIQUE_STRINGS,
  count: INTEGER,
  device_ids: UNIQUE_STRINGS,
  driver: STRING,
  options: LIST_OR_MAP,
};

export const DEVICE_REQUESTS = listOf({ types: ["object"], properties: DEVICE_REQUEST });

export const DEPLOY = optional(
  object({
    mode: STRING,
    endpoint_mode: STRING,
    replicas: INTEGER,
    labels: LIST_OR_MAP,
    rollback_config: UPDATE,
    update_config: UPDATE,
    resources: object({
      limits: object({ cpus: NUMBER, memory: STRING, pids: INTEGER }),
      reservations: object({
        cpus: NUMBER,
        memory: STRING,
        generic_resources: GENERIC_RESOURCES,
        devices: listOf(object(DEVICE_REQUEST, ["capabilities"])),
      }),
    }),
    restart_policy: object({ condition: STRING, delay: STRING, max_attempts: INTEGER, window: STRING }),
    placement: object({
      constraints: STRINGS,
      preferences: listOf(object({ spread: STRING })),
      max_replicas_per_node: INTEGER,
    }),
  }),
);
