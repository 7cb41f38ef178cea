/**
 * `docker service inspect --pretty`: what there is to say of a service, for people to read.
 *
 * Model: docker/cli cli/command/service/formatter.go. Blanks and tabs are as there.
 */
import { durationText, parseTime } from "../../../../lib/go/index.ts";
import type { ServiceSpec, TaskContainerSpec, UpdateConfig } from "../../../swarm/service-spec.ts";
import { binarySize, humanDuration } from "../../values/human.ts";

/** A document of the API, as far as it is shown. */
export interface ServicePage {
  readonly ID: string;
  readonly Spec: ServiceSpec;
  readonly UpdateStatus?: {
    readonly State: string;
    readonly StartedAt?: string;
    readonly CompletedAt?: string;
    readonly Message: string;
  };
}

/** Seconds since 1970, and what networks are called. */
export interface PrettyPlace {
  readonly now: number;
  readonly networkName: (id: string) => string;
}

export function prettyService({ ID, Spec: spec, UpdateStatus: status }: ServicePage, place: PrettyPlace): string {
  const { TaskTemplate: task, Mode: mode, EndpointSpec: endpoint } = spec;
  const container = task.ContainerSpec ?? { Image: "" };
  const { Placement: placement = {}, Resources: resources = {} } = task;
  const labels = Object.entries(spec.Labels ?? {}).map(([name, value]) => (value === "" ? name : `${name}=${value}`));
  const networks = task.Networks ?? spec.Networks ?? [];
  const lines = [
    "",
    `ID:\t\t${ID}`,
    `Name:\t\t${spec.Name}`,
    ...(labels.length > 0 ? ["Labels:", ...labels.map((label) => ` ${label}`)] : []),
    mode.Global !== undefined
      ? "Service Mode:\tGlobal"
      : mode.Replicated !== undefined
        ? "Service Mode:\tReplicated"
        : "Service Mode:",
    ...(mode.Replicated?.Replicas === undefined ? [] : [` Replicas:\t${mode.Replicated.Replicas}`]),
    ...(status === undefined ? [] : updateLines(status, place.now)),
    "Placement:",
    ...(isFilled(placement.Constraints) ? [` Constraints:\t[${placement.Constraints?.join(" ") ?? ""}]`] : []),
    ...(isFilled(placement.Preferences) ? [` Preferences:   [${preferences(placement.Preferences)}]`] : []),
    ...((placement.MaxReplicas ?? 0) > 0 ? [` Max Replicas Per Node:   ${placement.MaxReplicas}`] : []),
    ...configLines("UpdateConfig", "Update order:  ", spec.UpdateConfig),
    ...configLines("RollbackConfig", "Rollback order:", spec.RollbackConfig),
    "ContainerSpec:",
    ...containerLines(container),
    ...mountLines(container),
    ...logLines(task.LogDriver),
    "Resources:",
    ...amountLines("Reservations", resources.Reservations),
    ...amountLines("Limits", resources.Limits),
    ...(networks.length > 0
      ? [`Networks: ${networks.map(({ Target }) => `${place.networkName(Target)} `).join("")}`]
      : []),
    `Endpoint Mode:\t${endpoint?.Mode ?? "vip"}`,
    ...portLines(endpoint?.Ports ?? []),
    ...healthLines(container),
  ];
  return `${lines.join("\n")}\n\n`;
}

const isFilled = (list: readonly unknown[] | undefined): boolean => (list ?? []).length > 0;

function preferences(list: readonly object[] | undefined): string {
  return (list ?? [])
    .map(
      (one) =>
        `spread=${(one as { readonly Spread?: { readonly SpreadDescriptor?: string } }).Spread?.SpreadDescriptor ?? ""}`,
    )
    .join(" ");
}

function updateLines(status: NonNullable<ServicePage["UpdateStatus"]>, now: number): readonly string[] {
  const ago = (text: string): string => `${humanDuration(now - (parseTime(text)?.seconds ?? now))} ago`;
  return [
    "UpdateStatus:",
    ` State:\t\t${status.State}`,
    ...(status.StartedAt === undefined ? [] : [` Started:\t${ago(status.StartedAt).toLowerCase()}`]),
    // For a rollback, docker does not print when it was completed.
    ...(status.CompletedAt === undefined || status.State !== "completed"
      ? []
      : [` Completed:\t${ago(status.CompletedAt).toLowerCase()}`]),
    ` Message:\t${status.Message}`,
  ];
}

function configLines(title: string, order: string, config: UpdateConfig | undefined): readonly string[] {
  if (config === undefined) return [];
  const { Parallelism, Delay = 0, FailureAction = "", Monitor = 0, MaxFailureRatio, Order = "" } = config;
  return [
    `${title}:`,
    ` Parallelism:\t${Parallelism}`,
    ...(Delay > 0 ? [` Delay:\t\t${durationText(Delay)}`] : []),
    ` On failure:\t${FailureAction}`,
    ...(Monitor > 0 ? [` Monitoring Period: ${durationText(Monitor)}`] : []),
    ` Max failure ratio: ${MaxFailureRatio}`,
    ` ${order}    ${Order}`,
  ];
}

const words = (list: readonly string[] | undefined): string => (list ?? []).map((word) => `${word} `).join("");

