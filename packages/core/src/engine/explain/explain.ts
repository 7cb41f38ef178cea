/**
 * `engine.explain(…)`: why something is as it is. The causes were noted where they arose (`CauseLog`); everything else is
 * read off the engine as it is now.
 */
import type { BuildResult } from "../../build/index.ts";
import type { Faults, FiredFault } from "../../faults/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Snapshotter } from "../../snapshot/index.ts";
import { Container } from "../container/container.ts";
import type { ContainerService } from "../containers.ts";
import { shortId } from "../names.ts";
import type { Cause, DeathCause, KillCause, OutOfMemoryCause, RefusalCause, UnreachedCause } from "./cause.ts";
import { CAUSES_LIMIT, type CauseLog, hitLimitsOf, throttlingOf } from "./cause-log.ts";
import { healthFindings, limitFinding, restartFinding, stateFinding, throttlingFinding } from "./condition.ts";
import { type DeathContext, deathFinding, killFinding, oomFinding } from "./death.ts";
import { Explanation, type Finding } from "./finding.ts";
import { injectedFindings, isWithin } from "./injected.ts";
import { missFindings } from "./misses.ts";
import { processLines } from "./processes.ts";
import { type ReachParts, reachFindings } from "./reach.ts";
import { executableFinding, refusalFinding } from "./refusal.ts";
import { durationWords, times } from "./words.ts";

/** A way through the network: from a container, or without `from` from the machine. */
export interface Way {
  /** A container, or what it is called. */
  readonly from?: Container | string;
  /** A name or an address: "db", "172.18.0.2", "localhost". */
  readonly to: string;
  readonly port?: number;
  /** Default "tcp". */
  readonly protocol?: "tcp" | "udp";
}

/** A container (also one that is gone, by the name or the id that it had), a way through the network, or a build. */
export type Subject = Container | string | Way | Pick<BuildResult, "misses">;

export interface ExplainParts extends ReachParts {
  readonly causes: CauseLog;
  readonly snapshotter: Snapshotter;
  readonly service: ContainerService;
  readonly faults: Pick<Faults, "fired">;
}

/** Kills that did not end the container are told of up to this number. */
const KILLS_SHOWN = 8;

/**
 * @throws StatusError not-found for a container that nobody knows; invalid-argument for what is no container, no way
 * and no build
 */
export function explain(subject: Subject, parts: ExplainParts): Explanation {
  if (typeof subject === "string") return explainNamed(subject, parts);
  if (subject instanceof Container) return explainContainer(subject, parts);
  if (typeof subject === "object" && subject !== null) {
    if ("misses" in subject) return new Explanation("the build", missFindings(subject));
    if ("to" in subject) return explainWay(subject, parts);
  }
  const asked = "a container, a way through the network ({ from, to, port }) or the result of a build";
  throw new StatusError("invalid-argument", `what can be explained is ${asked}`);
}

function explainNamed(name: string, parts: ExplainParts): Explanation {
  try {
    return explainContainer(parts.service.get(name), parts);
  } catch (error) {
    const gone = [...parts.causes.all].findLast(
      (cause) => cause.containerId === name || ("name" in cause && cause.name === name),
    );
    if (gone === undefined) throw error;
    const causes = parts.causes.of(gone.containerId);
    return new Explanation(`${name}, which was removed`, pastFindings(undefined, causes, parts));
  }
}

function explainContainer(container: Container, parts: ExplainParts): Explanation {
  const { causes } = parts;
  const known = causes.of(container.id);
  const when = whenOf(parts);
  const death = known.findLast((cause): cause is DeathCause => cause.kind === "death");
  const state =
    container.isRunning || (container.startedUs === 0 && container.error === "") ? [stateFinding(container, when)] : [];
  const isUntold = container.startedUs > 0 && !container.isRunning && death === undefined;
  return new Explanation(container.name, [
    ...state,
    ...(isUntold ? [causes.forgotten > 0 ? FORGOTTEN : unseenEnd(container, when)] : []),
    ...pastFindings(container, known, parts),
    ...presentFindings(container, parts),
    ...injectedFindings(firedSince(container, death, parts)),
    ...known.filter((cause) => cause.kind === "unreached").map((cause) => unreachedFinding(cause, container, parts)),
  ]);
}

const FORGOTTEN: Finding = {
  kind: "forgotten",
  text: `why it ended is forgotten: a machine keeps its last ${CAUSES_LIMIT} causes`,
};

/** For a container that ended before this world began: in a snapshot, or in an earlier process. */
function unseenEnd({ exitCode, finishedUs, oomKilled }: Container, when: (us: number) => string): Finding {
  const text = `it ended with exit code ${exitCode} at ${when(finishedUs)}, before this machine began: why is not known any more`;
  const oom: Finding = { kind: "out-of-memory", text: "the kernel's OOM killer hit one of its processes" };
  return { kind: "death", text, timeUs: finishedUs, facts: { exitCode }, ...(oomKilled && { because: [oom] }) };
}

/** What rules have done to it in this run, or since the last one. */
function firedSince(container: Container, death: DeathCause | undefined, parts: ExplainParts): readonly FiredFault[] {
  const fromUs = container.isRunning ? container.startedUs : (death?.timeUs ?? -1) + 1;
  return firedOn(container.id, parts).filter(isWithin({ fromUs, toUs: Number.POSITIVE_INFINITY }));
}

