/**
 * A timeline: a lane for each container, with its states, its health and what happened to it. Data, which text and pictures
 * are drawn from.
 */
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { HealthStatus } from "../container/health-record.ts";
import type { EngineEvent } from "../events.ts";
import type { Cause, DeathCause } from "./cause.ts";
import type { Lane, LaneState, Lanes, Mark, Span } from "./lane.ts";
import { timelineSvg } from "./timeline-svg.ts";
import { drawTimeline } from "./timeline-text.ts";
import { signalWords } from "./words.ts";

/** Which containers and which time a timeline shows. */
export interface TimelineOptions {
  /** Only these, by their names or ids. */
  readonly containers?: readonly string[];
  /** Microseconds since 1970; default: the beginning of the world, and now. */
  readonly fromUs?: number;
  readonly toUs?: number;
}

export interface TimelineParts {
  readonly startUs: number;
  readonly nowUs: number;
  /** Oldest first, and how many older ones are not known any more. */
  readonly events: Iterable<EngineEvent>;
  readonly forgotten: number;
  readonly causes: Iterable<Cause>;
  readonly containers: readonly Container[];
}

/** What has happened to containers: `engine.timeline()`. Prints as text, and draws itself. */
export class Timeline implements Lanes {
  /** When the world began, which texts count from. */
  readonly startUs: number;
  readonly fromUs: number;
  readonly toUs: number;
  /** In the order in which the containers were made. */
  readonly lanes: readonly Lane[];
  /** Events that were too many to be kept. */
  readonly forgotten: number;

  constructor(parts: TimelineParts, options: TimelineOptions = {}) {
    this.startUs = parts.startUs;
    this.fromUs = options.fromUs ?? parts.startUs;
    this.toUs = options.toUs ?? parts.nowUs;
    if (this.toUs < this.fromUs) throw new StatusError("invalid-argument", "a timeline ends after it begins");
    this.forgotten = parts.forgotten;
    const wanted = options.containers;
    const isWanted = ({ id, name }: Lane): boolean =>
      wanted === undefined || wanted.some((one) => one === name || id.startsWith(one));
    this.lanes = lanesOf(parts, this).filter(isWanted);
  }

  /** As characters, `width` columns of time wide; below them what happened. */
  toString(options: { readonly width?: number } = {}): string {
    return drawTimeline(this, options.width);
  }

  /** A picture by itself. */
  toSVG(): string {
    return timelineSvg(this);
  }

  toJSON(): Readonly<Record<string, unknown>> {
    const { startUs, fromUs, toUs, lanes, forgotten } = this;
    return { startUs, fromUs, toUs, lanes, forgotten };
  }
}

interface Window {
  readonly fromUs: number;
  readonly toUs: number;
}

/** What is being put together of one container. */
interface Draft {
  readonly id: string;
  name: string;
  readonly states: { state: LaneState; fromUs: number; toUs: number | undefined }[];
  readonly health: { state: HealthStatus; fromUs: number; toUs: number | undefined }[];
  readonly marks: Mark[];
  restarts: number;
  goneUs: number | undefined;
}

function lanesOf(parts: TimelineParts, window: Window): readonly Lane[] {
  const deaths = new Map<string, DeathCause>();
  for (const cause of parts.causes)
    if (cause.kind === "death") deaths.set(`${cause.containerId} ${cause.timeUs}`, cause);
  const drafts = new Map<string, Draft>();
  // Containers whose creation is no longer among the events begin with their present state.
  for (const container of parts.containers.toReversed()) drafts.set(container.id, begun(container));
  const fresh = new Set(drafts.keys());
  for (const event of parts.events) {
    const id = event.type === "network" ? (event.attributes["container"] ?? "") : event.id;
    const known = drafts.get(id);
    if (known === undefined || fresh.delete(id)) drafts.set(id, { ...emptyDraft(id), name: known?.name ?? "" });
    const draft = drafts.get(id);
    if (draft !== undefined) note(draft, event, deaths.get(`${id} ${event.timeUs}`));
  }
  const beginning = ({ states, marks }: Lane): number => states[0]?.fromUs ?? marks[0]?.timeUs ?? 0;
  return [...drafts.values()].flatMap((draft) => finished(draft, window)).sort((a, b) => beginning(a) - beginning(b));
}

