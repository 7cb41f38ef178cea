/**
 * Keeps causes: the last `CAUSES_LIMIT` of a machine. Older ones are forgotten, and it is known that they were.
 */
import { SIGKILL, type Signal, type WaitStatus } from "../../abi/index.ts";
import { type Cgroup, type Kernel, type OutOfMemory, type Process, pidIn } from "../../kernel/index.ts";
import { Ring, SmallMap } from "../../lib/index.ts";
import type { OciContainer } from "../../runtime/index.ts";
import { containerIdOf } from "../container/cgroup-owner.ts";
import type { Container } from "../container/container.ts";
import type {
  Cause,
  DeathCause,
  Demand,
  HitLimit,
  OutOfMemoryCause,
  Request,
  Sender,
  Throttling,
  UnreachedCause,
  Who,
} from "./cause.ts";

/** How many causes a machine keeps. */
export const CAUSES_LIMIT = 2048;
/** Requests of one run that are kept: the first ones. */
const REQUESTS_LIMIT = 16;
const NO_REQUESTS: readonly Request[] = [];

type Ending = Pick<DeathCause, "signal" | "sender" | "error" | "throttling" | "hitLimits" | "restartUs">;
const NO_LIMITS: readonly HitLimit[] = [];
const LOST: Ending = {
  signal: undefined,
  sender: undefined,
  error: undefined,
  throttling: undefined,
  hitLimits: NO_LIMITS,
  restartUs: undefined,
};

/** A signal has just ended a process, and what becomes of that is about to happen. */
interface Blow {
  readonly process: Process;
  readonly signal: Signal;
  readonly from: Process | undefined;
}

/** The last causes of a machine: `engine.causes`. */
export class CauseLog {
  readonly #kernel: Kernel;
  readonly #causes = new Ring<Cause>(CAUSES_LIMIT);
  /** What was asked of containers that run, by their ids. */
  readonly #requests = new SmallMap<string, readonly Request[]>();
  #blow: Blow | undefined;
  #oom: OutOfMemoryCause | undefined;
  #crash: { readonly process: Process; readonly error: unknown } | undefined;
  #unreached: UnreachedCause | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    kernel.events.on("killed", (blow) => this.#killed(blow));
    kernel.events.on("oomKilled", (event) => this.#outOfMemory(event));
    kernel.events.on("crashed", (event) => {
      this.#crash = event;
    });
    kernel.events.on("unreached", ({ process, address, error }) => {
      const containerId = containerIdOf(process.cgroup);
      if (containerId !== undefined && address.family !== "unix") {
        this.unreached(containerId, { host: address.address, port: address.port, error: error.code });
      }
    });
  }

  /** Oldest first. */
  get all(): Iterable<Cause> {
    return this.#causes;
  }

  /** How many are not known any more. */
  get forgotten(): number {
    return this.#causes.forgotten;
  }

