/** A service as the API's body of a container. Model: compose's getCreateConfigs. */
import {
  ComposeError,
  type Healthcheck,
  hostList,
  type Project,
  type Service,
  serviceHash,
} from "../../compose/index.ts";
import { orNull, ownValue } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { CreateOptions } from "../container/create-options.ts";
import type { EndpointSettings, HealthConfig, HostConfig, PortBinding, RestartPolicy } from "../docker/create-body.ts";
import { normalizeCapabilities } from "../docker/values/policies.ts";
import { EMPTY_SETTINGS } from "../network/settings.ts";
import { CONFIG_HASH, DEPENDS_ON, NUMBER } from "./labels.ts";
import { serviceMounts } from "./mounts.ts";
import type { Operation } from "./operation.ts";
import { serviceResources } from "./resources-body.ts";

/** A service, and which of its containers this is to be. */
export interface ContainerPlan {
  readonly project: Project;
  readonly serviceName: string;
  readonly service: Service;
  /** Its name without that of what it replaces. */
  readonly containerName: string;
  /** Counts from 1; 0 for one that `run` makes. */
  readonly number: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly replaced?: Container | undefined;
  readonly autoRemove?: boolean;
  readonly attachStdin?: boolean;
  readonly useAliases?: boolean;
  readonly links?: readonly string[];
}

export function imageName(project: string, serviceName: string, service: Service): string {
  return service.image ?? `${project}-${serviceName}`;
}

/** @throws ComposeError */
export function createOptions(operation: Operation, plan: ContainerPlan): CreateOptions {
  const { project, serviceName, service } = plan;
  const ports = service.ports ?? [];
  const exposed = [
    ...(service.expose ?? []),
    ...ports.map(({ target = 0, protocol = "tcp" }) => `${target}/${protocol}`),
  ];
  const health = healthConfig(service.healthcheck);
  return {
    Hostname: service.hostname ?? "",
    Domainname: service.domainname ?? "",
    User: service.user ?? "",
    ...(exposed.length === 0 ? {} : { ExposedPorts: Object.fromEntries(exposed.map((port) => [port, {}])) }),
    Tty: service.tty ?? false,
    OpenStdin: service.stdin_open ?? false,
    StdinOnce: plan.attachStdin === true && service.stdin_open === true,
    AttachStdin: plan.attachStdin ?? false,
    AttachStderr: true,
    AttachStdout: true,
    Cmd: service.command ?? null,
    Image: imageName(project.name, serviceName, service),
    WorkingDir: service.working_dir ?? "",
    Entrypoint: service.entrypoint ?? null,
    ...(service.network_mode === "disabled" ? { NetworkDisabled: true } : {}),
    Labels: containerLabels(plan),
    ...(service.stop_signal === undefined ? {} : { StopSignal: service.stop_signal }),
    Env: environmentList(service.environment),
    ...(health === undefined ? {} : { Healthcheck: health }),
    ...(service.stop_grace_period === undefined ? {} : { StopTimeout: Math.trunc(service.stop_grace_period / 1e9) }),
    HostConfig: hostConfig(operation, plan),
    ...networking(plan),
  };
}

/** In the order of names; compose has none. */
export function environmentList(environment: Service["environment"] = {}): readonly string[] {
  return Object.entries(environment)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === null ? name : `${name}=${value}`));
}

/** What it can do without is left out where it is switched off. */
function containerLabels({ project, service, number, labels }: ContainerPlan): Readonly<Record<string, string>> {
  const dependencies = Object.entries(service.depends_on ?? {})
    .filter(([name]) => project.services.has(name))
    .map(([name, dependency]) => `${name}:${dependency?.condition ?? ""}:${dependency?.restart === true}`);
  return {
    ...labels,
    [CONFIG_HASH]: serviceHash(service),
    ...(number > 0 ? { [NUMBER]: String(number) } : {}),
    [DEPENDS_ON]: dependencies.sort().join(","),
  };
}

function healthConfig(check: Healthcheck | undefined): HealthConfig | undefined {
  if (check === undefined) return undefined;
  const { test = [], disable, interval, timeout, start_period, start_interval, retries } = check;
  return {
    Test: disable === true ? ["NONE"] : test,
    ...(interval === undefined ? {} : { Interval: interval }),
    ...(timeout === undefined ? {} : { Timeout: timeout }),
    ...(start_period === undefined ? {} : { StartPeriod: start_period }),
    ...(start_interval === undefined ? {} : { StartInterval: start_interval }),
    ...(retries === undefined ? {} : { Retries: retries }),
  };
}

