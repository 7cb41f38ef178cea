/** Why a container ended: from its exit code down to who sent the signal, or what could not be had. */
import { SIGALRM, SIGHUP, SIGINT, SIGKILL, SIGPIPE, SIGQUIT, SIGXCPU, SIGXFSZ, type Signal } from "../../abi/index.ts";
import type { FiredFault } from "../../faults/index.ts";
import type { Cause, DeathCause, KillCause, OutOfMemoryCause, Request, Sender } from "./cause.ts";
import type { Finding } from "./finding.ts";
import { crashAt, deafness, injectedFindings, isFelt, isWithin, leak } from "./injected.ts";
import { commandWords, durationWords, memoryWords, processWords, signalWords } from "./words.ts";

/** Exit codes above it say which signal ended what a shell had started. @see sh(1) "Exit status" */
const SIGNAL_BASE = 128;

/** What else is needed to tell of a death: how containers are called, and how times are said. */
export interface DeathContext {
  readonly nameOf: (containerId: string) => string;
  /** `12.3 s`: since the world began. */
  readonly when: (timeUs: number) => string;
  /** What is wrong with an executable of the container, if that can still be seen. */
  readonly executable: (path: string) => Finding | undefined;
  /** All that is known of the container. */
  readonly causes: readonly Cause[];
  /** What rules of `engine.faults` have done to it, oldest first. */
  readonly fired: readonly FiredFault[];
  /** When the run began that is told of. */
  readonly startedUs: number;
}

/** The context at the end of the run that the death belongs to. */
function ofRun({ startedUs, timeUs }: DeathCause, context: DeathContext): DeathContext {
  const isOfRun = isWithin({ fromUs: startedUs, toUs: timeUs });
  return { ...context, startedUs, fired: context.fired.filter((one) => isFelt(one) && isOfRun(one)) };
}

export function deathFinding(death: DeathCause, context: DeathContext): Finding {
  const { exitCode, timeUs, startedUs, argv, process, signal } = death;
  const ran = durationWords(timeUs - startedUs);
  const code = `exit code ${exitCode}`;
  return {
    kind: "death",
    text: `it ended with ${code} at ${context.when(timeUs)}, after ${ran}`,
    timeUs,
    facts: { exitCode, ranUs: timeUs - startedUs, argv, pid: process.pid, ...(signal === undefined ? {} : { signal }) },
    because: [signal === undefined ? ownEnd(death, ofRun(death, context)) : blow(death, signal, ofRun(death, context))],
  };
}

function blow(death: DeathCause, signal: Signal, context: DeathContext): Finding {
  const { argv, hadBegun, sender, timeUs } = death;
  return {
    kind: "signal",
    text: `${signalWords(signal)} ended its first process, ${commandWords(argv)}${hadBegun ? "" : ", before that had begun"}`,
    timeUs,
    facts: { signal, sender: sender?.by ?? "kernel" },
    because:
      death.error === undefined
        ? senderFindings(sender ?? { by: "kernel" }, signal, death, context)
        : [escapeFinding(death, death.error)],
  };
}

/** A program is JavaScript: what it throws and does not catch ends it as `abort` does. */
function escapeFinding({ argv, timeUs }: DeathCause, error: string): Finding {
  const text = `its program ${commandWords(argv)} let an exception escape: ${error}`;
  return { kind: "program", text, timeUs, facts: { error } };
}

/** What the container is, and what was asked of it in the run. */
type Struck = Pick<DeathCause, "containerId" | "timeUs"> & { readonly requests?: readonly Request[] };

