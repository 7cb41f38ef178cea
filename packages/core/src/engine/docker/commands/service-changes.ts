/**
 * From the options of `docker service update` to what it changes. Like the real client's, `--max-concurrent` changes
 * nothing there. Model: docker/cli service.updateService
 */
import type { Invocation } from "../command.ts";
import type { HealthConfig } from "../create-body.ts";
import { ValueError } from "../problem.ts";
import type { ServiceChanges } from "../requests/service-changes.ts";
import { resolveSource } from "../values/mount.ts";
import { fromClient, toMap } from "../values/pairs.ts";
import { genericResources } from "../values/service-options.ts";
import { hostLine, networkTarget, settingsOf } from "./service-body.ts";
import type { SERVICE_UPDATE_FLAGS } from "./service-flags.ts";

type UpdateInvocation = Invocation<typeof SERVICE_UPDATE_FLAGS>;

/** @throws ValueError */
export function serviceChanges(invocation: UpdateInvocation): ServiceChanges {
  const { flags, changed, client } = invocation;
  const settings = settingsOf(invocation);
  const { container } = settings;
  return {
    ...settings,
    container: changed.has("args") ? { ...container, Args: flags.args } : container,
    image: changed.has("image") ? flags.image : undefined,
    force: flags.force,
    replicas: changed.has("replicas") ? flags.replicas : undefined,
    endpointMode: changed.has("endpoint-mode") ? flags["endpoint-mode"] : undefined,
    health: healthChanges(invocation),
    capabilities: { add: flags["cap-add"], drop: flags["cap-drop"] },
    labels: { add: toMap(flags["label-add"]), remove: flags["label-rm"] },
    containerLabels: { add: toMap(flags["container-label-add"]), remove: flags["container-label-rm"] },
    sysctls: { add: toMap(flags["sysctl-add"]), remove: flags["sysctl-rm"] },
    env: { add: flags["env-add"].map((entry) => fromClient(entry, client)), remove: flags["env-rm"] },
    groups: { add: flags["group-add"], remove: flags["group-rm"] },
    hosts: { add: flags["host-add"].map(hostLine), remove: flags["host-rm"] },
    dns: {
      servers: { add: flags["dns-add"], remove: flags["dns-rm"] },
      search: { add: flags["dns-search-add"], remove: flags["dns-search-rm"] },
      options: { add: flags["dns-option-add"], remove: flags["dns-option-rm"] },
    },
    constraints: { add: flags["constraint-add"], remove: flags["constraint-rm"] },
    preferences: { add: flags["placement-pref-add"], remove: flags["placement-pref-rm"] },
    mounts: {
      add: flags["mount-add"].map((mount) => resolveSource(mount, client)),
      remove: flags["mount-rm"],
    },
    ports: { add: flags["publish-add"].flat(), remove: flags["publish-rm"].flat() },
    networks: { add: flags["network-add"].map(networkTarget), remove: flags["network-rm"] },
    ulimits: { add: flags["ulimit-add"], remove: flags["ulimit-rm"] },
    genericResources: {
      add: genericResources(flags["generic-resource-add"]),
      remove: flags["generic-resource-rm"],
    },
    secrets: { add: flags["secret-add"], remove: flags["secret-rm"] },
    configs: { add: flags["config-add"], remove: flags["config-rm"] },
  };
}

function healthChanges({ flags, changed }: UpdateInvocation): HealthConfig {
  const given = {
    ...(changed.has("health-cmd") && {
      Test: flags["health-cmd"] === "" ? [] : ["CMD-SHELL", flags["health-cmd"]],
    }),
    ...(changed.has("health-interval") && { Interval: flags["health-interval"] ?? 0 }),
    ...(changed.has("health-timeout") && { Timeout: flags["health-timeout"] ?? 0 }),
    ...(changed.has("health-start-period") && { StartPeriod: flags["health-start-period"] ?? 0 }),
    ...(changed.has("health-start-interval") && { StartInterval: flags["health-start-interval"] ?? 0 }),
    ...(changed.has("health-retries") && { Retries: flags["health-retries"] }),
  };
  if (!flags["no-healthcheck"]) return given;
  if (Object.keys(given).length > 0) throw new ValueError("--no-healthcheck conflicts with --health-* options");
  return { Test: ["NONE"] };
}