function containerLines(container: TaskContainerSpec): readonly string[] {
  const { Image, Command, Args, Env, Dir, User, Init, Sysctls = {}, Ulimits = [] } = container;
  const { CapabilityAdd, CapabilityDrop } = container;
  const has = isFilled(CapabilityAdd) || isFilled(CapabilityDrop);
  return [
    ` Image:\t\t${Image}`,
    ...(isFilled(Command) ? [` Command:\t${words(Command)}`] : []),
    ...(isFilled(Args) ? [` Args:\t\t${words(Args)}`] : []),
    ...(isFilled(Env) ? [` Env:\t\t${words(Env)}`] : []),
    ...(Dir === undefined || Dir === "" ? [] : [` Dir:\t\t${Dir}`]),
    ...(Init === undefined ? [] : [` Init:\t\t${Init}`]),
    ...(User === undefined || User === "" ? [] : [` User: ${User}`]),
    ...(has ? ["Capabilities:"] : []),
    ...(isFilled(CapabilityAdd) ? [` Add: ${CapabilityAdd?.join(", ") ?? ""}`] : []),
    ...(isFilled(CapabilityDrop) ? [` Drop: ${CapabilityDrop?.join(", ") ?? ""}`] : []),
    ...(Object.keys(Sysctls).length > 0
      ? ["SysCtls:", ...Object.entries(Sysctls).map(([name, value]) => ` ${name}: ${value}`)]
      : []),
    ...(Ulimits.length > 0 ? ["Ulimits:", ...Ulimits.map(({ Name, Soft, Hard }) => ` ${Name}: ${Soft}:${Hard}`)] : []),
  ];
}

function mountLines({ Mounts = [], Configs = [], Secrets = [] }: TaskContainerSpec): readonly string[] {
  const files = (title: string, list: readonly (readonly [target: string, source: string])[]): readonly string[] =>
    list.length === 0
      ? []
      : [title, ...list.flatMap(([target, source]) => [` Target:\t${target}`, `  Source:\t${source}`])];
  return [
    ...(Mounts.length > 0 ? ["Mounts:"] : []),
    ...Mounts.flatMap(({ Target = "", Source = "", ReadOnly = false, Type = "" }) => [
      ` Target:\t${Target}`,
      `  Source:\t${Source}`,
      `  ReadOnly:\t${ReadOnly}`,
      `  Type:\t\t${Type}`,
    ]),
    ...files(
      "Configs:",
      Configs.map(({ File, ConfigName }) => [File?.Name ?? "", ConfigName] as const),
    ),
    ...files(
      "Secrets:",
      Secrets.map(({ File, SecretName }) => [File?.Name ?? "", SecretName] as const),
    ),
  ];
}

function logLines(driver: ServiceSpec["TaskTemplate"]["LogDriver"]): readonly string[] {
  if (driver === undefined) return [];
  const options = Object.entries(driver.Options ?? {}).map(([name, value]) => `  ${`${name}:`.padEnd(11)} ${value}`);
  return ["Log Driver:", ` Name:\t\t${driver.Name}`, ...(options.length > 0 ? [" LogOpts:", ...options] : []), ""];
}

function amountLines(
  title: string,
  amounts: { readonly NanoCPUs?: number; readonly MemoryBytes?: number; readonly Pids?: number } | undefined,
): readonly string[] {
  if (amounts === undefined || Object.keys(amounts).length === 0) return [];
  const { NanoCPUs = 0, MemoryBytes = 0, Pids = 0 } = amounts;
  return [
    ` ${title}:`,
    ...(NanoCPUs > 0 ? [`  CPU:\t\t${NanoCPUs / 1e9}`] : []),
    ...(MemoryBytes > 0 ? [`  Memory:\t${binarySize(MemoryBytes)}`] : []),
    ...(Pids > 0 ? [`  PIDs:\t\t${Pids}`] : []),
  ];
}

function portLines(ports: NonNullable<NonNullable<ServiceSpec["EndpointSpec"]>["Ports"]>): readonly string[] {
  if (ports.length === 0) return [];
  return [
    "Ports:",
    ...ports.flatMap(({ PublishedPort = 0, Protocol = "tcp", TargetPort = 0, PublishMode = "ingress" }, at) => [
      ` PublishedPort = ${PublishedPort}`,
      `  Protocol = ${Protocol}`,
      `  TargetPort = ${TargetPort}`,
      `  PublishMode = ${PublishMode}${at === ports.length - 1 ? " " : ""}`,
    ]),
  ];
}

function healthLines({ Healthcheck: check }: TaskContainerSpec): readonly string[] {
  if (check === undefined) return [];
  const { Test = [], Interval = 0, Timeout = 0, StartPeriod = 0, Retries = 0 } = check;
  const tests = Test.map((word) => `\t Test = ${word}`);
  return [
    " Healthcheck:",
    `  Interval = ${durationText(Interval)}`,
    `  Retries = ${Retries}`,
    `  StartPeriod =\t${durationText(StartPeriod)}`,
    `  Timeout =\t${durationText(Timeout)}`,
    ...(tests.length > 0 ? ["  Tests:", `${tests.join("\n")} `] : []),
  ];
}
