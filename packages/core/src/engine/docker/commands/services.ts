/** `docker service`, as far as it is known here. Model: docker/cli cli/command/service. */
import type { ServiceMode, ServiceSpec } from "../../swarm/service-spec.ts";
import { atLeast, type Command, command, exactly } from "../command.ts";
import { bool, bytes, duration, filter, list, listOf, text, unsigned } from "../flags/flag.ts";
import { parseCsv } from "../go/csv.ts";
import { ValueError } from "../problem.ts";
import type { PayloadWish } from "../requests/swarm.ts";
import { cut, label, toMap } from "../values/pairs.ts";
import { inspects, lists, removes } from "./swarm.ts";

const DEFAULT_MODE = 0o444;

/** `NAME` or `source=NAME,target=PATH,uid=…,gid=…,mode=…`. @see docker/cli opts/swarmopts/secret.go */
function payloadWish(given: string, kind: "secret" | "config"): PayloadWish {
  const fields = parseCsv(given);
  if (fields.length === 1 && !given.includes("="))
    return { source: given, target: given, uid: "0", gid: "0", mode: DEFAULT_MODE };
  const wish = { source: "", target: "", uid: "0", gid: "0", mode: DEFAULT_MODE };
  for (const field of fields) {
    const [key, value] = cut(field, "=");
    if (value === undefined) throw new ValueError(`invalid field '${field}' must be a key=value pair`);
    if (key === "source" || key === "src") wish.source = value;
    else if (key === "target") wish.target = value;
    else if (key === "uid") wish.uid = value;
    else if (key === "gid") wish.gid = value;
    else if (key === "mode" && /^0?[0-7]+$/.test(value)) wish.mode = Number.parseInt(value, 8);
    else if (key === "mode")
      throw new ValueError(`invalid mode specified: strconv.ParseUint: parsing "${value}": invalid syntax`);
    else throw new ValueError(`invalid field in ${kind} request: ${key}`);
  }
  if (wish.source === "") throw new ValueError("source is required");
  return { ...wish, target: wish.target === "" ? wish.source : wish.target };
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
      return { Replicated: { Replicas: replicas ?? 1 } };
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

const DETACH = {
  detach: bool("Exit immediately instead of waiting for the service to converge", { short: "d" }),
};
const PROGRESS = { ...DETACH, quiet: bool("Suppress progress output", { short: "q" }) };
/** What a service is given when it is made, and what can be changed later. */
const DEPLOYMENT = {
  ...PROGRESS,
  "no-resolve-image": bool("Do not query the registry to resolve image digest and supported platforms"),
  replicas: unsigned("Number of tasks", 64),
};

const create = command({
  usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
  summary: "Create a new service",
  arity: atLeast(1),
  interspersed: false,
  flags: {
    ...DEPLOYMENT,
    config: listOf("Specify configurations to expose to the service", {
      type: "config",
      entry: (given) => payloadWish(given, "config"),
    }),
    constraint: list("Placement constraints"),
    "container-label": list("Container labels", { entry: label }),
    env: list("Set environment variables", { short: "e" }),
    hostname: text("Container hostname"),
    label: list("Service labels", { short: "l", entry: label }),
    "limit-memory": bytes("Limit Memory"),
    "max-concurrent": unsigned("Number of job tasks to run concurrently (default equal to --replicas)", 64),
    mode: text('Service mode ("replicated", "global", "replicated-job", "global-job")', { initial: "replicated" }),
    name: text("Service name"),
    network: list("Network attachments"),
    "reserve-memory": bytes("Reserve Memory"),
    "restart-condition": text('Restart when condition is met ("none", "on-failure", "any") (default "any")'),
    "restart-delay": duration("Delay between restart attempts (ns|us|ms|s|m|h) (default 5s)"),
    "restart-max-attempts": unsigned("Maximum number of restarts before giving up", 64),
    secret: listOf("Specify secrets to expose to the service", {
      type: "secret",
      entry: (given) => payloadWish(given, "secret"),
    }),
    tty: bool("Allocate a pseudo-TTY", { short: "t" }),
    user: text("Username or UID (format: <name|uid>[:<group|gid>])", { short: "u" }),
    workdir: text("Working directory inside the container", { short: "w" }),
  },
  read: ({ flags, operands: [image = "", ...args], changed }) => {
    const optional = <T>(name: string, field: string, value: T): Readonly<Record<string, T>> =>
      changed.has(name) ? { [field]: value } : {};
    const spec: ServiceSpec = {
      Name: flags.name,
      Labels: toMap(flags.label),
      TaskTemplate: {
        ContainerSpec: {
          Image: image,
          ...(args.length === 0 ? {} : { Args: args }),
          Labels: toMap(flags["container-label"]),
          ...(flags.env.length === 0 ? {} : { Env: flags.env }),
          ...optional("hostname", "Hostname", flags.hostname),
          ...optional("user", "User", flags.user),
          ...optional("workdir", "Dir", flags.workdir),
          ...(flags.tty ? { TTY: true } : {}),
          Init: false,
        },
        Resources: {
          Limits: optional("limit-memory", "MemoryBytes", flags["limit-memory"]),
          Reservations: optional("reserve-memory", "MemoryBytes", flags["reserve-memory"]),
        },
        RestartPolicy: {
          ...optional("restart-condition", "Condition", flags["restart-condition"]),
          ...optional("restart-delay", "Delay", flags["restart-delay"]),
          MaxAttempts: flags["restart-max-attempts"],
        },
        Placement: flags.constraint.length === 0 ? {} : { Constraints: flags.constraint },
        ...(flags.network.length === 0 ? {} : { Networks: flags.network.map((Target) => ({ Target })) }),
        ForceUpdate: 0,
      },
      Mode: modeOf(
        flags.mode,
        changed.has("replicas") ? flags.replicas : undefined,
        changed.has("max-concurrent") ? flags["max-concurrent"] : undefined,
      ),
      EndpointSpec: { Mode: "vip" },
    };
    return { command: "service create", spec, secrets: flags.secret, configs: flags.config };
  },
});

const ps = command({
  usage: "[OPTIONS] SERVICE [SERVICE...]",
  summary: "List the tasks of one or more services",
  arity: atLeast(1),
  flags: {
    filter: filter("Filter output based on conditions provided", { short: "f" }),
    format: text("Pretty-print tasks using a Go template"),
    "no-trunc": bool("Do not truncate output"),
    quiet: bool("Only display task IDs", { short: "q" }),
  },
  read: ({ flags, operands }) => ({
    command: "service ps",
    services: operands,
    filters: flags.filter,
    format: flags.format,
    quiet: flags.quiet,
    noTrunc: flags["no-trunc"],
  }),
});

const SCALE_USAGE = "SERVICE=REPLICAS [SERVICE=REPLICAS...]";
const SCALE_SUMMARY = "Scale one or multiple replicated services";

const scale = command({
  usage: SCALE_USAGE,
  summary: SCALE_SUMMARY,
  arity: atLeast(1),
  flags: DETACH,
  read: ({ operands }) => {
    const wrong = operands.find((one) => !/^[^=]+=./s.test(one));
    if (wrong !== undefined) {
      const usage = `Usage:  docker service scale ${SCALE_USAGE}\n\n${SCALE_SUMMARY}`;
      throw new ValueError(`invalid scale specifier '${wrong}'.\nSee 'docker service scale --help'.\n\n${usage}`);
    }
    return { command: "service scale", counts: operands };
  },
});

const update = command({
  usage: "[OPTIONS] SERVICE",
  summary: "Update a service",
  arity: exactly(1),
  flags: {
    ...DEPLOYMENT,
    "env-add": list("Add or update an environment variable"),
    "env-rm": list("Remove an environment variable"),
    force: bool("Force update even if no changes require it"),
    image: text("Service image tag"),
    "label-add": list("Add or update a service label", { entry: label }),
    "label-rm": list("Remove a label by its key"),
  },
  read: ({ flags, operands: [service = ""], changed }) => ({
    command: "service update",
    service,
    image: flags.image,
    addEnv: flags["env-add"],
    removeEnv: flags["env-rm"],
    addLabels: toMap(flags["label-add"]),
    removeLabels: flags["label-rm"],
    replicas: changed.has("replicas") ? flags.replicas : undefined,
    force: flags.force,
  }),
});

const rollback = command({
  usage: "[OPTIONS] SERVICE",
  summary: "Revert changes to a service's configuration",
  arity: exactly(1),
  flags: PROGRESS,
  read: ({ operands: [service = ""] }) => ({ command: "service rollback", service }),
});

const logs = command({
  usage: "[OPTIONS] SERVICE|TASK",
  summary: "Fetch the logs of a service or task",
  arity: exactly(1),
  flags: { raw: bool("Do not neatly format logs") },
  read: ({ flags, operands: [service = ""] }) => ({ command: "service logs", service, raw: flags.raw }),
});

export const SERVICE_COMMANDS: Readonly<Record<string, Command>> = {
  create,
  inspect: inspects(
    "service inspect",
    "[OPTIONS] SERVICE [SERVICE...]",
    "Display detailed information on one or more services",
  ),
  logs,
  ls: lists("service ls", "List services"),
  ps,
  rm: removes("service rm", "SERVICE [SERVICE...]", "Remove one or more services"),
  rollback,
  scale,
  update,
};
