/** What docker compose prints and what it leaves in an engine, step by step: recorded from docker compose 2.40.3. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createEngine, type Engine } from "@bottleship/core/engine";
import { Volume } from "memfs";
import { describe, expect, it } from "vitest";

interface Step {
  readonly args: readonly string[];
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly there: State;
}

interface RecordedUp {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

type Json = Readonly<Record<string, unknown>>;
interface State {
  readonly containers: readonly Json[];
  readonly networks: readonly Json[];
  readonly volumes: readonly Json[];
}

const RECORDED = JSON.parse(readFileSync(join(import.meta.dirname, "compose/up.json"), "utf8")) as {
  readonly directory: string;
  readonly cases: readonly RecordedUp[];
};

/** Steps that differ, with the reason: `case/step`. */
const DEVIATIONS: Readonly<Record<string, string>> = {};

describe("docker compose up and what follows", () => {
  for (const one of RECORDED.cases) it(one.name, () => replay(one));
});

async function replay({ name, files, env, steps }: RecordedUp): Promise<void> {
  const disk = new Volume();
  for (const [path, text] of Object.entries(files)) {
    const full = join(RECORDED.directory, path);
    disk.mkdirSync(dirname(full), { recursive: true });
    disk.writeFileSync(full, text);
  }
  await using engine = createEngine({ profile: "recorded" });
  await engine.docker("pull --quiet busybox");
  const generations = new Map<string, string[]>();
  for (const [at, step] of steps.entries()) {
    if (DEVIATIONS[`${name}/${at}`] !== undefined) return;
    const what = `${name}: ${step.args.join(" ")}`;
    const client = { disk, cwd: RECORDED.directory, env: { HOME: "/root", ...env } };
    const got = await engine.docker(["compose", ...step.args], client);
    // The recorder took its time between the steps.
    await engine.world.advance("300ms");
    expect(lines(got.stderr), what).toEqual(lines(step.stderr));
    expect(lines(got.stdout), what).toEqual(lines(step.stdout));
    expect(got.exitCode, what).toBe(step.exitCode);
    const there = await stateOf(engine, generations, at === 0);
    expect(plain(there), what).toEqual(plain(step.there));
  }
}

/** Compose does much at the same time: lines come in any order. */
function lines(text: string): readonly string[] {
  return normal(text)
    .replace(/^services\.\w+: container name/m, "services.<ANY>: container name")
    .replace(/(?<=^no port .*: ).*/m, (list) => list.split(", ").sort().join(", "))
    .split("\n")
    .sort();
}

function normal(text: string): string {
  return text
    .replace(/time="[^"]*"/g, 'time="…"')
    .replace(/sha256:[0-9a-f]{64}/g, "<DIGEST>")
    .replace(/(?<!config-hash":")\b[0-9a-f]{64}\b/g, "<ID>")
    .replace(/"Hostname":"[0-9a-f]{12}"/g, '"Hostname":"<ID>"')
    // The recorded machine had cgroup v1, and its engine's directory in another place.
    .replace(/"CgroupnsMode":"(host|private)"/g, '"CgroupnsMode":"<DEFAULT>"')
    .replace(/\/[a-z/]+\/volumes\//g, "<VOLUMES>/")
    .replace(/[A-Z][a-z]{2} +\d+ \d\d:\d\d/g, "<DATE>");
}

/** Lists that come out of Go's maps are sorted. */
function plain(state: State): unknown {
  const text = normal(JSON.stringify(state));
  // The hash covers the id of the container that another one's network is.
  const own = text.includes('"NetworkMode":"container:') ? text.replace(/(config-hash":")[0-9a-f]{64}/g, "$1<HASH>") : text;
  return JSON.parse(own, (key, value: unknown) =>
    Array.isArray(value) && UNORDERED.has(key) ? value.map((one) => JSON.stringify(one)).sort() : value,
  );
}

const UNORDERED: ReadonlySet<string> = new Set(["Env", "Mounts", "Binds", "Ulimits", "ExtraHosts", "Aliases", "Links"]);
const ENDPOINT = ["IPAMConfig", "Links", "Aliases", "DriverOpts", "GwPriority"];
const PROJECT = "label=com.docker.compose.project=upapp";

/** What there is; whole documents, or only what tells old from new. As the recorder has it. */
async function stateOf(engine: Engine, generations: Map<string, string[]>, isWhole: boolean): Promise<State> {
  const documents = async (kind: string, words: readonly string[]): Promise<readonly Json[]> => {
    const names = (await engine.docker([...words, "--filter", PROJECT])).stdout.split("\n").filter((id) => id !== "");
    if (names.length === 0) return [];
    return JSON.parse((await engine.docker([kind, "inspect", ...names])).stdout) as Json[];
  };
  const containers = (await documents("container", ["ps", "-aq", "--no-trunc"])).map((one) => {
    const [name, id] = [String(one["Name"]), String(one["Id"])];
    const known = generations.get(name) ?? [];
    if (!known.includes(id)) generations.set(name, [...known, id]);
    const state = one["State"] as Json;
    const generation = (generations.get(name) ?? []).indexOf(id) + 1;
    const short = { name, generation, status: state["Status"], exitCode: state["ExitCode"] };
    const endpoints = Object.entries((one["NetworkSettings"] as { Networks: Record<string, Json> }).Networks);
    const networks = Object.fromEntries(endpoints.map(([key, endpoint]) => [key, pick(endpoint, ENDPOINT)]));
    return isWhole ? { ...short, ...pick(one, ["Name", "Config", "HostConfig", "Mounts"]), networks } : short;
  });
  const networks = await documents("network", ["network", "ls", "-q"]);
  const volumes = await documents("volume", ["volume", "ls", "-q"]);
  const shown = ["Name", "Driver", "Internal", "Attachable", "EnableIPv6", "Options", "Labels"];
  return {
    containers: sorted(containers, "name"),
    networks: sorted(networks.map((one) => pick(one, shown)), "Name"),
    volumes: sorted(volumes.map((one) => pick(one, ["Name", "Driver", "Options", "Labels"])), "Name"),
  };
}

const pick = (one: Json, keys: readonly string[]): Json => Object.fromEntries(keys.map((key) => [key, one[key]]));
const sorted = (all: readonly Json[], key: string): readonly Json[] =>
  [...all].sort((a, b) => (String(a[key]) < String(b[key]) ? -1 : 1));
