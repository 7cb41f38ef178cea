/** From the options of `docker service create` and `update` to a service. Model: docker/cli service.serviceOptions.ToService */
import type {
  NetworkTarget,
  ResourceAmounts,
  ServiceMode,
  ServiceSpec,
  TaskRestartPolicy,
  UpdateConfig,
} from "../../swarm/service-spec.ts";
import { DEFAULT_RESTART, DEFAULT_UPDATE } from "../../swarm/service-spec.ts";
import type { Invocation } from "../command.ts";
import type { FlagValues } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import type { ServiceSettings } from "../requests/service-changes.ts";
import { resolveSource } from "../values/mount.ts";
import type { NetworkAttachment } from "../values/network.ts";
import { cut, toMap } from "../values/pairs.ts";
import { effectiveCapabilities } from "../values/policies.ts";
import { genericResources } from "../values/service-options.ts";
import { environment, healthConfig, sortedUlimits } from "./create-body.ts";
import type { SERVICE_CREATE_FLAGS, SERVICE_UPDATE_FLAGS } from "./service-flags.ts";

type CreateFlags = typeof SERVICE_CREATE_FLAGS;
type Shared = Pick<CreateFlags, keyof CreateFlags & keyof typeof SERVICE_UPDATE_FLAGS>;

/** A command line as far as both commands understand it. */
export interface ServiceOptions {
  readonly flags: FlagValues<Shared>;
  readonly changed: ReadonlySet<string>;
}

/** @throws ValueError for what is not done here */
export function settingsOf({ flags, changed }: ServiceOptions): ServiceSettings {
  if (changed.has("credential-spec")) throw new ValueError('"docker service --credential-spec" is not implemented');
  const given = <K extends keyof typeof flags, N extends string>(name: K, field: N) =>
    (changed.has(name) ? { [field]: flags[name] } : {}) as { readonly [P in N]?: (typeof flags)[K] };
  const config = (kind: "update" | "rollback"): Partial<UpdateConfig> => ({
    ...given(`${kind}-parallelism`, "Parallelism"),
    ...given(`${kind}-delay`, "Delay"),
    ...given(`${kind}-failure-action`, "FailureAction"),
    ...given(`${kind}-monitor`, "Monitor"),
    ...given(`${kind}-max-failure-ratio`, "MaxFailureRatio"),
    ...given(`${kind}-order`, "Order"),
  });
  return {
    container: {
      ...given("entrypoint", "Command"),
      ...given("hostname", "Hostname"),
      ...given("workdir", "Dir"),
      ...given("user", "User"),
      ...given("init", "Init"),
      ...given("stop-signal", "StopSignal"),
      ...given("tty", "TTY"),
      ...given("read-only", "ReadOnly"),
      ...given("stop-grace-period", "StopGracePeriod"),
      ...given("isolation", "Isolation"),
      ...given("oom-score-adj", "OomScoreAdj"),
    },
    limits: {
      ...given("limit-cpu", "NanoCPUs"),
      ...given("limit-memory", "MemoryBytes"),
      ...given("limit-pids", "Pids"),
    },
    reservations: { ...given("reserve-cpu", "NanoCPUs"), ...given("reserve-memory", "MemoryBytes") },
    restart: {
      ...given("restart-condition", "Condition"),
      ...given("restart-delay", "Delay"),
      ...given("restart-max-attempts", "MaxAttempts"),
      ...given("restart-window", "Window"),
    },
    update: config("update"),
    rollback: config("rollback"),
    maxReplicas: changed.has("replicas-max-per-node") ? flags["replicas-max-per-node"] : undefined,
    logDriver: flags["log-driver"] === "" ? undefined : logDriver(flags["log-driver"], flags["log-opt"]),
  };
}

function logDriver(Name: string, options: readonly string[]) {
  return { Name, ...(options.length > 0 && { Options: toMap(options) }) };
}

/** Without what Go leaves out: empty texts and lists, false and 0. */
export function withoutZero<T extends object>(object: T): WithoutZero<T> {
  const isZero = (value: unknown): boolean =>
    value === undefined || value === "" || value === false || value === 0 || isEmptyObject(value);
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isZero(value))) as WithoutZero<T>;
}

type WithoutZero<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

const isEmptyObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

/** What somebody has said, and for the rest of it what is so anyway; nothing if nobody has said anything. */
export function updateConfig(given: Partial<UpdateConfig>, before?: UpdateConfig): UpdateConfig | undefined {
  if (Object.keys(given).length === 0) return before;
  const { Parallelism, MaxFailureRatio, ...rest } = { ...(before ?? DEFAULT_UPDATE), ...given };
  return { Parallelism, ...withoutZero(rest), MaxFailureRatio };
}

export function restartPolicy(given: TaskRestartPolicy, before?: TaskRestartPolicy): TaskRestartPolicy | undefined {
  return Object.keys(given).length === 0 ? before : { ...(before ?? DEFAULT_RESTART), ...given };
}

export const networkTarget = ({ target, aliases, driverOpts }: NetworkAttachment): NetworkTarget => ({
  Target: target,
  ...withoutZero({ Aliases: aliases, DriverOpts: driverOpts }),
});

