/**
 * Runs a scenario under many interleavings and many plans of faults, and shortens what makes it fail.
 *
 *     await explore({ seeds: 1000, faults: { within: "10m", containers: ["web-*"] } }, async ({ engine }) => {
 *       …
 *     });
 *
 * A seed decides everything: the order of what is simultaneous, the plan, and every draw of chance. So a seed that fails
 * fails again in the same way, and with any part of its plan always as that part does.
 */
import { createEngine, type Engine, type EngineOptions } from "../engine/index.ts";
import { type FaultPlan, type FiredFault, planText } from "../faults/index.ts";
import { StatusError } from "../lib/index.ts";
import { type Duration, microsecondsOf, Prng } from "../sim/index.ts";
import { drawPlan, type FaultPalette } from "./plan.ts";
import { shorten } from "./shorten.ts";

/** One run of a scenario. Time passes until it has ended. */
export interface Trial {
  readonly seed: number;
  readonly engine: Engine;
  readonly plan: FaultPlan;
  /** Chance for the scenario's own choices. */
  readonly prng: Prng;
  /** Aborted when the trial is over: for what the scenario has begun beside itself. */
  readonly signal: AbortSignal;
}

/** What is run under each seed; it fails by throwing. */
export type Scenario = (trial: Trial) => void | Promise<void>;

/** Options of `explore`. */
export interface ExploreOptions {
  /** How many, from 1 on; or which. */
  readonly seeds: number | readonly number[];
  /** What can go wrong: drawn for each seed from a palette or by a function, or the same each time. Default nothing. */
  readonly faults?: FaultPlan | FaultPalette | ((prng: Prng) => FaultPlan);
  readonly engine?: Omit<EngineOptions, "seed" | "world" | "order" | "policy">;
  /** What is done before anything can go wrong: images, networks… */
  readonly prepare?: (engine: Engine) => void | Promise<void>;
  /** A trial that lasts longer in virtual time has failed. Default one day. */
  readonly limit?: Duration;
  /** Runs that may be spent on shortening a plan. Default 100. */
  readonly attempts?: number;
}

/** What has failed, and how to see it again. */
export interface FoundFailure {
  readonly seed: number;
  readonly error: unknown;
  /** The rules that the failure needs. */
  readonly plan: FaultPlan;
  /** All rules that the seed has drawn. */
  readonly drawn: FaultPlan;
  /** What the shortened plan has done. */
  readonly fired: readonly FiredFault[];
  /** The world's trace at the end of the shortened run. */
  readonly traceHash: string;
}

/** What an exploration without a failure gives. */
export interface Exploration {
  /** How many seeds have been tried, none of which failed. */
  readonly seeds: number;
}

/** The first seed that fails; the message is what a person wants to read. */
export class ExplorationFailure extends Error {
  override readonly name = "ExplorationFailure";
  readonly found: FoundFailure;

  constructor(found: FoundFailure, tried: number) {
    super(failureText(found, tried), { cause: found.error });
    this.found = found;
  }
}

interface Outcome {
  readonly error: unknown;
  readonly hasFailed: boolean;
  readonly fired: readonly FiredFault[];
  readonly traceHash: string;
}

const DAY = "24h";
const ATTEMPTS = 100;

/**
 * Runs the scenario with each seed until one fails.
 *
 * @throws ExplorationFailure for the first seed with which the scenario fails
 * @throws StatusError invalid-argument for no seeds at all
 */
export async function explore(options: ExploreOptions, scenario: Scenario): Promise<Exploration> {
  const all = seedsOf(options.seeds);
  for (const [tried, seed] of all.entries()) {
    const drawn = planFor(seed, options);
    const outcome = await run(seed, drawn, options, scenario);
    if (outcome.hasFailed) throw new ExplorationFailure(await isolate(seed, drawn, outcome, options, scenario), tried);
  }
  return { seeds: all.length };
}