const firedOn = (id: string, { faults }: Pick<ExplainParts, "faults">): readonly FiredFault[] =>
  faults.fired.filter(({ container }) => container?.id === id);

/** How its last run ended, and what became of it then. */
function pastFindings(
  container: Container | undefined,
  known: readonly Cause[],
  parts: ExplainParts,
): readonly Finding[] {
  const death = known.findLast((cause): cause is DeathCause => cause.kind === "death");
  const context = contextOf(container, known, parts, death?.startedUs);
  const findings: Finding[] = [];
  // The newest of both is why it does not run.
  const refusal = known.findLast((cause): cause is RefusalCause => cause.kind === "refusal");
  const isRunning = container?.isRunning === true;
  if (refusal !== undefined && !isRunning && refusal.timeUs >= (death?.timeUs ?? 0)) {
    findings.push(refusalFinding(refusal, container, parts, context.when));
  }
  if (death === undefined) return findings;
  const last = deathFinding(death, context);
  findings.push(isRunning ? { ...last, text: `before, ${last.text}` } : last);
  if (!isRunning) {
    findings.push(...untold(death, last, known).map((oom) => oomFinding(oom, context)));
    findings.push(...death.hitLimits.map(limitFinding));
    if (death.throttling !== undefined) findings.push(throttlingFinding(death.throttling));
  }
  if (container !== undefined) findings.push(restartFinding(container, death, context.when));
  return findings;
}

/** Kills by the OOM killer in a run whose end they do not explain: what the program made of them is not known. */
function untold(
  { startedUs, timeUs }: DeathCause,
  told: Finding,
  known: readonly Cause[],
): readonly OutOfMemoryCause[] {
  const isTold = ({ kind, timeUs, because = [] }: Finding, oom: OutOfMemoryCause): boolean =>
    (kind === "out-of-memory" && timeUs === oom.timeUs) || because.some((one) => isTold(one, oom));
  return known
    .filter((cause): cause is OutOfMemoryCause => cause.kind === "out-of-memory")
    .filter((oom) => oom.timeUs >= startedUs && oom.timeUs <= timeUs && !isTold(told, oom))
    .slice(-KILLS_SHOWN);
}

function presentFindings(container: Container, parts: ExplainParts): readonly Finding[] {
  const findings: Finding[] = [...healthFindings(container, whenOf(parts))];
  const { oci } = container;
  if (oci === undefined || !container.isRunning) return findings;
  const throttling = throttlingOf(oci.cgroup);
  if (throttling !== undefined) findings.push(throttlingFinding(throttling));
  findings.push(...hitLimitsOf(oci.cgroup).map(limitFinding));
  const known = parts.causes.of(container.id);
  const context = contextOf(container, known, parts, container.startedUs);
  const kills = known.filter(
    (cause): cause is KillCause | OutOfMemoryCause =>
      cause.timeUs >= container.startedUs &&
      (cause.kind === "out-of-memory" || (cause.kind === "kill" && cause.sender.by !== "oom-killer")),
  );
  const shown = kills.slice(-KILLS_SHOWN);
  return [
    ...findings,
    ...shown.map((one) => (one.kind === "kill" ? killFinding(one, context) : oomFinding(one, context))),
  ];
}

function unreachedFinding(cause: UnreachedCause, container: Container, parts: ExplainParts): Finding {
  const { host, port, error, times: number, timeUs } = cause;
  const where = port === undefined ? host : `${host} port ${port}`;
  const text = `it failed ${times(number)} to reach ${where} (${error}), last at ${whenOf(parts)(cause.lastUs)}`;
  const now = reachFindings({ from: container, to: host, port, protocol: "tcp" }, parts);
  return {
    kind: "route",
    text,
    timeUs,
    facts: { host, error, times: number, ...(port === undefined ? {} : { port }) },
    because: now,
  };
}

function explainWay({ from, to, port, protocol = "tcp" }: Way, parts: ExplainParts): Explanation {
  const container = typeof from === "string" ? parts.service.get(from) : from;
  const place = port === undefined ? to : `${to}:${port}/${protocol}`;
  const findings = reachFindings({ from: container, to, port, protocol }, parts);
  return new Explanation(`${container?.name ?? "the machine"} → ${place}`, findings);
}

function contextOf(
  container: Container | undefined,
  causes: readonly Cause[],
  parts: ExplainParts,
  startedUs = 0,
): DeathContext {
  const executable = (path: string) => container && executableFinding(path, container, parts);
  const id = container?.id ?? causes[0]?.containerId;
  const fired = id === undefined ? [] : firedOn(id, parts);
  return { causes, fired, startedUs, when: whenOf(parts), nameOf: (one) => nameOf(one, parts), executable };
}

/** What `world.explain()` says of the machine. */
export function narration({ kernel, service }: { readonly kernel: Kernel; readonly service: ContainerService }) {
  return processLines(kernel, (id) => nameOf(id, { service }));
}

const whenOf =
  ({ kernel }: ExplainParts) =>
  (timeUs: number): string =>
    durationWords(timeUs - kernel.world.clock.startUs);

/** A container's name; of one that is gone, its short id. */
export function nameOf(id: string, { service }: Pick<ExplainParts, "service">): string {
  return service.peek(id)?.name ?? shortId(id);
}
