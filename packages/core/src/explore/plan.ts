/** Plans of faults that are drawn from a seed. */
import type { FaultPlan, FaultRule } from "../faults/index.ts";
import { knownWord, StatusError } from "../lib/index.ts";
import { type Duration, microsecondsOf, type Prng } from "../sim/index.ts";

/** Kinds of faults that can be drawn. */
export type FaultKind = FaultRule["on"];

/** What is to be drawn from. */
export interface FaultPalette {
  /** Faults happen within so long. */
  readonly within: Duration;
  readonly kinds?: readonly FaultKind[];
  /** Whom faults of processes, system calls and disks are about; default all containers. */
  readonly containers?: readonly string[];
  /** The networks that can be disturbed. Without any, links of `containers` are. */
  readonly networks?: readonly string[];
  /** Whose calls and events are disturbed; default everybody's. */
  readonly client?: string;
  /** How many rules at most. Default 5. */
  readonly most?: number;
}

const MOST = 5;
/** Kinds of faults that need no names. Pulls are left out: a prepared machine makes none. */
const KINDS: readonly FaultKind[] = ["api", "events", "syscall", "disk", "clock", "daemon", "process"];
const ALL_KINDS: readonly FaultKind[] = [...KINDS, "pull", "network"];
const MEGABYTE = 1_000_000;

/**
 * At least one rule, at most as many as the palette says.
 *
 * @throws StatusError invalid-argument for a palette without a time, or with kinds of faults that there are not
 */
export function drawPlan(prng: Prng, palette: FaultPalette): FaultPlan {
  const { within, kinds = KINDS, most = MOST } = palette;
  if (within === undefined) throw invalid('faults are drawn within a time: { within: "10m" }');
  if (kinds.length === 0) throw invalid("there is no kind of fault to be drawn");
  if (!(Number.isInteger(most) && most >= 1)) throw invalid(`"${most}" is no number of rules`);
  for (const kind of kinds) knownWord(ALL_KINDS, kind, "kind of fault");
  const count = 1 + prng.below(most);
  return Array.from({ length: count }, () => drawRule(prng, pick(prng, kinds), palette));
}

const invalid = (problem: string): StatusError => new StatusError("invalid-argument", problem);

function drawRule(prng: Prng, kind: FaultKind, palette: FaultPalette): FaultRule {
  const withinUs = microsecondsOf(palette.within);
  const when = { after: milliseconds(prng.below(withinUs)), lasts: milliseconds(1 + prng.below(withinUs / 4)) };
  const whose = palette.client === undefined ? {} : { client: palette.client };
  const { containers } = palette;
  const where = containers === undefined ? {} : { container: pick(prng, containers) };
  switch (kind) {
    case "api":
      return { on: "api", ...whose, ...when, probability: 0.5, ...pick(prng, API_EFFECTS) };
    case "events":
      return { on: "events", ...whose, ...when, ...pick(prng, EVENT_EFFECTS) };
    case "syscall":
      return { on: "syscall", ...where, ...when, probability: 0.2, ...pick(prng, SYSCALL_EFFECTS) };
    case "disk":
      return { on: "disk", ...where, ...when, ...pick(prng, DISK_EFFECTS) };
    case "pull":
      return { on: "pull", ...when, ...pick(prng, PULL_EFFECTS) };
    case "network": {
      const [network] = palette.networks ?? [];
      const selection = network === undefined ? { container: where.container ?? "*" } : { network };
      return { on: "network", ...selection, ...when, ...pick(prng, LINK_EFFECTS) };
    }
    case "clock":
      return { on: "clock", ...when, jump: pick(prng, ["1h", "-5m", "24h"]) };
    case "daemon": {
      const { after } = when;
      const effect = pick(prng, ["crash", "restart"] as const);
      const down = milliseconds(prng.below(60_000_000));
      return { on: "daemon", after, effect, down, liveRestore: prng.chance(1, 2) };
    }
    case "process":
      return { on: "process", ...where, ...when, ...drawProcessEffect(prng, withinUs) };
  }
}

function drawProcessEffect(prng: Prng, withinUs: number) {
  switch (prng.below(3)) {
    case 0:
      return { crashesAfter: milliseconds(prng.below(withinUs / 4)) };
    case 1:
      return { leaks: MEGABYTE * (1 + prng.below(16)) };
    default:
      return { ignoresTerm: true as const };
  }
}

const API_EFFECTS = [
  { fails: { status: 500, message: "injected fault" } },
  { losesReply: true },
  { slow: "5s" },
  { cutAfterBytes: 10 },
] as const;
const EVENT_EFFECTS = [
  { loses: true },
  { duplicates: true },
  { disconnects: true },
  { late: "10s" },
  { gap: "5s" },
] as const;
const SYSCALL_EFFECTS = [
  { call: ["open", "read", "write"], errno: "EIO" },
  { call: ["connect", "accept4", "socket"], errno: "ENOBUFS" },
  { call: "execve", errno: "EAGAIN" },
  { slow: "100ms" },
] as const;
const DISK_EFFECTS = [{ full: true }, { slow: "200ms" }, { tornAfterBytes: 3 }] as const;
const PULL_EFFECTS = [{ status: 429 }, { drop: true }, { cutAfterBytes: 100 }, { slow: "10s" }] as const;
const LINK_EFFECTS = [{ cut: true }, { loss: 0.5 }, { latency: "2s" }] as const;

function pick<T>(prng: Prng, all: readonly T[]): T {
  return all[prng.below(all.length)] as T;
}

/** As plans are printed. */
const milliseconds = (us: number): string => `${Math.floor(us / 1000)}ms`;