  /** What is known of a container, oldest first. */
  of(containerId: string): readonly Cause[] {
    return [...this.#causes].filter((cause) => cause.containerId === containerId);
  }

  /** Notes that a user has asked for a signal; to be called before it is sent. */
  requested({ id, oci }: Container, demand: Demand, signal: Signal): void {
    if (oci === undefined) return;
    const before = this.#requests.get(id) ?? NO_REQUESTS;
    if (before.length >= REQUESTS_LIMIT) return;
    const timeUs = this.#kernel.nowUs;
    const first = signal === SIGKILL ? before.findLast((one) => one.demand === demand) : undefined;
    const reception = this.#kernel.signals.reception(oci.process, signal);
    const hadBegun = oci.process.text !== undefined;
    const request = { demand, signal, timeUs, reception, hadBegun, graceUs: first && timeUs - first.timeUs };
    // One that is pushed to, or spread into, keeps room for many more.
    this.#requests.set(id, before.length === 0 ? [request] : [...before, request]);
  }

  /** A container's first process has ended. */
  died(container: Container, { process, cgroup }: OciContainer, status: WaitStatus, restartUs?: number): void {
    const requests = this.#requests.get(container.id) ?? NO_REQUESTS;
    const signal = "signaled" in status ? status.signaled : undefined;
    const sender = signal === undefined ? undefined : this.#sender(process, signal, requests);
    const error = this.#crash?.process === process ? String(this.#crash.error) : undefined;
    const [throttling, hitLimits] = [throttlingOf(cgroup), hitLimitsOf(cgroup)];
    this.#buried(container, process, { signal, sender, error, throttling, hitLimits, restartUs });
    this.#blow = undefined;
    this.#crash = undefined;
  }

  /** A container has ended while nobody was there to see it. */
  lost(container: Container): void {
    if (container.oci !== undefined) this.#buried(container, container.oci.process, LOST);
  }

  #buried(container: Container, process: Process, how: Ending): void {
    const { id, name, startedUs, finishedUs, exitCode, config } = container;
    const requests = this.#requests.get(id) ?? NO_REQUESTS;
    this.#requests.delete(id);
    const hadBegun = process.text !== undefined;
    this.#causes.push({
      kind: "death",
      containerId: id,
      timeUs: finishedUs,
      name,
      startedUs,
      exitCode,
      requests,
      hadBegun,
      argv: hadBegun ? process.argv : [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])],
      process: { pid: process.pid, ownPid: pidIn(process.ns.pid, process), name: process.name, containerId: id },
      isLost: how === LOST,
      signal: how.signal,
      sender: how.sender,
      error: how.error,
      throttling: how.throttling,
      hitLimits: how.hitLimits,
      restartUs: how.restartUs,
    });
  }

  refused({ id, name, exitCode }: Container, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#causes.push({ kind: "refusal", containerId: id, timeUs: this.#kernel.nowUs, name, message, exitCode });
  }

  /** Notes a connection that failed. The same attempt repeated is one cause. */
  unreached(containerId: string, attempt: Pick<UnreachedCause, "host" | "port" | "error">): void {
    const { host, port, error } = attempt;
    const timeUs = this.#kernel.nowUs;
    const last = this.#unreached;
    const isSame = last?.containerId === containerId && last.host === host && last.port === port;
    if (last !== undefined && isSame && last.error === error) {
      last.times++;
      last.lastUs = timeUs;
      return;
    }
    this.#unreached = { kind: "unreached", containerId, timeUs, host, port, error, times: 1, lastUs: timeUs };
    this.#causes.push(this.#unreached);
  }

  #killed(blow: Blow): void {
    this.#blow = blow;
    const { process, signal } = blow;
    // The end of a container's first process is a death; who goes down with it needs no cause of its own.
    if (process.watcher !== undefined || process.ns.pid.init?.isAlive !== true) return;
    const containerId = containerIdOf(process.cgroup);
    if (containerId === undefined) return;
    const sender = this.#sender(process, signal, this.#requests.get(containerId) ?? NO_REQUESTS);
    const victim = whoIs(process);
    this.#causes.push({ kind: "kill", containerId, timeUs: this.#kernel.nowUs, victim, signal, sender });
  }

  #outOfMemory({ process, cgroup, asking, wanted, allotment }: OutOfMemory): void {
    const { memory, path } = cgroup;
    const containerId = containerIdOf(process.cgroup);
    this.#oom = {
      kind: "out-of-memory",
      containerId: containerId ?? "",
      timeUs: this.#kernel.nowUs,
      cgroup: path,
      limitBytes: allotment?.limitBytes ?? memory.max,
      usageBytes: allotment?.heldBytes ?? memory.currentBytes,
      wantedBytes: wanted?.bytes ?? 0,
      wantedKind: wanted?.kind,
      asking: whoIs(asking),
      victim: whoIs(process),
      victimBytes: allotment === undefined ? process.memoryBytes : process.heldBytes,
      isAllotment: allotment !== undefined,
    };
    if (containerId !== undefined) this.#causes.push(this.#oom);
  }

  #sender(process: Process, signal: Signal, requests: readonly Request[]): Sender {
    const oom = this.#oom;
    if (signal === SIGKILL && oom?.victim.pid === process.pid && oom.timeUs === this.#kernel.nowUs) {
      return { by: "oom-killer", oom };
    }
    const { init } = process.ns.pid;
    if (init !== process && init?.isAlive !== true) return { by: "init" };
    const blow = this.#blow?.process === process ? this.#blow : undefined;
    if (blow?.from !== undefined) return { by: "process", process: whoIs(blow.from) };
    const request = requests.findLast((one) => one.signal === signal);
    if (request !== undefined) return { by: "engine", request };
    const seconds = process.limits.get("cpu")?.hard ?? Number.POSITIVE_INFINITY;
    return signal === SIGKILL && process.cpuUs >= seconds * 1e6 ? { by: "limit", seconds } : { by: "kernel" };
  }
}

function whoIs(process: Process): Who {
  const { pid, name, ns, cgroup } = process;
  return { pid, ownPid: pidIn(ns.pid, process), name, containerId: containerIdOf(cgroup) };
}

/** What its quota has done to a cgroup; `undefined` if that was nothing. */
export function throttlingOf({ cpuIfAny, cpuUs, kernel }: Cgroup): Throttling | undefined {
  const bandwidth = cpuIfAny?.bandwidth;
  if (bandwidth === undefined || (bandwidth.throttledUs === 0 && bandwidth.throttledSinceUs === undefined)) {
    return undefined;
  }
  const { quotaUs, periodUs, periods, throttledPeriods, throttledUs, throttledSinceUs } = bandwidth;
  const standsUs = throttledSinceUs === undefined ? 0 : kernel.nowUs - throttledSinceUs;
  const usageUs = Math.round(cpuUs);
  return { quotaUs, periodUs, periods, throttledPeriods, throttledUs: throttledUs + standsUs, usageUs };
}

/** What has been refused or held up in a cgroup because of its limits. */
export function hitLimitsOf({ pidsIfAny: pids, memoryIfAny: memory }: Cgroup): readonly HitLimit[] {
  const isFull = pids !== undefined && pids.maxEvents > 0;
  const isHeldUp = memory !== undefined && memory.stalledUs > 0;
  if (!isFull && !isHeldUp) return NO_LIMITS;
  return [
    ...(isFull ? [{ limit: "pids.max" as const, max: pids.max, failedForks: pids.maxEvents }] : NO_LIMITS),
    ...(isHeldUp
      ? [{ limit: "memory.high" as const, highBytes: memory.high, stalledUs: memory.stalledUs }]
      : NO_LIMITS),
  ];
}
