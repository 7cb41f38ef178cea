/**
 * A service of a stack's file as the swarm is asked for it.
 *
 * @see docker/cli cli/compose/convert/service.go, volume.go
 */
import type {
  EndpointSpec as ComposeEndpoint,
  Healthcheck,
  MountSpec,
  Project,
  Service,
} from "../../../compose/index.ts";
import { sortKeys } from "../../../lib/index.ts";
import type { HealthConfig, MountBody, StringMap } from "../../docker/create-body.ts";
import { failure } from "../../docker/problem.ts";
import { familiarText, parseReference, withDefaultTag } from "../../docker/reference.ts";
import type {
  NetworkTarget,
  PortConfig,
  ResourceAmounts,
  ServiceMode,
  ServiceSpec,
  TaskContainerSpec,
  TaskRestartPolicy,
  UpdateConfig,
} from "../../swarm/service-spec.ts";
import { NAMESPACE, namesOf, scoped } from "./names.ts";

/** The image as the file names it. */
export const IMAGE_LABEL = "com.docker.stack.image";
const NANO_CPUS = 1e9;

export interface StackPlace {
  readonly namespace: string;
  readonly project: Project;
  /** Secrets and configs as the swarm knows them. */
  readonly files: Pick<TaskContainerSpec, "Secrets" | "Configs">;
}

/** @throws CliError `service web: undefined network "x"` */
export function serviceSpec(name: string, service: Service, place: StackPlace): ServiceSpec {
  const { namespace, project } = place;
  const { deploy, image = "" } = service;
  const refuse = (why: string): never => {
    throw failure(`service ${name}: ${why}`);
  };
  const own = { [NAMESPACE]: namespace };
  return {
    Name: scoped(namespace, name),
    Labels: sortKeys({ ...deploy?.labels, [IMAGE_LABEL]: image, ...own }),
    TaskTemplate: {
      ContainerSpec: {
        Image: familiarText(withDefaultTag(parseReference(image))),
        ...containerOf(service, own),
        ...filled({ Mounts: mountsOf(service, namespace, project, refuse) }),
        ...endOf(service, place.files),
      },
      Resources: filled({
        Limits: amountsOf(deploy?.resources?.limits),
        Reservations: amountsOf(deploy?.resources?.reservations),
      }),
      RestartPolicy: restartOf(service),
      Placement: placementOf(service),
      Networks: networksOf(name, service, namespace, project, refuse),
      ...(service.logging && {
        LogDriver: { Name: service.logging.driver ?? "", Options: service.logging.options ?? {} },
      }),
      ForceUpdate: 0,
      Runtime: "container",
    },
    Mode: modeOf(service, refuse),
    ...filled({ UpdateConfig: updateOf(deploy?.update_config), RollbackConfig: updateOf(deploy?.rollback_config) }),
    EndpointSpec: {
      ...filled({ Mode: deploy?.endpoint_mode?.toLowerCase() ?? "vip" }),
      ...filled({ Ports: portsOf(service) }),
    },
  };
}

type Refuse = (why: string) => never;

function containerOf(service: Service, own: StringMap): Partial<TaskContainerSpec> {
  return filled({
    Labels: sortKeys({ ...service.labels, ...own }),
    Command: service.entrypoint,
    Args: service.command,
    Hostname: service.hostname,
    Env: environmentOf(service),
    Dir: service.working_dir,
    User: service.user,
    Privileges: { CredentialSpec: null, SELinuxContext: null, NoNewPrivileges: false },
    Init: service.init,
    StopSignal: service.stop_signal,
    TTY: service.tty,
    OpenStdin: service.stdin_open,
    ReadOnly: service.read_only,
  });
}

