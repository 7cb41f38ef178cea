/**
 * Benchmarks: `pnpm bench [--quick] [--json FILE] [CASE…]`.
 *
 * Nothing is switched off for them. They print what they find beside the targets, and fail only if something breaks.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { archives } from "./cases/archives.ts";
import { builds } from "./cases/builds.ts";
import { containers } from "./cases/containers.ts";
import { dockerfile } from "./cases/dockerfile.ts";
import { dockerode } from "./cases/dockerode.ts";
import { forks } from "./cases/forks.ts";
import { health } from "./cases/health.ts";
import { justBash } from "./cases/just-bash.ts";
import { overlay } from "./cases/overlay.ts";
import { pipe } from "./cases/pipe.ts";
import { requests } from "./cases/requests.ts";
import { starts } from "./cases/starts.ts";
import { states } from "./cases/states.ts";
import { stops } from "./cases/stops.ts";
import { systemCalls } from "./cases/system-calls.ts";
import { type Case, type Effort, type Figure, meets } from "./figure.ts";
import { table } from "./report.ts";

const CASES: Readonly<Record<string, Case>> = {
  "system-calls": systemCalls,
  pipe,
  overlay,
  containers,
  starts,
  stops,
  health,
  forks,
  states,
  requests,
  builds,
  dockerfile,
  archives,
  dockerode,
  "just-bash": justBash,
};

const FULL: Effort = { rounds: 7, scale: 1 };
const QUICK: Effort = { rounds: 3, scale: 0.1 };

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false }, json: { type: "string" } },
  allowPositionals: true,
});

const figures: Figure[] = [];
for (const [name, run] of Object.entries(CASES)) {
  if (positionals.length === 0 || positionals.includes(name)) figures.push(...(await run(values.quick ? QUICK : FULL)));
}
console.log(table(figures));
if (values.json !== undefined) {
  const host = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", cpus: cpus().length };
  const measured = figures.map((figure) => ({ ...figure, name: figure.name.trim(), met: meets(figure) }));
  writeFileSync(values.json, `${JSON.stringify({ host, quick: values.quick, figures: measured }, undefined, 2)}\n`);
}