/** `HOST:ADDRESS` as a line of a hosts file. */
export function hostLine(text: string): string {
  const [host, address = ""] = cut(text, ":");
  return `${address} ${host}`;
}

/** The service that `docker service create` asks for, without its secrets and configs. @throws ValueError */
export function serviceSpec(invocation: Invocation<CreateFlags>): ServiceSpec {
  const { flags, operands, changed } = invocation;
  const settings = settingsOf(invocation);
  const mode = modeOf(
    flags.mode,
    changed.has("replicas") ? flags.replicas : undefined,
    changed.has("max-concurrent") ? flags["max-concurrent"] : undefined,
  );
  const { maxReplicas = 0 } = settings;
  if (maxReplicas > 0 && flags.mode.startsWith("global")) {
    throw new ValueError("replicas-max-per-node can only be used with replicated or replicated-job mode");
  }
  const reserved: ResourceAmounts = {
    ...settings.reservations,
    GenericResources: genericResources(flags["generic-resource"]),
  };
  const policy = restartPolicy(settings.restart);
  const update = updateConfig(settings.update);
  const rollback = updateConfig(settings.rollback);
  if (flags.mode.endsWith("-job") && (update ?? rollback) !== undefined) {
    throw new ValueError("update and rollback configuration is not supported for jobs");
  }
  return {
    Name: flags.name,
    Labels: toMap(flags.label),
    TaskTemplate: {
      ContainerSpec: containerSpec(invocation, operands, settings),
      Resources: { Limits: withoutZero(settings.limits), Reservations: withoutZero(reserved) },
      ...(policy && { RestartPolicy: policy }),
      Placement: withoutZero({
        Constraints: flags.constraint,
        Preferences: flags["placement-pref"].map((SpreadDescriptor) => ({ Spread: { SpreadDescriptor } })),
        MaxReplicas: maxReplicas,
      }),
      ...(flags.network.length > 0 && { Networks: flags.network.map(networkTarget) }),
      ...(settings.logDriver && { LogDriver: settings.logDriver }),
      ForceUpdate: 0,
    },
    Mode: mode,
    ...(update && { UpdateConfig: update }),
    ...(rollback && { RollbackConfig: rollback }),
    EndpointSpec: withoutZero({ Mode: flags["endpoint-mode"].toLowerCase(), Ports: flags.publish.flat() }),
  };
}

function containerSpec(
  { flags, client }: Invocation<CreateFlags>,
  [Image = "", ...Args]: readonly string[],
  { container }: ServiceSettings,
) {
  const { Command, Hostname, Dir, User, Init = false, StopSignal, TTY, ReadOnly, StopGracePeriod, ...last } = container;
  const health = healthConfig({
    ...flags,
    "health-interval": flags["health-interval"] ?? 0,
    "health-timeout": flags["health-timeout"] ?? 0,
    "health-start-period": flags["health-start-period"] ?? 0,
    "health-start-interval": flags["health-start-interval"] ?? 0,
  });
  const { added, dropped } = effectiveCapabilities(flags["cap-add"], flags["cap-drop"]);
  const before = withoutZero({
    Labels: toMap(flags["container-label"]),
    Command,
    Args,
    Hostname,
    Env: environment(flags, client),
    Dir,
    User,
    Groups: flags.group,
  });
  const after = withoutZero({
    StopSignal,
    TTY,
    ReadOnly,
    Mounts: flags.mount.map((mount) => resolveSource(mount, client)),
  });
  const DNSConfig = withoutZero({
    Nameservers: flags.dns,
    Search: flags["dns-search"],
    Options: flags["dns-option"],
  });
  const rest = withoutZero({
    Isolation: last.Isolation,
    Sysctls: toMap(flags.sysctl),
    CapabilityAdd: added,
    CapabilityDrop: dropped,
    Ulimits: sortedUlimits(flags.ulimit),
    OomScoreAdj: last.OomScoreAdj,
  });
  return {
    Image,
    ...before,
    Init,
    ...after,
    ...(StopGracePeriod !== undefined && { StopGracePeriod }),
    ...(health && { Healthcheck: health }),
    ...withoutZero({ Hosts: flags.host.map(hostLine) }),
    DNSConfig,
    ...rest,
  };
}

/** @see docker/cli cli/command/service/opts.go: ToServiceMode */
function modeOf(mode: string, replicas: number | undefined, concurrent: number | undefined): ServiceMode {
  if (mode.startsWith("global") && replicas !== undefined) {
    throw new ValueError("replicas can only be used with replicated or replicated-job mode");
  }
  if (mode !== "replicated-job" && concurrent !== undefined) {
    throw new ValueError("max-concurrent can only be used with replicated-job mode");
  }
  switch (mode) {
    case "replicated":
      return { Replicated: replicas === undefined ? {} : { Replicas: replicas } };
    case "global":
      return { Global: {} };
    case "replicated-job": {
      const most = concurrent ?? replicas;
      return {
        ReplicatedJob: {
          ...(most === undefined ? {} : { MaxConcurrent: most }),
          ...(replicas === undefined ? {} : { TotalCompletions: replicas }),
        },
      };
    }
    case "global-job":
      return { GlobalJob: {} };
    default:
      throw new ValueError(`Unknown mode: ${mode}, only replicated and global supported`);
  }
}