function senderFindings(sender: Sender, signal: Signal, about: Struck, context: DeathContext): readonly Finding[] {
  switch (sender.by) {
    case "engine":
      return [requestFinding(sender.request, about.requests ?? [], context)];
    case "oom-killer":
      return [oomFinding(sender.oom, context)];
    case "limit":
      return [cpuLimitFinding(sender.seconds)];
    case "process": {
      const { process } = sender;
      const { containerId } = process;
      const where =
        containerId === about.containerId
          ? "of the same container"
          : containerId === undefined
            ? "of the machine"
            : `of the container ${context.nameOf(containerId)}`;
      const text = `the process ${processWords(process)} ${where} sent it`;
      return [{ kind: "signal", text, facts: { pid: process.pid, name: process.name } }];
    }
    case "init":
      return [{ kind: "signal", text: "the init of its pid namespace ended, which takes all others with it" }];
    case "kernel": {
      const crash = about.requests && crashAt(context.fired, about.timeUs);
      if (crash !== undefined) return injectedFindings([crash]);
      return [{ kind: "signal", text: KERNEL_REASONS.get(signal) ?? "the kernel sent it" }];
    }
  }
}

function cpuLimitFinding(seconds: number): Finding {
  const text = `it has used ${durationWords(seconds * 1e6)} of processor time, and may use no more (RLIMIT_CPU: --ulimit cpu=${seconds})`;
  return { kind: "limit", text, facts: { limit: "RLIMIT_CPU", seconds } };
}

/** What the kernel sends by itself. @see signal(7) */
const KERNEL_REASONS: ReadonlyMap<Signal, string> = new Map([
  [SIGPIPE, "it wrote to a pipe or a connection that nobody reads any more"],
  [SIGALRM, "an alarm that it had set went off"],
  [SIGXCPU, "it used more processor time than its limit (RLIMIT_CPU) allows"],
  [SIGXFSZ, "it made a file larger than its limit (RLIMIT_FSIZE) allows"],
  [SIGHUP, "its terminal was hung up"],
  [SIGINT, "somebody pressed ^C at its terminal"],
  [SIGQUIT, "somebody pressed ^\\ at its terminal"],
]);

function requestFinding(request: Request, all: readonly Request[], { fired }: DeathContext): Finding {
  const { demand, signal, timeUs, graceUs } = request;
  const facts = { demand, signal };
  const first = all.find((one) => one.demand === demand && one.signal !== SIGKILL);
  if (signal !== SIGKILL || graceUs === undefined || first === undefined) {
    return { kind: "request", text: `\`${demand}\` sent it`, timeUs, facts };
  }
  const name = signalWords(first.signal);
  const text = `\`${demand}\` sent it, for the process still ran ${durationWords(graceUs)} after ${name}`;
  const kept = deafness(fired, first.signal);
  const because =
    kept === undefined
      ? [{ kind: "signal" as const, text: receptionText(first), timeUs: first.timeUs }]
      : injectedFindings([kept]);
  return { kind: "request", text, timeUs, facts: { ...facts, graceUs }, because };
}

function receptionText({ reception, signal, hadBegun }: Request): string {
  const name = signalWords(signal);
  if (!hadBegun) return `${name} came before its program had begun`;
  switch (reception) {
    case "discarded":
      return `the first process of a pid namespace gets only signals that it handles, and it does not handle ${name}: \`--init\` puts another in its place`;
    case "ignored":
      return `it ignores ${name}`;
    case "blocked":
      return `it blocks ${name}`;
    case "caught":
      return `it handled ${name}, and did not end`;
    case "default":
      return `${name} did not end it`;
  }
}

export function oomFinding(oom: OutOfMemoryCause, context: DeathContext): Finding {
  const { victim, victimBytes, timeUs, cgroup, limitBytes, usageBytes, wantedBytes, wantedKind = "", asking } = oom;
  const isWhole = cgroup === "/";
  const owner = oom.isAllotment ? "the simulation" : isWhole ? "the machine" : "its cgroup";
  const limit = limitWords(oom, isWhole);
  const held = `${owner} held ${memoryWords(usageBytes)} of ${limit}${isWhole ? "" : " (memory.max)"}`;
  const why =
    wantedBytes === 0
      ? `${held}, for the limit was lowered`
      : `${processWords(asking)} asked for ${memoryWords(wantedBytes)} more (${wantedKind}), and ${held}`;
  return {
    kind: "out-of-memory",
    text: `the kernel's OOM killer chose ${processWords(victim)}, which held ${memoryWords(victimBytes)}, at ${context.when(timeUs)}`,
    timeUs,
    facts: {
      cgroup,
      limitBytes,
      usageBytes,
      wantedBytes,
      wantedKind,
      asking: asking.name,
      victim: victim.name,
      victimBytes,
    },
    because: [{ kind: "limit", text: why }, ...leaked(oom, context)],
  };
}

