/**
 * What a container may not be asked for: checked before anything is made.
 *
 * @see moby daemon/container.go verifyContainerSettings, daemon/daemon_unix.go verifyPlatformContainerResources
 */
import type { CapabilitySet } from "../../abi/index.ts";
import { durationText, problemOf, quote, readUnsigned } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { ContainerConfig, HostConfig } from "../docker/create-body.ts";
import { extraHost } from "../docker/values/hosts.ts";
import { verifyLogMode } from "../log/log-driver.ts";
import { verifyLogOptions } from "../log/log-options.ts";
import { verifyMounts } from "../mount/mount-points.ts";
import { verifySysctls } from "../network/interface-sysctl.ts";
import { verifyNetworkMode } from "../network/verify-mode.ts";
import { parseSignal } from "../signal-names.ts";
import { chooseCapabilities } from "../spec.ts";
import { isRuntimeName } from "./runtime-names.ts";

const MINIMUM_MEMORY = 6 * 1024 * 1024;
const MINIMUM_CPU_US = 1_000;
const MAXIMUM_PERIOD_US = 1_000_000;
/** No machine is thought to have a processor of a higher number. */
const MAXIMUM_CPU = 8192;
const MINIMUM_HEALTH_NS = 1_000_000;

/** What the checks need to know of the machine. */
export interface MachineLimits {
  readonly cpus: number;
  readonly capabilities: CapabilitySet;
}

/** @throws StatusError invalid-argument in the daemon's words */
export function verifySettings(
  config: Partial<ContainerConfig>,
  hostConfig: Partial<HostConfig>,
  machine: MachineLimits,
): void {
  verifyOnReading(config, hostConfig);
  verifyConfig(config);
  verifyAutoRemove(hostConfig);
  verifyMounts(hostConfig);
  verifyHosts(hostConfig);
  verifyPorts(hostConfig);
  verifyRestartPolicy(hostConfig);
  // Reading the capabilities finds those that there are not.
  chooseCapabilities(hostConfig, machine.capabilities);
  verifyAnnotations(hostConfig);
  verifyMemory(hostConfig);
  verifyCpu(hostConfig, machine);
  verifyBlockWeight(hostConfig);
  const { OomScoreAdj: score = 0, IpcMode: ipc = "", ShmSize: shm = 0 } = hostConfig;
  if (score < -1000 || score > 1000) throw invalid(`Invalid value ${score}, range for oom score adj is [-1000, 1000]`);
  if (!/^(|none|private|shareable|host|container:.*)$/.test(ipc)) throw invalid(`invalid IPC mode: ${ipc}`);
  if (shm < 0) throw invalid("SHM size can not be less than 0");
  verifyNamespaces(hostConfig);
  verifyLogMode(hostConfig);
  verifyLogOptions(hostConfig.LogConfig?.Type ?? "", hostConfig.LogConfig?.Config ?? {});
  const runtime = hostConfig.Runtime ?? "";
  if (!isRuntimeName(runtime)) throw invalid(`unknown or invalid runtime name: ${runtime}`);
}

/** What is refused while the request is read. @see moby runconfig/hostconfig_unix.go validateNetMode, validateIsolation */
function verifyOnReading(config: Partial<ContainerConfig>, hostConfig: Partial<HostConfig>): void {
  verifyNetworkMode(config, hostConfig);
  const { Isolation: isolation = "" } = hostConfig;
  if (isolation !== "" && isolation.toLowerCase() !== "default") {
    throw invalid(`invalid isolation (${isolation}): linux only supports 'default'`);
  }
  verifySysctls(hostConfig);
}

function verifyAnnotations({ Annotations: annotations }: Partial<HostConfig>): void {
  if (annotations !== undefined && annotations !== null && "" in annotations) {
    throw invalid("invalid Annotations: the empty string is not permitted as an annotation key");
  }
}

