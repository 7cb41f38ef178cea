/** A timeline as a picture: a bar for each state, a line below it for health, and a tick for what happened. */
import { element, label, picture } from "../../lib/index.ts";
import type { HealthStatus } from "../container/health-record.ts";
import type { Lane, LaneState, Lanes, Mark } from "./lane.ts";
import { durationWords } from "./words.ts";

const NAMES_WIDTH = 140;
const TIME_WIDTH = 720;
const LANE = 34;
const TOP = 26;
const BAR = { y: 6, height: 14 };
const TICKS = 6;

const STATES: Readonly<Record<LaneState, string>> = {
  created: "#dee2e6",
  running: "#4c78a8",
  paused: "#f2cf5b",
  restarting: "#f58518",
  exited: "#adb5bd",
};
const HEALTH: Readonly<Record<HealthStatus, string>> = {
  starting: "#adb5bd",
  healthy: "#54a24b",
  unhealthy: "#e45756",
};
const MARKS = new Map([
  ["die", "#e45756"],
  ["oom", "#b10026"],
  ["kill", "#f58518"],
]);

export function timelineSvg({ startUs, fromUs, toUs, lanes }: Omit<Lanes, "forgotten">): string {
  const scale = TIME_WIDTH / Math.max(1, toUs - fromUs);
  const x = (us: number): number => Math.round((NAMES_WIDTH + (us - fromUs) * scale) * 10) / 10;
  const height = TOP + lanes.length * LANE + 8;
  const ticks = Array.from({ length: TICKS + 1 }, (_, i) => fromUs + ((toUs - fromUs) * i) / TICKS).map((us) =>
    element("g", { class: "time" }, [
      element("line", { x1: x(us), y1: TOP - 6, x2: x(us), y2: height, stroke: "#e9ecef" }),
      label(durationWords(Math.round(us - startUs)), { x: x(us), y: 14, fill: "#495057", "text-anchor": "middle" }),
    ]),
  );
  const rows = lanes.map((lane, i) => laneGroup(lane, TOP + i * LANE, x, startUs));
  return picture({ width: NAMES_WIDTH + TIME_WIDTH + 40, height }, [...ticks, ...rows]);
}

function laneGroup(
  { name, states, health, marks }: Lane,
  top: number,
  x: (us: number) => number,
  startUs: number,
): string {
  const bar = (
    fromUs: number,
    toUs: number,
    shape: { readonly y: number; readonly height: number; readonly fill: string },
  ) => element("rect", { x: x(fromUs), width: Math.max(1, Math.round((x(toUs) - x(fromUs)) * 10) / 10), ...shape });
  return element("g", { class: "container" }, [
    label(name, { x: 4, y: top + BAR.y + 11 }, 18),
    ...states.map(({ state, fromUs, toUs }) =>
      bar(fromUs, toUs, { y: top + BAR.y, height: BAR.height, fill: STATES[state] }),
    ),
    ...health.map(({ state, fromUs, toUs }) =>
      bar(fromUs, toUs, { y: top + BAR.y + BAR.height + 2, height: 4, fill: HEALTH[state] }),
    ),
    ...marks.map((mark) => tick(mark, top, x, startUs)),
  ]);
}

/** What it was shows when it is pointed at. */
function tick({ timeUs, action, text }: Mark, top: number, x: (us: number) => number, startUs: number): string {
  const stroke = MARKS.get(action) ?? "#343a40";
  return element("g", { class: "mark" }, [
    element("line", {
      x1: x(timeUs),
      y1: top + 2,
      x2: x(timeUs),
      y2: top + BAR.y + BAR.height,
      stroke,
      "stroke-width": 2,
    }),
    label(`${durationWords(timeUs - startUs)} ${action} ${text}`, { x: x(timeUs), y: top, "font-size": 0 }, 1),
  ]);
}
