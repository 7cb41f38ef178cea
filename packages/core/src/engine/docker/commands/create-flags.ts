/** The options that `docker run` and `docker create` share. Texts: docker/cli container.addFlags (Apache-2.0). */
import type { DeviceRequest } from "../create-body.ts";
import { bool, bytes, duration, integer, list, listOf, map, single, text, unsigned } from "../flags/flag.ts";
import { extraHost, ipAddress, link, searchDomain, stream } from "../values/hosts.ts";
import { parseMount } from "../values/mount.ts";
import { parseNetwork } from "../values/network.ts";
import { environmentEntry, label } from "../values/pairs.ts";
import { sysctl } from "../values/policies.ts";
import {
  deviceRule,
  parseByteRate,
  parseGpus,
  parseOperationRate,
  parseUlimit,
  parseWeight,
} from "../values/resources.ts";
import { parseCpus, parseSwap } from "../values/size.ts";
import { PLATFORM_HELP } from "./shared.ts";

const CGROUPNS_HELP = `Cgroup namespace to use (host|private)
'host':    Run the container in the Docker host's cgroup namespace
'private': Run the container in its own private cgroup namespace
'':        Use the cgroup namespace as configured by the
           default-cgroupns-mode option on the daemon (default)`;

const PROCESS = {
  annotation: map("Add an annotation to the container (passed through to the OCI runtime)"),
  attach: list("Attach to STDIN, STDOUT or STDERR", { short: "a", entry: stream }),
  cidfile: text("Write the container ID to the file"),
  entrypoint: text("Overwrite the default ENTRYPOINT of the image"),
  env: list("Set environment variables", { short: "e", entry: environmentEntry }),
  "env-file": list("Read in a file of environment variables"),
  "group-add": list("Add additional groups to join"),
  help: bool("Print usage"),
  init: bool("Run an init inside the container that forwards signals and reaps processes"),
  interactive: bool("Keep STDIN open even if not attached", { short: "i" }),
  isolation: text("Container isolation technology"),
  label: list("Set meta data on a container", { short: "l", entry: label }),
  "label-file": list("Read in a line delimited file of labels"),
  name: text("Assign a name to the container"),
  platform: text(PLATFORM_HELP),
  quiet: bool("Suppress the pull output", { short: "q" }),
  restart: text("Restart policy to apply when a container exits", { initial: "no" }),
  rm: bool("Automatically remove the container and its associated anonymous volumes when it exits"),
  runtime: text("Runtime to use for this container"),
  "stop-signal": text("Signal to stop the container"),
  "stop-timeout": integer("Timeout (in seconds) to stop a container"),
  tty: bool("Allocate a pseudo-TTY", { short: "t" }),
  "use-api-socket": bool("Bind mount Docker API socket and required auth"),
  user: text("Username or UID (format: <name|uid>[:<group|gid>])", { short: "u" }),
  workdir: text("Working directory inside the container", { short: "w" }),
};

const SECURITY = {
  "cap-add": list("Add Linux capabilities"),
  "cap-drop": list("Drop Linux capabilities"),
  "cgroup-parent": text("Optional parent cgroup for the container"),
  cgroupns: text(CGROUPNS_HELP),
  "disable-content-trust": bool("Skip image verification", { initial: true }),
  ipc: text("IPC mode to use"),
  pid: text("PID namespace to use"),
  privileged: bool("Give extended privileges to this container"),
  "security-opt": list("Security Options"),
  sysctl: map("Sysctl options", { entry: sysctl }),
  userns: text("User namespace to use"),
  uts: text("UTS namespace to use"),
};

const ALIAS_HELP = "Add network-scoped alias for the container";
const DNS_OPTION_HELP = "Set DNS options";
const NETWORK_HELP = "Connect a container to a network";
const NETWORK_KIND = { type: "network", entry: parseNetwork };

const NETWORK = {
  "add-host": list("Add a custom host-to-IP mapping (host:ip)", { entry: extraHost }),
  dns: list("Set custom DNS servers", { entry: ipAddress }),
  "dns-opt": list(DNS_OPTION_HELP, { hidden: true, sets: "dns-option" }),
  "dns-option": list(DNS_OPTION_HELP),
  "dns-search": list("Set custom DNS search domains", { entry: searchDomain }),
  domainname: text("Container NIS domain name"),
  expose: list("Expose a port or a range of ports"),
  hostname: text("Container host name", { short: "h" }),
  ip: text("IPv4 address (e.g., 172.30.100.104)"),
  ip6: text("IPv6 address (e.g., 2001:db8::33)"),
  link: list("Add link to another container", { entry: link }),
  "link-local-ip": list("Container IPv4/IPv6 link-local addresses"),
  "mac-address": text("Container MAC address (e.g., 92:d0:c6:0a:29:33)"),
  net: listOf(NETWORK_HELP, NETWORK_KIND, { hidden: true, sets: "network" }),
  "net-alias": list(ALIAS_HELP, { hidden: true, sets: "network-alias" }),
  network: listOf(NETWORK_HELP, NETWORK_KIND),
  "network-alias": list(ALIAS_HELP),
  publish: list("Publish a container's port(s) to the host", { short: "p" }),
  "publish-all": bool("Publish all exposed ports to random ports", { short: "P" }),
};

