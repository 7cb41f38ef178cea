/**
 * What `docker build --progress=rawjson` prints to standard error, understood as the recorder did: steps, output,
 * warnings, and the error with its place.
 */
import { z } from "zod";
import type { Built } from "./recording.ts";

const EVENT = z.object({
  vertexes: z
    .array(
      z.object({
        digest: z.string(),
        name: z.string(),
        started: z.string().optional(),
        cached: z.boolean().optional(),
        error: z.string().optional(),
      }),
    )
    .optional(),
  logs: z.array(z.object({ vertex: z.string(), stream: z.number(), data: z.string() })).optional(),
  warnings: z
    .array(
      z.object({ short: z.string(), range: z.array(z.object({ start: z.object({ line: z.number() }) })).optional() }),
    )
    .optional(),
});

type Event = z.infer<typeof EVENT>;
type Vertex = NonNullable<Event["vertexes"]>[number];
type Step = Built["steps"][number];

export type Progressed = Pick<Built, "steps" | "output" | "warnings" | "warningDetails" | "error" | "where">;

export function readProgress(stderr: string): Progressed {
  const lines = stderr.split("\n");
  const events = lines.filter((line) => line.startsWith('{"')).map((line) => EVENT.parse(JSON.parse(line)));
  const text = lines.filter((line) => !line.startsWith('{"')).join("\n");
  const details = events.flatMap(({ warnings = [] }) => warnings.map(warningOf));
  const error = /^ERROR: ([\s\S]*)$/m.exec(text)?.[1]?.trimEnd() ?? null;
  const where = whereOf(text);
  return {
    steps: stepsOf(events),
    output: outputOf(events),
    warnings: [...new Set(details.map(({ rule }) => rule))].sort(),
    warningDetails: details,
    error,
    ...(where === undefined ? {} : { where }),
  };
}

/** The last that was told of each vertex, by digest. */
function verticesOf(events: readonly Event[]): ReadonlyMap<string, Vertex> {
  const vertices = new Map<string, Vertex>();
  for (const { vertexes = [] } of events) for (const vertex of vertexes) vertices.set(vertex.digest, vertex);
  return vertices;
}

/** Loading definitions and exporting are no steps; of FROM only the image counts. */
function stepsOf(events: readonly Event[]): Step[] {
  const vertices = [...verticesOf(events).values()].filter(
    ({ name }) => !/^(\[internal\]|exporting to |resolve image config for )/.test(name),
  );
  return vertices.map(stepOf).sort((a, b) => compare(a.name, b.name));
}

function stepOf({ name, started, cached, error }: Vertex): Step {
  const from = /^(?:\[[^\]]*\] )?(FROM .*)$/s.exec(name)?.[1];
  if (from !== undefined) return { name: from };
  return {
    name,
    ...(cached === true ? { cached } : {}),
    ...(error === undefined ? {} : { error }),
    ...(started === undefined ? { state: "not started" } : {}),
  };
}

function outputOf(events: readonly Event[]): Built["output"] {
  const vertices = verticesOf(events);
  const streams = new Map<string, { stdout: Buffer[]; stderr: Buffer[] }>();
  for (const { vertex, stream, data } of events.flatMap(({ logs = [] }) => logs)) {
    const step = vertices.get(vertex)?.name ?? vertex;
    const both = streams.get(step) ?? { stdout: [], stderr: [] };
    streams.set(step, both);
    both[stream === 1 ? "stdout" : "stderr"].push(Buffer.from(data, "base64"));
  }
  const output = [...streams].map(([step, { stdout, stderr }]) => ({
    step,
    ...(stdout.length === 0 ? {} : { stdout: Buffer.concat(stdout).toString() }),
    ...(stderr.length === 0 ? {} : { stderr: Buffer.concat(stderr).toString() }),
  }));
  return output.sort((a, b) => compare(a.step, b.step));
}

function warningOf({ short, range }: NonNullable<Event["warnings"]>[number]) {
  const text = Buffer.from(short, "base64").toString();
  const [, rule = "", message = ""] = /^(\w+): (.*?)(?: \(line \d+\))?$/s.exec(text) ?? [];
  const line = range?.[0]?.start.line;
  return { rule, message, ...(line === undefined ? {} : { line }) };
}

/** The first excerpt of the Dockerfile. */
function whereOf(text: string): Built["where"] {
  const [, file, line, excerpt = ""] = /^(\S+):(\d+)\n-{20}\n([\s\S]*?)^-{20}$/m.exec(text) ?? [];
  if (file === undefined) return undefined;
  const markedLines = [...excerpt.matchAll(/^ *(\d+) \| >>>/gm)].map(([, number]) => Number(number));
  return { file, line: Number(line), markedLines };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