/** The fields that come after the mounts. */
function endOf(service: Service, files: StackPlace["files"]): Partial<TaskContainerSpec> {
  const { dns: Nameservers, dns_search: Search, cap_add = [], cap_drop = [] } = service;
  const ulimits = Object.entries(service.ulimits ?? {}).map(([Name, limit]) => {
    const { soft = 0, hard = 0, single = 0 } = limit ?? {};
    return { Name, Hard: single || hard, Soft: single || soft };
  });
  const capability = (name: string): string => (name.startsWith("CAP_") ? name : `CAP_${name}`);
  return filled({
    StopGracePeriod: service.stop_grace_period,
    Healthcheck: healthOf(service.healthcheck),
    Hosts: hostsOf(service),
    DNSConfig: filled({ Nameservers, Search }),
    ...files,
    Isolation: service.isolation ?? "default",
    Sysctls: service.sysctls,
    CapabilityAdd: cap_add.length > 0 ? cap_add.map(capability) : undefined,
    CapabilityDrop: cap_drop.length > 0 ? cap_drop.map(capability) : undefined,
    Ulimits: ulimits.length > 0 ? ulimits : undefined,
  });
}

function environmentOf({ environment = {} }: Service): readonly string[] | undefined {
  const lines = Object.entries(environment).map(([name, value]) => (value === null ? name : `${name}=${value}`));
  return lines.length === 0 ? undefined : lines.sort();
}

function hostsOf({ extra_hosts = {} }: Service): readonly string[] | undefined {
  const lines = Object.entries(extra_hosts).flatMap(([name, addresses]) =>
    [addresses].flat().map((address) => `${address} ${name}`),
  );
  return lines.length === 0 ? undefined : lines;
}

function healthOf(check: Healthcheck | undefined): HealthConfig | undefined {
  if (check === undefined) return undefined;
  if (check.disable === true) return { Test: ["NONE"] };
  return filled({
    Test: check.test,
    Interval: check.interval,
    Timeout: check.timeout,
    StartPeriod: check.start_period,
    StartInterval: check.start_interval,
    Retries: check.retries,
  });
}

type Amounts = NonNullable<NonNullable<NonNullable<Service["deploy"]>["resources"]>["limits"]>;

function amountsOf(amounts: Amounts | undefined): ResourceAmounts | undefined {
  if (amounts === undefined) return undefined;
  const { cpus, memory, pids } = amounts;
  return filled({
    NanoCPUs: cpus === undefined ? undefined : Math.round(cpus * NANO_CPUS),
    MemoryBytes: memory,
    Pids: pids,
  });
}

function restartOf({ restart = "", deploy }: Service): TaskRestartPolicy {
  const policy = deploy?.restart_policy;
  if (policy !== undefined) {
    return filled({
      Condition: policy.condition,
      Delay: policy.delay,
      MaxAttempts: policy.max_attempts,
      Window: policy.window,
    });
  }
  const [name = "", count] = restart.split(":");
  if (name === "always" || name === "unless-stopped") return { Condition: "any" };
  if (name !== "on-failure") return {};
  return { Condition: "on-failure", ...(count === undefined ? {} : { MaxAttempts: Number(count) }) };
}

function placementOf({ deploy }: Service) {
  const { constraints, preferences, max_replicas_per_node: MaxReplicas } = deploy?.placement ?? {};
  const Preferences = preferences?.map(({ spread = "" }) => ({ Spread: { SpreadDescriptor: spread } }));
  return filled({ Constraints: constraints, Preferences, MaxReplicas });
}

function modeOf({ deploy }: Service, refuse: Refuse): ServiceMode {
  const { mode = "", replicas } = deploy ?? {};
  if (mode.startsWith("global") && replicas !== undefined)
    return refuse("replicas can only be used with replicated or replicated-job mode");
  switch (mode) {
    case "global":
      return { Global: {} };
    case "global-job":
      return { GlobalJob: {} };
    case "replicated-job":
      return { ReplicatedJob: { MaxConcurrent: replicas ?? 1, TotalCompletions: replicas ?? 1 } };
    case "":
    case "replicated":
      return { Replicated: { Replicas: replicas ?? 1 } };
    default:
      return refuse(`Unknown mode: ${mode}`);
  }
}