const GPU_HELP = "GPU devices to add to the container ('all' to pass all GPUs)";

const STORAGE = {
  device: list("Add a host device to the container"),
  "device-cgroup-rule": list("Add a rule to the cgroup allowed devices list", { entry: deviceRule }),
  gpus: listOf<DeviceRequest>(GPU_HELP, { type: "gpu-request", entry: parseGpus }),
  "log-driver": text("Logging driver for the container"),
  "log-opt": list("Log driver options"),
  mount: listOf("Attach a filesystem mount to the container", { type: "mount", entry: parseMount }),
  "read-only": bool("Mount the container's root filesystem as read only"),
  "shm-size": bytes("Size of /dev/shm"),
  "storage-opt": list("Storage driver options for the container"),
  tmpfs: list("Mount a tmpfs directory"),
  volume: list("Bind mount a volume", { short: "v" }),
  "volume-driver": text("Optional volume driver for the container"),
  "volumes-from": list("Mount volumes from the specified container(s)"),
};

const HEALTH = {
  "health-cmd": text("Command to run to check health"),
  "health-interval": duration("Time between running the check (ms|s|m|h) (default 0s)"),
  "health-retries": integer("Consecutive failures needed to report unhealthy"),
  "health-start-interval": duration("Time between running the check during the start period (ms|s|m|h) (default 0s)"),
  "health-start-period": duration(
    "Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)",
  ),
  "health-timeout": duration("Maximum time to allow one check to run (ms|s|m|h) (default 0s)"),
  "no-healthcheck": bool("Disable any container-specified HEALTHCHECK"),
};

const BYTE_RATE = { type: "list", shown: "[]", entry: parseByteRate };
const OPERATION_RATE = { type: "list", shown: "[]", entry: parseOperationRate };

const LIMITS = {
  "blkio-weight": unsigned("Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)", 16),
  "blkio-weight-device": listOf("Block IO weight (relative device weight)", {
    type: "list",
    shown: "[]",
    entry: parseWeight,
  }),
  "cpu-count": integer("CPU count (Windows only)", { only: "windows" }),
  "cpu-percent": integer("CPU percent (Windows only)", { only: "windows" }),
  "cpu-period": integer("Limit CPU CFS (Completely Fair Scheduler) period"),
  "cpu-quota": integer("Limit CPU CFS (Completely Fair Scheduler) quota"),
  "cpu-rt-period": integer("Limit CPU real-time period in microseconds"),
  "cpu-rt-runtime": integer("Limit CPU real-time runtime in microseconds"),
  "cpu-shares": integer("CPU shares (relative weight)", { short: "c" }),
  cpus: single("Number of CPUs", { type: "decimal", initial: 0, read: parseCpus }),
  "cpuset-cpus": text("CPUs in which to allow execution (0-3, 0,1)"),
  "cpuset-mems": text("MEMs in which to allow execution (0-3, 0,1)"),
  "device-read-bps": listOf("Limit read rate (bytes per second) from a device", BYTE_RATE),
  "device-read-iops": listOf("Limit read rate (IO per second) from a device", OPERATION_RATE),
  "device-write-bps": listOf("Limit write rate (bytes per second) to a device", BYTE_RATE),
  "device-write-iops": listOf("Limit write rate (IO per second) to a device", OPERATION_RATE),
  "io-maxbandwidth": bytes("Maximum IO bandwidth limit for the system drive (Windows only)", { only: "windows" }),
  "io-maxiops": unsigned("Maximum IOps limit for the system drive (Windows only)", 64, { only: "windows" }),
  "kernel-memory": bytes("Kernel memory limit"),
  memory: bytes("Memory limit", { short: "m" }),
  "memory-reservation": bytes("Memory soft limit"),
  "memory-swap": single("Swap limit equal to memory plus swap: '-1' to enable unlimited swap", {
    type: "bytes",
    initial: 0,
    read: parseSwap,
  }),
  "memory-swappiness": integer("Tune container memory swappiness (0 to 100)", { initial: -1 }),
  "oom-kill-disable": bool("Disable OOM Killer"),
  "oom-score-adj": integer("Tune host's OOM preferences (-1000 to 1000)"),
  "pids-limit": integer("Tune container pids limit (set -1 for unlimited)"),
  ulimit: listOf("Ulimit options", { type: "ulimit", shown: "[]", entry: parseUlimit }),
};

export const CREATE_FLAGS = { ...PROCESS, ...SECURITY, ...NETWORK, ...STORAGE, ...HEALTH, ...LIMITS };