const emptyDraft = (id: string): Draft => ({
  id,
  name: "",
  states: [],
  health: [],
  marks: [],
  restarts: 0,
  goneUs: undefined,
});

function begun({ id, name, state, startedUs, finishedUs, createdUs }: Container): Draft {
  const draft: Draft = { ...emptyDraft(id), name };
  const isOver = state === "exited" || state === "restarting";
  const fromUs = startedUs === 0 ? createdUs : isOver ? finishedUs : startedUs;
  draft.states.push({ state: state === "removing" || state === "dead" ? "exited" : state, fromUs, toUs: undefined });
  return draft;
}

function note(draft: Draft, event: EngineEvent, death: DeathCause | undefined): void {
  const { action, timeUs, attributes, type } = event;
  if (type === "network") {
    draft.marks.push({ timeUs, action: `network ${action}`, text: attributes["name"] ?? "" });
    return;
  }
  draft.name = attributes["name"] ?? draft.name;
  draft.marks.push({ timeUs, action, text: textOf(event, death) });
  const next = nextState(action, death);
  // What was before the first event that is known.
  if (draft.states.length === 0 && death !== undefined) turn(draft.states, "running", death.startedUs);
  if (action === "start" && draft.states.at(-1)?.state === "restarting") draft.restarts++;
  if (next !== undefined) turn(draft.states, next, timeUs);
  if (action.startsWith("health_status: "))
    turn(draft.health, action.slice("health_status: ".length) as HealthStatus, timeUs);
  // Nobody looks at a container that is paused or has ended.
  if (action === "die" || action === "pause") end(draft.health, timeUs);
  if (action === "destroy") {
    draft.goneUs = timeUs;
    end(draft.states, timeUs);
  }
}

function nextState(action: string, death: DeathCause | undefined): LaneState | undefined {
  switch (action) {
    case "create":
      return "created";
    case "start":
    case "unpause":
      return "running";
    case "pause":
      return "paused";
    case "die":
      return death?.restartUs === undefined ? "exited" : "restarting";
    default:
      return undefined;
  }
}

function turn<S extends string>(
  spans: { state: S; fromUs: number; toUs: number | undefined }[],
  state: S,
  timeUs: number,
): void {
  end(spans, timeUs);
  spans.push({ state, fromUs: timeUs, toUs: undefined });
}

function end(spans: { toUs: number | undefined }[], timeUs: number): void {
  const last = spans.at(-1);
  if (last !== undefined) last.toUs ??= timeUs;
}

/** Why it died, in a few words; names, signals and codes of other events. */
function textOf({ action, attributes }: EngineEvent, death: DeathCause | undefined): string {
  if (action === "kill") return signalWords(Number(attributes["signal"]));
  if (action === "rename") return `from ${(attributes["oldName"] ?? "").replace(/^\//, "")}`;
  if (action !== "die") return "";
  const code = attributes["exitCode"] ?? "";
  if (death?.sender === undefined || death.signal === undefined) return code;
  return `${code}, ${signalWords(death.signal)} by ${senderOf(death)}`;
}

function senderOf({ sender }: DeathCause): string {
  switch (sender?.by) {
    case "engine":
      return sender.request.demand;
    case "oom-killer":
      return "the OOM killer";
    case "process":
      return `${sender.process.name} (pid ${sender.process.ownPid})`;
    case "init":
      return "the end of init";
    default:
      return "the kernel";
  }
}

/** What of a lane lies within the window; nothing if none of it does. */
function finished({ id, name, states, health, marks, restarts, goneUs }: Draft, window: Window): readonly Lane[] {
  const { fromUs, toUs } = window;
  const within = <S extends string>(spans: readonly { state: S; fromUs: number; toUs: number | undefined }[]) =>
    spans
      .map(
        (one): Span<S> => ({
          state: one.state,
          fromUs: Math.max(one.fromUs, fromUs),
          toUs: Math.min(one.toUs ?? goneUs ?? toUs, toUs),
        }),
      )
      .filter((one) => one.fromUs <= one.toUs);
  const lane: Lane = {
    id,
    name,
    states: within(states),
    health: within(health),
    marks: marks.filter(({ timeUs }) => timeUs >= fromUs && timeUs <= toUs),
    restarts,
  };
  return lane.states.length + lane.marks.length === 0 ? [] : [lane];
}