function updateOf(update: NonNullable<Service["deploy"]>["update_config"]): UpdateConfig | undefined {
  if (update === undefined) return undefined;
  const { parallelism = 1, delay, failure_action, monitor, max_failure_ratio = 0, order } = update;
  return {
    Parallelism: parallelism,
    ...filled({ Delay: delay, FailureAction: failure_action }),
    ...filled({ Monitor: monitor }),
    MaxFailureRatio: max_failure_ratio,
    ...filled({ Order: order }),
  };
}

/** By the ports on the node. */
function portsOf({ ports = [] }: Service): readonly PortConfig[] | undefined {
  const all = ports.map(({ protocol, target, published, mode }): PortConfig => {
    const PublishedPort = published === undefined || published === "" ? undefined : Number(published);
    return filled({ Protocol: protocol ?? "tcp", TargetPort: target, PublishedPort, PublishMode: mode ?? "ingress" });
  });
  return all.length === 0 ? undefined : all.sort((a, b) => (a.PublishedPort ?? 0) - (b.PublishedPort ?? 0));
}

function networksOf(
  name: string,
  { networks }: Service,
  namespace: string,
  project: Project,
  refuse: Refuse,
): readonly NetworkTarget[] {
  const used: readonly (readonly [string, ComposeEndpoint | null])[] = Object.entries(networks ?? { default: null });
  return used.map(([network, endpoint]) => {
    const spec = project.networks.get(network);
    if (spec === undefined && network !== "default") return refuse(`undefined network ${JSON.stringify(network)}`);
    const Target = namesOf(namespace, network, spec);
    const isSwarm = !["host", "none", "bridge"].includes(Target);
    const aliases = [...(endpoint?.aliases ?? []), name];
    return { Target, ...(isSwarm && { Aliases: aliases }), ...filled({ DriverOpts: endpoint?.driver_opts }) };
  });
}

function mountsOf(
  { volumes = [], tmpfs = [] }: Service,
  namespace: string,
  project: Project,
  refuse: Refuse,
): readonly MountBody[] | undefined {
  const mounts = [
    ...volumes.map((mount) => mountOf(mount, namespace, project, refuse)),
    ...tmpfs.map((Target): MountBody => ({ Type: "tmpfs", Target })),
  ];
  return mounts.length === 0 ? undefined : mounts;
}

function mountOf(mount: MountSpec, namespace: string, project: Project, refuse: Refuse): MountBody {
  const { type: Type = "volume", source, target: Target, read_only } = mount;
  const base = { Type, Target, ...(read_only === true && { ReadOnly: true }) };
  if (Type === "tmpfs")
    return filled({
      ...base,
      TmpfsOptions: mount.tmpfs?.size === undefined ? undefined : { SizeBytes: mount.tmpfs.size },
    });
  if (Type !== "volume") {
    const Propagation = mount.bind?.propagation;
    return filled({
      Type,
      Source: source,
      Target,
      ReadOnly: base.ReadOnly,
      BindOptions: Propagation === undefined ? undefined : { Propagation },
    });
  }
  const NoCopy = mount.volume?.nocopy === true ? true : undefined;
  if (source === undefined || source === "") return filled({ ...base, VolumeOptions: NoCopy && { NoCopy } });
  const volume = project.volumes.get(source);
  if (volume === undefined) return refuse(`undefined volume ${JSON.stringify(source)}`);
  const Source = namesOf(namespace, source, volume);
  const isOwn = volume.external !== true;
  const DriverConfig =
    isOwn && (volume.driver !== undefined || volume.driver_opts !== undefined)
      ? filled({ Name: volume.driver, Options: volume.driver_opts })
      : undefined;
  const Labels = isOwn ? sortKeys({ ...volume.labels, [NAMESPACE]: namespace }) : undefined;
  const VolumeOptions = filled({ NoCopy, Labels, DriverConfig });
  return filled({ Type, Source, Target, ReadOnly: base.ReadOnly, VolumeOptions });
}

type Filled<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> };

/** Without the fields that say nothing. */
function filled<T extends object>(fields: T): Filled<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Filled<T>;
}