function hostConfig(operation: Operation, plan: ContainerPlan): Partial<HostConfig> {
  const { project, service } = plan;
  const security = securityOptions(service.security_opt ?? []);
  return {
    AutoRemove: plan.autoRemove ?? false,
    ...(service.annotations === undefined ? {} : { Annotations: service.annotations }),
    ...serviceMounts(operation, project, service, plan.replaced),
    CapAdd: normalizeCapabilities(service.cap_add ?? []),
    CapDrop: normalizeCapabilities(service.cap_drop ?? []),
    NetworkMode: networkMode(project, service),
    ...(service.init === undefined ? {} : { Init: service.init }),
    IpcMode: service.ipc ?? "",
    CgroupnsMode: service.cgroup ?? "",
    ReadonlyRootfs: service.read_only ?? false,
    RestartPolicy: restartPolicy(service),
    ShmSize: service.shm_size ?? 0,
    ...(service.sysctls === undefined ? {} : { Sysctls: service.sysctls }),
    PortBindings: portBindings(service),
    ...serviceResources(service),
    VolumesFrom: service.volumes_from ?? null,
    Dns: service.dns ?? null,
    DnsSearch: service.dns_search ?? null,
    DnsOptions: service.dns_opt ?? null,
    ExtraHosts: hostList(service.extra_hosts ?? {}, ":"),
    ...security,
    ...(service.storage_opt === undefined ? {} : { StorageOpt: service.storage_opt }),
    UsernsMode: service.userns_mode ?? "",
    UTSMode: service.uts ?? "",
    Privileged: service.privileged ?? false,
    PidMode: service.pid ?? "",
    ...(service.tmpfs === undefined ? {} : { Tmpfs: Object.fromEntries(service.tmpfs.map(tmpfsEntry)) }),
    Isolation: service.isolation ?? "",
    ...(service.runtime === undefined ? {} : { Runtime: service.runtime }),
    LogConfig: { Type: service.logging?.driver ?? "", Config: service.logging?.options ?? {} },
    GroupAdd: service.group_add ?? null,
    Links: orNull(plan.links ?? []),
    OomScoreAdj: service.oom_score_adj ?? 0,
  };
}

function tmpfsEntry(text: string): [string, string] {
  const at = text.indexOf(":");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** @throws ComposeError `invalid security-opt: "x"` */
function securityOptions(given: readonly string[]): Partial<HostConfig> {
  const kept = given.filter((option) => option !== "systempaths=unconfined");
  const wrong = kept.find((option) => !/[=:]/.test(option) && option !== "no-new-privileges");
  if (wrong !== undefined) throw new ComposeError(`invalid security-opt: ${JSON.stringify(wrong)}`);
  const isUnconfined = kept.length < given.length;
  return {
    SecurityOpt: kept.length === 0 ? null : kept,
    ...(isUnconfined ? { MaskedPaths: [], ReadonlyPaths: [] } : {}),
  };
}

function portBindings({ ports = [] }: Service): Readonly<Record<string, readonly PortBinding[]>> {
  const bindings: Record<string, readonly PortBinding[]> = {};
  for (const { target = 0, protocol = "tcp", host_ip = "", published = "" } of ports) {
    const port = `${target}/${protocol}`;
    bindings[port] = [...(bindings[port] ?? []), { HostIp: host_ip, HostPort: published }];
  }
  return bindings;
}

const POLICIES: Readonly<Record<string, string>> = { none: "no", any: "always" };

function restartPolicy({ restart, deploy }: Service): RestartPolicy {
  const policy = deploy?.restart_policy;
  if (policy !== undefined) {
    const { condition = "", max_attempts = 0 } = policy;
    return { Name: ownValue(POLICIES, condition) ?? condition, MaximumRetryCount: max_attempts };
  }
  const [name = "", attempts = "0"] = (restart ?? "").split(":");
  return { Name: ownValue(POLICIES, name) ?? name, MaximumRetryCount: Number(attempts) || 0 };
}

/** A service's networks, that with the highest priority first. */
function networksOf({ networks = {} }: Service): readonly string[] {
  const priority = (name: string): number => networks[name]?.priority ?? 0;
  return Object.keys(networks).sort((a, b) => priority(b) - priority(a) || (a < b ? -1 : 1));
}

function networkMode(project: Project, service: Service): string {
  if (service.network_mode !== undefined) return service.network_mode;
  const [first] = networksOf(service);
  if (project.networks.size === 0 || first === undefined) return "none";
  return project.networks.get(first)?.name ?? first;
}

function networking(plan: ContainerPlan): Pick<CreateOptions, "NetworkingConfig"> {
  const { project, service } = plan;
  if (service.network_mode !== undefined) return {};
  const names = networksOf(service);
  const [main] = names;
  const mac = main === undefined ? undefined : service.networks?.[main]?.mac_address;
  if (service.mac_address !== undefined && mac !== undefined && mac !== service.mac_address) {
    throw new ComposeError(`the service-level mac_address should have the same value as network ${main}`);
  }
  const endpoints = names.map((name): [string, EndpointSettings] => [
    project.networks.get(name)?.name ?? name,
    endpointSettings(plan, name, name === main),
  ]);
  return { NetworkingConfig: { EndpointsConfig: Object.fromEntries(endpoints) } };
}

function endpointSettings(plan: ContainerPlan, network: string, isMain: boolean): EndpointSettings {
  const { service, serviceName, containerName, links, useAliases = true } = plan;
  const spec = service.networks?.[network];
  const ifname =
    spec?.interface_name === undefined ? {} : { "com.docker.network.endpoint.ifname": spec.interface_name };
  const options = { ...spec?.driver_opts, ...ifname };
  return {
    ...EMPTY_SETTINGS,
    Aliases: [containerName, ...(useAliases ? [serviceName, ...(spec?.aliases ?? [])] : [])],
    Links: orNull(links ?? []),
    IPAMConfig:
      spec === null || spec === undefined
        ? null
        : {
            ...(spec.ipv4_address === undefined ? {} : { IPv4Address: spec.ipv4_address }),
            ...(spec.ipv6_address === undefined ? {} : { IPv6Address: spec.ipv6_address }),
            ...(spec.link_local_ips === undefined ? {} : { LinkLocalIPs: spec.link_local_ips }),
          },
    MacAddress: spec?.mac_address ?? (isMain ? (service.mac_address ?? "") : ""),
    DriverOpts: Object.keys(options).length === 0 ? null : options,
    GwPriority: spec?.gw_priority ?? 0,
  };
}
