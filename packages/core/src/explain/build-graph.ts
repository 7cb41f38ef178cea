/** The graph of a build: its vertices, what became of each, and why it was not cached. Data, text and a picture. */
import type { BuildEvent, CacheMiss } from "../build/index.ts";
import { element, label, picture, unreachable } from "../lib/index.ts";

/** `waiting` was never begun, for something else failed before. */
export type BuildNodeState = "waiting" | "running" | "cached" | "done" | "failed" | "canceled";

/** A vertex of a build. */
export interface BuildNode {
  /** In the order in which the build has announced them, from 1. */
  readonly number: number;
  readonly name: string;
  /** Numbers of the vertices that it needs. */
  readonly inputs: readonly number[];
  readonly state: BuildNodeState;
  /** Virtual microseconds that it took. */
  readonly durationUs: number;
  readonly error?: string;
  /** Why a step was not cached: "the command" differs from the last time. */
  readonly miss?: string;
}

interface Draft {
  name: string;
  inputs: readonly number[];
  state: BuildNodeState;
  startUs: number;
  endUs: number;
  error?: string;
}

/** `events` are all that `onEvent` of a build has heard; `misses` are those of its result. */
export function buildGraph(events: Iterable<BuildEvent>, misses: readonly CacheMiss[] = []): readonly BuildNode[] {
  const drafts = new Map<number, Draft>();
  for (const event of events) note(drafts, event);
  const reasons = new Map(misses.map((miss) => [miss.step, whyMissed(miss)]));
  return [...drafts]
    .sort(([a], [b]) => a - b)
    .map(([number, { name, inputs, state, startUs, endUs, error }]) => {
      const miss = state === "cached" ? undefined : reasons.get(name);
      return {
        number,
        name,
        inputs,
        state,
        durationUs: Math.max(0, endUs - startUs),
        ...(error === undefined ? {} : { error }),
        ...(miss === undefined ? {} : { miss }),
      };
    });
}

function whyMissed({ reason, changed = "something" }: CacheMiss): string {
  switch (reason) {
    case "changed":
      return changed;
    case "new":
      return "seen for the first time";
    case "no-cache":
      return "the cache was not to be used";
    case "pruned":
      return "its result was pruned";
    default:
      return unreachable(reason);
  }
}

function note(drafts: Map<number, Draft>, event: BuildEvent): void {
  const known = drafts.get(event.vertex);
  const draft = known ?? { name: "", inputs: [], state: "waiting", startUs: event.timeUs, endUs: event.timeUs };
  drafts.set(event.vertex, draft);
  if (event.kind === "planned") {
    draft.name = event.name;
    draft.inputs = event.inputs;
  } else if (event.kind === "started") {
    draft.name = event.name;
    // Some begin again after a pause: their time goes on.
    if (draft.state === "waiting") draft.startUs = event.timeUs;
    draft.state = "running";
  } else if (event.kind === "completed") draft.state = event.cached ? "cached" : "done";
  else if (event.kind === "canceled") draft.state = "canceled";
  else if (event.kind === "failed") {
    draft.state = "failed";
    draft.error = event.error;
  } else return;
  draft.endUs = event.timeUs;
}

/** A line for each vertex: `#5 [2/2] RUN make  done 0.1s  <- #4  (not cached: the tree below)`. */
export function drawBuildGraph(nodes: readonly BuildNode[]): string {
  return nodes.map((node) => `${lineOf(node)}\n`).join("");
}

function lineOf({ number, name, inputs, state, durationUs, error, miss }: BuildNode): string {
  const time = state === "done" || state === "failed" ? ` ${(durationUs / 1e6).toFixed(1)}s` : "";
  const needs = inputs.length === 0 ? "" : `  <- ${inputs.map((input) => `#${input}`).join(" ")}`;
  const why = error ?? (miss === undefined ? undefined : `not cached: ${miss}`);
  return `#${number} ${name}  ${state}${time}${needs}${why === undefined ? "" : `  (${why})`}`;
}

const BOX = { width: 280, height: 40 };
const GAP = { x: 60, y: 16 };
const MARGIN = 12;
const COLOURS: Readonly<Record<BuildNodeState, string>> = {
  waiting: "#f2f2f2",
  running: "#fff3bf",
  cached: "#d3f9d8",
  done: "#d0ebff",
  failed: "#ffc9c9",
  canceled: "#e9ecef",
};

/** Boxes from left to right, each to the right of what it needs, coloured by what became of it. */
export function buildGraphSvg(nodes: readonly BuildNode[]): string {
  const places = placesOf(nodes);
  const columns = Math.max(0, ...[...places.values()].map(({ column }) => column)) + 1;
  const rows = Math.max(0, ...[...places.values()].map(({ row }) => row)) + 1;
  const edges = nodes.flatMap((node) => node.inputs.map((input) => edge(places.get(input), places.get(node.number))));
  const size = {
    width: 2 * MARGIN + columns * (BOX.width + GAP.x) - GAP.x,
    height: 2 * MARGIN + rows * (BOX.height + GAP.y) - GAP.y,
  };
  return picture(size, [...edges, ...nodes.map((node) => box(node, places.get(node.number)))]);
}

interface Place {
  readonly column: number;
  readonly row: number;
}

/** A vertex stands one column behind the last of what it needs. */
function placesOf(nodes: readonly BuildNode[]): ReadonlyMap<number, Place> {
  const byNumber = new Map(nodes.map((node) => [node.number, node]));
  const columns = new Map<number, number>();
  const columnOf = (number: number): number => {
    const known = columns.get(number);
    if (known !== undefined) return known;
    // A graph without circles is never asked for this again before it is known.
    columns.set(number, 0);
    const inputs = byNumber.get(number)?.inputs ?? [];
    const column = inputs.length === 0 ? 0 : Math.max(...inputs.map(columnOf)) + 1;
    columns.set(number, column);
    return column;
  };
  const used = new Map<number, number>();
  const places = new Map<number, Place>();
  for (const { number } of nodes) {
    const column = columnOf(number);
    const row = used.get(column) ?? 0;
    used.set(column, row + 1);
    places.set(number, { column, row });
  }
  return places;
}

const left = ({ column }: Place): number => MARGIN + column * (BOX.width + GAP.x);
const top = ({ row }: Place): number => MARGIN + row * (BOX.height + GAP.y);
const ORIGIN: Place = { column: 0, row: 0 };

function edge(from: Place = ORIGIN, to: Place = ORIGIN): string {
  const [x1, y1] = [left(from) + BOX.width, top(from) + BOX.height / 2];
  const [x2, y2] = [left(to), top(to) + BOX.height / 2];
  const middle = (x1 + x2) / 2;
  const d = `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
  return element("path", { d, fill: "none", stroke: "#868e96" });
}

function box({ name, state, error, miss }: BuildNode, place: Place = ORIGIN): string {
  const [x, y] = [left(place), top(place)];
  const second = error ?? (miss === undefined ? state : `${state}; not cached: ${miss}`);
  return element("g", { class: `vertex ${state}` }, [
    element("rect", { x, y, width: BOX.width, height: BOX.height, rx: 4, fill: COLOURS[state], stroke: "#495057" }),
    label(name, { x: x + 8, y: y + 16 }, 36),
    label(second, { x: x + 8, y: y + 32, fill: "#495057" }, 36),
  ]);
}
