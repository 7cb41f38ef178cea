/** The options of `docker service create` and `docker service update`. Texts: docker/cli service.addServiceFlags (Apache-2.0). */
import { parseFloat64 } from "../../../lib/go/index.ts";
import { bool, bytes, duration, integer, list, listOf, single, text, unsigned } from "../flags/flag.ts";
import { extraHost } from "../values/hosts.ts";
import { parseMount } from "../values/mount.ts";
import { parseNetwork } from "../values/network.ts";
import { environmentEntry, label } from "../values/pairs.ts";
import { parseUlimit } from "../values/resources.ts";
import {
  commandWords,
  credentialSpec,
  payloadWish,
  positiveDuration,
  resourceEntry,
  spreadOver,
} from "../values/service-options.ts";
import { parseServicePorts } from "../values/service-ports.ts";
import { parseCpus } from "../values/size.ts";
import { CREATE_FLAGS } from "./create-flags.ts";

export const DETACH = {
  detach: bool("Exit immediately instead of waiting for the service to converge", { short: "d" }),
};
export const PROGRESS = { ...DETACH, quiet: bool("Suppress progress output", { short: "q" }) };

const positive = (usage: string) =>
  single(usage, { type: "duration", initial: undefined as number | undefined, read: positiveDuration });
const cpus = (usage: string) => single(usage, { type: "decimal", initial: 0, read: parseCpus });
const ratio = (usage: string) => single(usage, { type: "float", initial: 0, read: parseFloat64 });
const words = (usage: string) => single<readonly string[]>(usage, { type: "command", initial: [], read: commandWords });
const preferences = (usage: string) => listOf(usage, { type: "pref", entry: spreadOver });
const ports = (usage: string, short?: string) =>
  listOf(usage, { type: "port", entry: parseServicePorts }, short === undefined ? {} : { short });
const secrets = (usage: string) => listOf(usage, { type: "secret", entry: (given) => payloadWish(given, "secret") });
const configs = (usage: string) => listOf(usage, { type: "config", entry: (given) => payloadWish(given, "config") });
const resources = (usage: string) => list(usage, { entry: resourceEntry });
const networks = (usage: string) => listOf(usage, { type: "network", entry: parseNetwork });
const mounts = (usage: string) => listOf(usage, { type: "mount", entry: parseMount });
const ulimits = (usage: string) => listOf(usage, { type: "ulimit", shown: "[]", entry: parseUlimit });

/** What both commands know; only the help of `create` tells what is so if nobody says otherwise. */
function shared(isCreate: boolean) {
  const or = (value: string): string => (isCreate ? ` (default ${value})` : "");
  return {
    ...PROGRESS,
    "cap-add": CREATE_FLAGS["cap-add"],
    "cap-drop": CREATE_FLAGS["cap-drop"],
    "credential-spec": single("Credential spec for managed service account (Windows only)", {
      type: "credential-spec",
      initial: "",
      read: credentialSpec,
    }),
    "endpoint-mode": text("Endpoint mode (vip or dnsrr)", isCreate ? { initial: "vip" } : {}),
    entrypoint: words("Overwrite the default ENTRYPOINT of the image"),
    "health-cmd": CREATE_FLAGS["health-cmd"],
    "health-interval": positive("Time between running the check (ms|s|m|h)"),
    "health-retries": CREATE_FLAGS["health-retries"],
    "health-start-interval": positive("Time between running the check during the start period (ms|s|m|h)"),
    "health-start-period": positive(
      "Start period for the container to initialize before counting retries towards unstable (ms|s|m|h)",
    ),
    "health-timeout": positive("Maximum time to allow one check to run (ms|s|m|h)"),
    hostname: text("Container hostname"),
    init: bool("Use an init inside each service container to forward signals and reap processes"),
    isolation: text("Service container isolation mode"),
    "limit-cpu": cpus("Limit CPUs"),
    "limit-memory": bytes("Limit Memory"),
    "limit-pids": integer("Limit maximum number of processes (default 0 = unlimited)"),
    "log-driver": text("Logging driver for service"),
    "log-opt": list("Logging driver options", { entry: environmentEntry }),
    "max-concurrent": unsigned("Number of job tasks to run concurrently (default equal to --replicas)", 64),
    "no-healthcheck": CREATE_FLAGS["no-healthcheck"],
    "no-resolve-image": bool("Do not query the registry to resolve image digest and supported platforms"),
    "oom-score-adj": integer("Tune host's OOM preferences (-1000 to 1000) "),
    "read-only": CREATE_FLAGS["read-only"],
    replicas: unsigned("Number of tasks", 64),
    "replicas-max-per-node": unsigned("Maximum number of tasks per node (default 0 = unlimited)", 64),
    "reserve-cpu": cpus("Reserve CPUs"),
    "reserve-memory": bytes("Reserve Memory"),
    "restart-condition": text(`Restart when condition is met ("none", "on-failure", "any")${or('"any"')}`),
    "restart-delay": duration(`Delay between restart attempts (ns|us|ms|s|m|h)${or("5s")}`),
    "restart-max-attempts": unsigned("Maximum number of restarts before giving up", 64),
    "restart-window": duration("Window used to evaluate the restart policy (ns|us|ms|s|m|h)"),
    "rollback-delay": duration(`Delay between task rollbacks (ns|us|ms|s|m|h)${or("0s")}`),
    "rollback-failure-action": text(`Action on rollback failure ("pause", "continue")${or('"pause"')}`),
    "rollback-max-failure-ratio": ratio(`Failure rate to tolerate during a rollback${or("0")}`),
    "rollback-monitor": duration(
      `Duration after each task rollback to monitor for failure (ns|us|ms|s|m|h)${or("5s")}`,
    ),
    "rollback-order": text(`Rollback order ("start-first", "stop-first")${or('"stop-first"')}`),
    "rollback-parallelism": unsigned(
      `Maximum number of tasks rolled back simultaneously (0 to roll back all at once)${or("1")}`,
      64,
    ),
    "stop-grace-period": duration(`Time to wait before force killing a container (ns|us|ms|s|m|h)${or("10s")}`),
    "stop-signal": CREATE_FLAGS["stop-signal"],
    tty: CREATE_FLAGS.tty,
    "update-delay": duration(`Delay between updates (ns|us|ms|s|m|h)${or("0s")}`),
    "update-failure-action": text(`Action on update failure ("pause", "continue", "rollback")${or('"pause"')}`),
    "update-max-failure-ratio": ratio(`Failure rate to tolerate during an update${or("0")}`),
    "update-monitor": duration(`Duration after each task update to monitor for failure (ns|us|ms|s|m|h)${or("5s")}`),
    "update-order": text(`Update order ("start-first", "stop-first")${or('"stop-first"')}`),
    "update-parallelism": unsigned(
      `Maximum number of tasks updated simultaneously (0 to update all at once)${or("1")}`,
      64,
    ),
    user: CREATE_FLAGS.user,
    "with-registry-auth": bool("Send registry authentication details to swarm agents"),
    workdir: CREATE_FLAGS.workdir,
  };
}