function verifyNamespaces(hostConfig: Partial<HostConfig>): void {
  const { UTSMode: uts = "", PidMode: pid = "", CgroupnsMode: cgroup = "" } = hostConfig;
  if (pid !== "" && pid !== "host" && !/^container:./.test(pid)) throw invalid(`invalid PID mode: ${pid}`);
  if (uts !== "" && uts !== "host") throw invalid(`invalid UTS mode: ${uts}`);
  if (!/^(|private|host)$/.test(cgroup)) throw invalid(`invalid cgroup namespace mode: ${cgroup}`);
}

function verifyHosts({ ExtraHosts: hosts }: Partial<HostConfig>): void {
  for (const host of hosts ?? []) {
    const problem = problemOf(() => extraHost(host));
    if (problem !== undefined) throw invalid(problem);
  }
}

/** @see moby daemon/container.go validatePortBindings */
function verifyPorts({ PortBindings: bindings }: Partial<HostConfig>): void {
  for (const [port, wanted] of Object.entries(bindings ?? {})) {
    const [inside = ""] = port.split("/");
    if (!isPort(inside)) throw invalid(`invalid port specification: ${quote(inside)}`);
    for (const { HostPort: outside } of wanted ?? []) {
      const [first = "", last = first] = outside.split("-");
      if (outside !== "" && !(isPort(first) && isPort(last) && Number(first) <= Number(last))) {
        throw invalid(`invalid port specification: ${quote(outside)}`);
      }
    }
  }
}

const isPort = (text: string): boolean => typeof readUnsigned(text, { bits: 16 }) === "number";

function verifyConfig({ WorkingDir = "", StopSignal = "", Healthcheck, Env }: Partial<ContainerConfig>): void {
  const nameless = Env?.find((variable) => variable === "" || variable.startsWith("="));
  if (nameless !== undefined) throw invalid(`invalid environment variable: ${nameless}`);
  if (WorkingDir !== "" && !WorkingDir.startsWith("/")) {
    throw invalid(`the working directory '${WorkingDir}' is invalid, it needs to be an absolute path`);
  }
  if (StopSignal !== "") parseSignal(StopSignal);
  const { Interval = 0, Timeout = 0, StartPeriod = 0, StartInterval = 0, Retries = 0 } = Healthcheck ?? {};
  for (const [name, ns] of Object.entries({ Interval, Timeout, StartPeriod, StartInterval })) {
    if (ns !== 0 && ns < MINIMUM_HEALTH_NS) {
      throw invalid(`${name} in Healthcheck cannot be less than ${durationText(MINIMUM_HEALTH_NS)}`);
    }
  }
  if (Retries < 0) throw invalid("Retries in Healthcheck cannot be negative");
}

const POLICIES: ReadonlySet<string> = new Set(["", "no", "always", "on-failure", "unless-stopped"]);