/** What was taken in the name of a container's first process, in the run that the killer ended. */
function leaked({ asking, timeUs }: OutOfMemoryCause, { fired, startedUs }: DeathContext): readonly Finding[] {
  const taken = asking.ownPid === 1 ? leak(fired.filter(isWithin({ fromUs: startedUs, toUs: timeUs }))) : undefined;
  return taken === undefined ? [] : injectedFindings([taken]);
}

function limitWords({ limitBytes, isAllotment }: OutOfMemoryCause, isWhole: boolean): string {
  const bytes = memoryWords(limitBytes);
  if (isAllotment) return `${bytes} that it may take of its host's memory (allotments.memoryBytes)`;
  return isWhole ? `${bytes} that there are` : `its limit of ${bytes}`;
}

/** A process of the container other than its first, and what ended it. */
export function killFinding(kill: KillCause, context: DeathContext): Finding {
  const { victim, signal, sender, timeUs, containerId } = kill;
  if (sender.by === "oom-killer") return oomFinding(sender.oom, context);
  return {
    kind: "signal",
    text: `${signalWords(signal)} ended ${processWords(victim)} at ${context.when(timeUs)}`,
    timeUs,
    facts: { signal, pid: victim.pid, name: victim.name },
    because: senderFindings(sender, signal, { containerId, timeUs }, context),
  };
}

/** The program returned, or called exit. */
function ownEnd(death: DeathCause, context: DeathContext): Finding {
  const { argv, exitCode, timeUs, startedUs } = death;
  const program = commandWords(argv);
  if (death.isLost) {
    const text = "nobody saw how it ended: the machine lost its power, or the daemon did not run";
    return { kind: "program", text, facts: { isLost: true } };
  }
  if (!death.hadBegun) {
    const reason = context.executable(argv[0] ?? "");
    const text = `${program} could not be executed`;
    return { kind: "program", text, timeUs, facts: { exitCode }, because: reason === undefined ? [] : [reason] };
  }
  const because: Finding[] = [];
  const told = exitCode > SIGNAL_BASE ? exitCode - SIGNAL_BASE : undefined;
  const kill = context.causes.findLast(
    (cause): cause is KillCause =>
      cause.kind === "kill" && cause.signal === told && cause.timeUs >= startedUs && cause.timeUs <= timeUs,
  );
  const caught = death.requests.findLast(({ reception }) => reception === "caught");
  if (kill !== undefined) because.push(killFinding(kill, context));
  else if (caught !== undefined) {
    const ago = durationWords(timeUs - caught.timeUs);
    const text = `it handled ${signalWords(caught.signal)}, which \`${caught.demand}\` had sent ${ago} before`;
    because.push({
      kind: "request",
      text,
      timeUs: caught.timeUs,
      facts: { demand: caught.demand, signal: caught.signal },
    });
  }
  because.push(...injectedFindings(context.fired.filter(({ rule }) => rule.on !== "process")));
  const text = `its program ${program} returned ${exitCode}${meaningOf(exitCode, kill)}`;
  return { kind: "program", text, timeUs, facts: { exitCode }, ...(because.length === 0 ? {} : { because }) };
}

function meaningOf(exitCode: number, kill: KillCause | undefined): string {
  if (exitCode === 0) return ": all went well";
  if (exitCode === 126) return ": what a shell returns for a file that it may not execute";
  if (exitCode === 127) return ": what a shell returns for a command that it cannot find";
  if (kill !== undefined || (exitCode > SIGNAL_BASE && exitCode <= SIGNAL_BASE + 64)) {
    return `: ${SIGNAL_BASE} + ${exitCode - SIGNAL_BASE} stands for ${signalWords(exitCode - SIGNAL_BASE)}`;
  }
  return "";
}
