/** `docker swarm init` and `update`: the settings of a swarm. Model: docker/cli cli/command/swarm/opts.go. */
import { quote } from "../../../lib/go/index.ts";
import { networkOf, parsePrefix } from "../../../lib/index.ts";
import type { ClusterSpec } from "../../swarm/cluster-spec.ts";
import { type Command, command, type Invocation, NONE } from "../command.ts";
import { bool, duration, integer, listOf, single, text, unsigned } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";

const DEFAULT_ADDRESS = "0.0.0.0:2377";

/** Where the manager of a node listens. */
const LISTEN_ADDRESS = single('Listen address (format: "<ip|interface>[:port]")', {
  type: "node-addr",
  initial: DEFAULT_ADDRESS,
  shown: DEFAULT_ADDRESS,
  read: (given: string): string => {
    const port = /:([^:\]]*)$/.exec(given)?.[1];
    if (port === undefined || port === "") return `${given}:2377`;
    if (/^\d+$/.test(port)) return given;
    throw new ValueError(`parse ${quote(`tcp://${given}`)}: invalid port ${quote(`:${port}`)} after host`);
  },
});

/** Flags of `swarm init` and `swarm join` about the node itself. */
export const NODE_FLAGS = {
  "advertise-addr": text('Advertised address (format: "<ip|interface>[:port]")'),
  availability: text('Availability of the node ("active", "pause", "drain")', { initial: "active" }),
  "data-path-addr": text('Address or interface to use for data path traffic (format: "<ip|interface>")'),
  "listen-addr": LISTEN_ADDRESS,
};

const AVAILABILITIES: ReadonlySet<string> = new Set(["active", "pause", "drain"]);

/** @throws ValueError for a word that is none */
export function availabilityOf(given: string): string {
  const availability = given.toLowerCase();
  if (AVAILABILITIES.has(availability)) return availability;
  throw new ValueError(`invalid availability "${given}", only active, pause and drain are supported`);
}

export const CERTIFICATE_EXPIRY = duration(
  "Validity period for node certificates (ns|us|ms|s|m|h) (default 2160h0m0s)",
);
export const EXTERNAL_CA = single("Specifications of one or more certificate signing endpoints", {
  type: "external-ca",
  initial: "",
  read: (given: string): string => {
    const wrong = given.split(",").find((field) => !field.includes("="));
    if (wrong !== undefined) throw new ValueError(`invalid field '${wrong}' must be a key=value pair`);
    return given;
  },
});

/** What a new swarm is told, and what can be said otherwise later. */
const SETTINGS = {
  "cert-expiry": CERTIFICATE_EXPIRY,
  "dispatcher-heartbeat": duration("Dispatcher heartbeat period (ns|us|ms|s|m|h) (default 5s)"),
  "external-ca": EXTERNAL_CA,
  "max-snapshots": unsigned("Number of additional Raft snapshots to retain", 64),
  "snapshot-interval": unsigned("Number of log entries between Raft snapshots", 64, { initial: 10_000 }),
  "task-history-limit": integer("Task history retention limit", { initial: 5 }),
};

/** Only what was said, as the API wants it. @throws ValueError for what is not done here */
function settingsOf({ flags, changed }: Pick<Invocation<typeof SETTINGS>, "flags" | "changed">): Partial<ClusterSpec> {
  if (changed.has("external-ca")) throw new ValueError('"docker swarm --external-ca" is not implemented');
  const raft = {
    ...(changed.has("max-snapshots") && { KeepOldSnapshots: flags["max-snapshots"] }),
    ...(changed.has("snapshot-interval") && { SnapshotInterval: flags["snapshot-interval"] }),
  };
  return {
    ...(changed.has("cert-expiry") && { CAConfig: { NodeCertExpiry: flags["cert-expiry"] } }),
    ...(changed.has("dispatcher-heartbeat") && { Dispatcher: { HeartbeatPeriod: flags["dispatcher-heartbeat"] } }),
    ...(changed.has("task-history-limit") && {
      Orchestration: { TaskHistoryRetentionLimit: flags["task-history-limit"] },
    }),
    ...(Object.keys(raft).length > 0 && { Raft: raft as ClusterSpec["Raft"] }),
  };
}

/** `10.0.0.0/8,11.0.0.0/16` */
function addressPools(given: string): readonly string[] {
  return given.split(",").map((one) => {
    const prefix = one.includes("/") ? parsePrefix(one.trim()) : undefined;
    if (prefix === undefined) throw new ValueError(`invalid string being converted to CIDR: ${one}`);
    return `${networkOf(prefix)}/${prefix.length}`;
  });
}

const init = command({
  usage: "[OPTIONS]",
  summary: "Initialize a swarm",
  arity: NONE,
  flags: {
    ...SETTINGS,
    ...NODE_FLAGS,
    autolock: bool("Enable manager autolocking (requiring an unlock key to start a stopped manager)"),
    "data-path-port": unsigned(
      "Port number to use for data path traffic (1024 - 49151). If no value is set or is set to 0, the default port (4789) is used.",
      32,
    ),
    "default-addr-pool": listOf("default address pool in CIDR format", {
      type: "ipNetSlice",
      shown: "[]",
      entry: addressPools,
    }),
    "default-addr-pool-mask-length": unsigned("default address pool subnet mask length", 32, { initial: 24 }),
    "force-new-cluster": bool("Force create a new cluster from current state"),
  },
  read: ({ flags, changed }) => ({
    command: "swarm init",
    listenAddress: flags["listen-addr"],
    advertiseAddress: flags["advertise-addr"],
    dataPathPort: flags["data-path-port"],
    addressPools: flags["default-addr-pool"].flat(),
    subnetSize: flags["default-addr-pool-mask-length"],
    availability: availabilityOf(flags.availability),
    autolock: flags.autolock,
    forceNewCluster: flags["force-new-cluster"],
    spec: settingsOf({ flags, changed }),
  }),
});

const update = command({
  usage: "[OPTIONS]",
  summary: "Update the swarm",
  arity: NONE,
  needsOption: true,
  flags: { ...SETTINGS, autolock: bool("Change manager autolocking setting (true|false)") },
  read: ({ flags, changed }) => ({
    command: "swarm update",
    spec: {
      ...settingsOf({ flags, changed }),
      ...(changed.has("autolock") && { EncryptionConfig: { AutoLockManagers: flags.autolock } }),
    },
  }),
});

export const SWARM_SETTING_COMMANDS: Readonly<Record<string, Command>> = { init, update };
