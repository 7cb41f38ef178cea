/** A timeline as text: a row of characters for each container, and below what happened, a line each. */
import type { HealthStatus } from "../container/health-record.ts";
import type { Lane, LaneState, Lanes, Span } from "./lane.ts";
import { durationWords } from "./words.ts";

const WIDTH = 72;
const STATES: Readonly<Record<LaneState, string>> = {
  created: "·",
  running: "=",
  paused: "z",
  restarting: "~",
  exited: "_",
};
const HEALTH: Readonly<Record<HealthStatus, string>> = { starting: "?", healthy: "+", unhealthy: "!" };

export function drawTimeline(timeline: Lanes, width = WIDTH): string {
  const { startUs, fromUs, toUs, lanes, forgotten } = timeline;
  const columnUs = Math.max(1, (toUs - fromUs) / width);
  const when = (us: number): string => durationWords(us - startUs);
  const label = Math.max(0, ...lanes.map(({ name }) => name.length));
  const row = <S extends string>(
    title: string,
    spans: readonly Span<S>[],
    signs: Readonly<Record<S, string>>,
  ): string => `${title.padEnd(label)} ${cells(spans, signs, { fromUs, columnUs, width })}`.trimEnd();
  const rows = lanes.flatMap(({ name, states, health }) => [
    row(name, states, STATES),
    ...(health.length === 0 ? [] : [row("", health, HEALTH)]),
  ]);
  const lines = [
    `from ${when(fromUs)} to ${when(toUs)}, a column is ${durationWords(columnUs)}`,
    "· created  = running  z paused  ~ restarting  _ exited    + healthy  ! unhealthy",
    ...rows,
    ...(forgotten > 0 ? [`${forgotten} older events are forgotten`] : []),
    ...happened(lanes).map(({ name, timeUs, action, text }) =>
      `${when(timeUs).padStart(12)}  ${name.padEnd(label)} ${action} ${text}`.trimEnd(),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** In each column the state that it ends with; what was shorter than a column still shows if nothing else is there. */
function cells<S extends string>(
  spans: readonly Span<S>[],
  signs: Readonly<Record<S, string>>,
  { fromUs, columnUs, width }: { readonly fromUs: number; readonly columnUs: number; readonly width: number },
): string {
  const row: string[] = Array.from({ length: width }, () => " ");
  for (const span of spans) {
    const first = Math.min(width - 1, Math.floor((span.fromUs - fromUs) / columnUs));
    const last = Math.min(width - 1, Math.max(first, Math.ceil((span.toUs - fromUs) / columnUs) - 1));
    for (let at = first; at <= last; at++) row[at] = signs[span.state];
  }
  return row.join("");
}

function happened(lanes: readonly Lane[]) {
  return lanes
    .flatMap(({ name, marks }) => marks.map((mark) => ({ name, ...mark })))
    .sort((a, b) => a.timeUs - b.timeUs);
}