export const SERVICE_CREATE_FLAGS = {
  ...shared(true),
  config: configs("Specify configurations to expose to the service"),
  constraint: list("Placement constraints"),
  "container-label": list("Container labels", { entry: label }),
  dns: CREATE_FLAGS.dns,
  "dns-option": CREATE_FLAGS["dns-option"],
  "dns-search": CREATE_FLAGS["dns-search"],
  env: CREATE_FLAGS.env,
  "env-file": CREATE_FLAGS["env-file"],
  "generic-resource": resources("User defined resources"),
  group: list("Set one or more supplementary user groups for the container"),
  host: list("Set one or more custom host-to-IP mappings (host:ip)", { entry: extraHost }),
  label: list("Service labels", { short: "l", entry: label }),
  mode: text('Service mode ("replicated", "global", "replicated-job", "global-job")', { initial: "replicated" }),
  mount: mounts("Attach a filesystem mount to the service"),
  name: text("Service name"),
  network: networks("Network attachments"),
  "placement-pref": preferences("Add a placement preference"),
  publish: ports("Publish a port as a node port", "p"),
  secret: secrets("Specify secrets to expose to the service"),
  sysctl: list("Sysctl options"),
  ulimit: ulimits("Ulimit options"),
};

export const SERVICE_UPDATE_FLAGS = {
  ...shared(false),
  args: words("Service command args"),
  "config-add": configs("Add or update a config file on a service"),
  "config-rm": list("Remove a configuration file"),
  "constraint-add": list("Add or update a placement constraint"),
  "constraint-rm": list("Remove a constraint"),
  "container-label-add": list("Add or update a container label", { entry: label }),
  "container-label-rm": list("Remove a container label by its key"),
  "dns-add": { ...CREATE_FLAGS.dns, usage: "Add or update a custom DNS server" },
  "dns-option-add": list("Add or update a DNS option"),
  "dns-option-rm": list("Remove a DNS option"),
  "dns-rm": list("Remove a custom DNS server"),
  "dns-search-add": { ...CREATE_FLAGS["dns-search"], usage: "Add or update a custom DNS search domain" },
  "dns-search-rm": list("Remove a DNS search domain"),
  "env-add": list("Add or update an environment variable", { entry: environmentEntry }),
  "env-rm": list("Remove an environment variable"),
  force: bool("Force update even if no changes require it"),
  "generic-resource-add": resources("Add a Generic resource"),
  "generic-resource-rm": list("Remove a Generic resource"),
  "group-add": list("Add an additional supplementary user group to the container"),
  "group-rm": list("Remove a previously added supplementary user group from the container"),
  "host-add": list('Add a custom host-to-IP mapping ("host:ip")', { entry: extraHost }),
  "host-rm": list('Remove a custom host-to-IP mapping ("host:ip")'),
  image: text("Service image tag"),
  "label-add": list("Add or update a service label", { entry: label }),
  "label-rm": list("Remove a label by its key"),
  "mount-add": mounts("Add or update a mount on a service"),
  "mount-rm": list("Remove a mount by its target path"),
  "network-add": networks("Add a network"),
  "network-rm": list("Remove a network"),
  "placement-pref-add": preferences("Add a placement preference"),
  "placement-pref-rm": preferences("Remove a placement preference"),
  "publish-add": ports("Add or update a published port"),
  "publish-rm": ports("Remove a published port by its target port"),
  rollback: bool("Rollback to previous specification"),
  "secret-add": secrets("Add or update a secret on a service"),
  "secret-rm": list("Remove a secret"),
  "sysctl-add": list("Add or update a Sysctl option"),
  "sysctl-rm": list("Remove a Sysctl option"),
  "ulimit-add": ulimits("Add or update a ulimit option"),
  "ulimit-rm": list("Remove a ulimit option"),
};
