/** What is to be said of a container's restarts, its health, and its limits. */
import type { Container } from "../container/container.ts";
import type { DeathCause, HitLimit, Throttling } from "./cause.ts";
import type { Finding } from "./finding.ts";
import { commandWords, count, durationWords, memoryWords, times } from "./words.ts";

const DEFAULT_RETRIES = 3;

/** Why a container that has ended is started again, and when, or why not. */
export function restartFinding(container: Container, death: DeathCause, when: (us: number) => string): Finding {
  const { hostConfig, restartCount, state } = container;
  const { Name: policy = "no", MaximumRetryCount: limit = 0 } = hostConfig.RestartPolicy ?? {};
  const name = policy === "" ? "no" : policy;
  const facts = { policy: name, count: restartCount, limit };
  if (death.restartUs !== undefined && state === "restarting") {
    const { restartUs } = death;
    const text = `its restart policy (${name}) starts it again after ${durationWords(restartUs)}, at ${when(death.timeUs + restartUs)}: restart ${restartCount}`;
    const rule = "each delay is twice the one before, from 100 ms to 1 min, until it has run for 10 s";
    return {
      kind: "restart",
      text,
      facts: { ...facts, delayUs: restartUs, atUs: death.timeUs + restartUs },
      because: [{ kind: "restart", text: rule }],
    };
  }
  if (container.isActive) return { kind: "restart", text: `it was restarted ${times(restartCount)} (${name})`, facts };
  return { kind: "restart", text: `it is not started again: ${whyNot(container, name, limit, death)}`, facts };
}

function whyNot({ endedByHand, restartCount }: Container, policy: string, limit: number, death: DeathCause): string {
  if (policy === "no") return "it has no restart policy";
  if (endedByHand) return `somebody stopped it by hand, and then ${policy} rests`;
  if (policy === "on-failure" && death.exitCode === 0) return "on-failure does not restart what ended well";
  if (policy === "on-failure" && limit > 0 && restartCount >= limit)
    return `on-failure:${limit} has tried ${times(limit)}`;
  return "the attempt to start it failed";
}

/** What its checks have found; nothing for one without checks or one that is well. */
export function healthFindings(
  { health, config, isRunning }: Container,
  when: (us: number) => string,
): readonly Finding[] {
  if (health === undefined || health.status === "healthy") return [];
  // What has ended counts as unhealthy, whatever its checks found.
  if (!isRunning && health.failingStreak === 0) return [];
  const { Retries = 0, Test = [], Timeout = 0, StartPeriod = 0 } = config.Healthcheck ?? {};
  const retries = Retries > 0 ? Retries : DEFAULT_RETRIES;
  const probe = Test.slice(1).join(" ");
  const probes = health.log.map(({ exitCode, output, startUs, endUs }): Finding => {
    const took = durationWords(endUs - startUs);
    const said = output.trim() === "" ? "and printed nothing" : `and printed ${JSON.stringify(output.trim())}`;
    const text =
      exitCode === -1
        ? `a check at ${when(startUs)} could not be carried out: ${output.trim()}`
        : `a check at ${when(startUs)} returned ${exitCode} after ${took}, ${said}`;
    return {
      kind: "probe",
      text,
      timeUs: startUs,
      facts: { exitCode, output, tookUs: endUs - startUs, timeoutUs: Timeout / 1000 },
    };
  });
  const streak = `${count(health.failingStreak, "check")} in a row failed`;
  const text =
    health.status === "starting"
      ? `it is starting: no check has succeeded yet, ${startPeriodWords(StartPeriod / 1000)}${streak} of the ${retries} that make it unhealthy`
      : `it is unhealthy: ${streak}, and ${retries} are enough; an unhealthy container is not restarted for that`;
  return [
    {
      kind: "health",
      text: `${text} (\`${probe}\`)`,
      facts: { status: health.status, failingStreak: health.failingStreak, retries, probe },
      because: probes,
    },
  ];
}

/** @see docker run --health-start-period */
const startPeriodWords = (us: number): string =>
  us === 0 ? "" : `those that fail in its first ${durationWords(us)} do not count, `;

/** The arithmetic of its quota. */
export function throttlingFinding({
  quotaUs,
  periodUs,
  periods,
  throttledPeriods,
  throttledUs,
  usageUs,
}: Throttling): Finding {
  const cpus = quotaUs / periodUs;
  const text = `its quota kept it from the processors for ${durationWords(throttledUs)} in all, in ${throttledPeriods} of ${count(periods, "period")}`;
  const share = Number.isFinite(quotaUs)
    ? `it may use ${durationWords(quotaUs)} of processor time in each ${durationWords(periodUs)} (cpu.max ${quotaUs} ${periodUs}: ${cpus} CPUs), has used ${durationWords(usageUs)}, and stands still when a period's share is used up`
    : `its quota was lifted since`;
  return {
    kind: "throttling",
    text,
    facts: { quotaUs, periodUs, periods, throttledPeriods, throttledUs, usageUs, cpus },
    because: [{ kind: "limit", text: share }],
  };
}

/** A limit that it has run into without dying of it. */
export function limitFinding(hit: HitLimit): Finding {
  switch (hit.limit) {
    case "pids.max": {
      const { failedForks, max } = hit;
      const text = `${count(failedForks, "fork")} failed: at most ${max} processes may live at a time (pids.max)`;
      return { kind: "limit", text, facts: { limit: hit.limit, failedForks, max } };
    }
    case "memory.high": {
      const { stalledUs, highBytes } = hit;
      const text = `it was slowed down for ${durationWords(stalledUs)} for holding more than memory.high of ${memoryWords(highBytes)}`;
      return { kind: "limit", text, facts: { limit: hit.limit, stalledUs, highBytes } };
    }
  }
}

/** What it is doing. */
export function stateFinding(container: Container, when: (us: number) => string): Finding {
  const { state, startedUs, oci, config } = container;
  const runs = oci?.process.text === undefined ? undefined : oci.process.argv;
  const argv = runs ?? [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  const since = container.isRunning ? ` since ${when(startedUs)}` : "";
  return { kind: "state", text: `it is ${state}${since}: ${commandWords(argv)}`, facts: { state, argv } };
}