function seedsOf(seeds: ExploreOptions["seeds"]): readonly number[] {
  const count = typeof seeds === "number" ? seeds : seeds?.length;
  if (!Number.isInteger(count) || count < 1) {
    throw new StatusError("invalid-argument", `"${count}" is no number of seeds`);
  }
  return typeof seeds === "number" ? Array.from({ length: count }, (_, index) => index + 1) : seeds;
}

function planFor(seed: number, { faults = [] }: ExploreOptions): FaultPlan {
  const prng = new Prng(`${seed}:plan`);
  if (typeof faults === "function") return faults(prng);
  return isPlan(faults) ? faults : drawPlan(prng, faults);
}

const isPlan = (faults: FaultPlan | FaultPalette): faults is FaultPlan => Array.isArray(faults);

async function isolate(
  seed: number,
  drawn: FaultPlan,
  first: Outcome,
  options: ExploreOptions,
  scenario: Scenario,
): Promise<FoundFailure> {
  let last = first;
  const fails = async (part: FaultPlan): Promise<boolean> => {
    const outcome = await run(seed, part, options, scenario);
    const isSame = outcome.hasFailed && kindOf(outcome.error) === kindOf(first.error);
    if (isSame) last = outcome;
    return isSame;
  };
  const plan = await shorten(drawn, fails, options.attempts ?? ATTEMPTS);
  const { error, fired, traceHash } = last;
  return { seed, error, plan, drawn, fired, traceHash };
}

/** Two failures are the same if they say the same, but for numbers and ids. */
function kindOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return (text.split("\n")[0] ?? "").replace(/\b[0-9a-f]{12,64}\b|\d+(\.\d+)?/g, "#");
}

async function run(seed: number, plan: FaultPlan, options: ExploreOptions, scenario: Scenario): Promise<Outcome> {
  const engine = createEngine({ ...options.engine, seed, order: "random" });
  const ending = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  try {
    await options.prepare?.(engine);
    engine.faults.add(...plan);
    const prng = new Prng(`${seed}:scenario`);
    await untilOver(engine, options.limit ?? DAY, async () =>
      scenario({ seed, engine, plan, prng, signal: ending.signal }),
    );
  } catch (error) {
    failure = { error };
  }
  ending.abort();
  const { hash } = engine.world.trace;
  const { fired } = engine.faults;
  return { error: failure?.error, hasFailed: failure !== undefined, fired, traceHash: hash };
}

/** Time passes for as long as the scenario lasts, whatever it waits for itself. */
async function untilOver({ world }: Engine, limit: Duration, scenario: () => Promise<void>): Promise<void> {
  let isOver = false;
  const running = scenario().finally(() => {
    isOver = true;
    world.wake();
  });
  // What goes wrong in it is told by `running`; a scenario that is stuck is told by the wait.
  running.catch(() => {});
  await world.breathe();
  await Promise.race([
    running,
    world.until(() => isOver, { timeoutUs: microsecondsOf(limit), what: "the scenario's end" }),
  ]);
  await running;
}

function failureText({ seed, error, plan, drawn, fired }: FoundFailure, tried: number): string {
  const before = tried === 0 ? "" : `, after ${tried} that do not`;
  const without = drawn.length === plan.length ? "" : ` (of ${drawn.length} that were drawn)`;
  const rules = plan.length === 1 ? "1 rule" : `${plan.length} rules`;
  const done = fired.slice(-FIRED_SHOWN).map(({ what }) => `  ${what}`);
  return [
    `seed ${seed} fails${before}: ${error instanceof Error ? error.message : String(error)}`,
    plan.length === 0 ? "it needs no faults" : `it needs ${rules}${without}:`,
    ...(plan.length === 0 ? [] : [planText(plan)]),
    ...(done.length === 0 ? [] : ["what they have done last:", ...done]),
    `to see it again: explore({ …, seeds: [${seed}], faults: ${plan.length === 0 ? "[]" : "the rules above"} }, scenario)`,
  ].join("\n");
}

/** Faults that a message shows. */
const FIRED_SHOWN = 8;