/** @see moby api/types/container ValidateRestartPolicy */
function verifyRestartPolicy({ RestartPolicy }: Partial<HostConfig>): void {
  const { Name: name = "", MaximumRetryCount: retries = 0 } = RestartPolicy ?? {};
  if (!POLICIES.has(name)) {
    throw invalid(
      `invalid restart policy: unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    );
  }
  if (name !== "on-failure" && retries !== 0) {
    const also = retries < 0 ? " and cannot be negative" : "";
    throw invalid(`invalid restart policy: maximum retry count can only be used with 'on-failure'${also}`);
  }
  if (retries < 0) throw invalid("invalid restart policy: maximum retry count cannot be negative");
}

function verifyAutoRemove({ AutoRemove, RestartPolicy }: Partial<HostConfig>): void {
  const { Name: name = "" } = RestartPolicy ?? {};
  if (AutoRemove && name !== "" && name !== "no") {
    throw invalid("can't create 'AutoRemove' container with restart policy");
  }
}

function verifyMemory(hostConfig: Partial<HostConfig>): void {
  const { Memory: memory = 0, MemorySwap: swap = 0, MemoryReservation: reservation = 0 } = hostConfig;
  if (memory !== 0 && memory < MINIMUM_MEMORY) throw invalid("Minimum memory limit allowed is 6MB");
  if (memory > 0 && swap > 0 && swap < memory) {
    throw invalid("Minimum memoryswap limit should be larger than memory limit, see usage");
  }
  if (memory === 0 && swap > 0)
    throw invalid("You should always set the Memory limit when using Memoryswap limit, see usage");
  const swappiness = hostConfig.MemorySwappiness ?? -1;
  if (swappiness < -1 || swappiness > 100) {
    throw invalid(`Invalid value: ${swappiness}, valid memory swappiness range is 0-100`);
  }
  if (reservation !== 0 && reservation < MINIMUM_MEMORY) throw invalid("Minimum memory reservation allowed is 6MB");
  if (memory > 0 && reservation > memory) {
    throw invalid("Minimum memory limit can not be less than memory reservation limit, see usage");
  }
}

function verifyBlockWeight({ BlkioWeight: weight = 0 }: Partial<HostConfig>): void {
  if (weight > 0 && (weight < 10 || weight > 1000)) throw invalid("Range of blkio weight is from 10 to 1000");
}

function verifyCpu(hostConfig: Partial<HostConfig>, { cpus }: MachineLimits): void {
  const { NanoCpus: nano = 0, CpuPeriod: period = 0, CpuQuota: quota = 0, CpuShares: shares = 0 } = hostConfig;
  if (shares < 0) throw invalid(`invalid CPU shares (${shares}): value must be a positive integer`);
  if (nano > 0 && period > 0) throw invalid("Conflicting options: Nano CPUs and CPU Period cannot both be set");
  if (nano > 0 && quota > 0) throw invalid("Conflicting options: Nano CPUs and CPU Quota cannot both be set");
  if (nano < 0 || nano > cpus * 1e9) {
    throw invalid(`range of CPUs is from 0.01 to ${cpus.toFixed(2)}, as there are only ${cpus} CPUs available`);
  }
  if (period !== 0 && (period < MINIMUM_CPU_US || period > MAXIMUM_PERIOD_US)) {
    throw invalid("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
  }
  if (quota > 0 && quota < MINIMUM_CPU_US) throw invalid("CPU cfs quota can not be less than 1ms (i.e. 1000)");
  const list = cpus === 1 ? "0" : `0-${cpus - 1}`;
  verifyList(hostConfig.CpusetCpus ?? "", { cpus, available: list, kind: "cpuset cpus", what: "CPUs" });
  // Docker takes the machine's processors for its memory nodes, too, but for what it tells of them.
  verifyList(hostConfig.CpusetMems ?? "", { cpus, available: "0", kind: "cpuset mems", what: "memory nodes" });
}

interface CpusetList {
  readonly cpus: number;
  readonly available: string;
  readonly kind: string;
  readonly what: string;
}

/** @see moby pkg/sysinfo/sysinfo_linux.go isCpusetListAvailable */
function verifyList(text: string, { cpus, available, kind, what }: CpusetList): void {
  if (text === "") return;
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(text)) {
    throw invalid(`Invalid value ${text} for ${kind}: invalid format: ${text}`);
  }
  const isBackwards = text.split(",").some((part) => {
    const [from = 0, to = from] = part.split("-").map(Number);
    return to < from;
  });
  if (isBackwards) throw invalid(`Invalid value ${text} for ${kind}: invalid format: ${text}`);
  const wanted = text.split(/[,-]/).map(Number);
  if (wanted.some((number) => number > MAXIMUM_CPU)) {
    throw invalid(`Invalid value ${text} for ${kind}: value of out range, maximum is ${MAXIMUM_CPU}`);
  }
  if (wanted.some((number) => number >= cpus)) {
    throw invalid(`Requested ${what} are not available - requested ${text}, available: ${available}`);
  }
}

function invalid(message: string): StatusError {
  return new StatusError("invalid-argument", message);
}
