/** Replays one recorded transcript on a machine of its own, through docker's command line. */
import { createEngine, type Engine } from "@bottleship/core/engine";
import { encode } from "@bottleship/core/lib";
import { ClientDisk } from "../build/client-disk.ts";
import { CaseSkipped } from "../replay.ts";
import { stepDifferences } from "./compare.ts";
import { normalise } from "./normalise.ts";
import type { TranscriptCase } from "./recording.ts";
import { Shell } from "./shell.ts";
import { NotUnderstood, readShell } from "./shell-syntax.ts";

const DIRECTORY = "/tmp/golden-transcript";
/** The client's environment in the recordings. */
const ENVIRONMENT = { BUILDX_NO_DEFAULT_ATTESTATIONS: "1", DOCKER_CLI_HINTS: "false", HOME: "/root", TZ: "UTC" };
/** Plugins of the client that are there. */
const PLUGINS: ReadonlySet<string> = new Set(["buildx", "compose"]);

/** One text for each observable that differs, at the first step where any does. @throws CaseSkipped */
export async function replayTranscript(recorded: TranscriptCase): Promise<readonly string[]> {
  const missing = (recorded.needs ?? []).filter((plugin) => !PLUGINS.has(plugin));
  if (missing.length > 0) throw new CaseSkipped(`needs ${missing.join(", ")}`);
  try {
    return await replay(recorded);
  } catch (error) {
    throw error instanceof NotUnderstood ? new CaseSkipped(`the shell line needs ${error.message}`) : error;
  }
}

async function replay({ files, steps }: TranscriptCase): Promise<readonly string[]> {
  // Whether a line can be run is known before anything happens.
  const lists = steps.map(({ run }) => readShell(run));
  const engine = await machine();
  const tools = await machine();
  const disk = new ClientDisk();
  disk.write(DIRECTORY, { dir: true });
  for (const [path, text] of Object.entries(files ?? {})) {
    const mode = text.startsWith("#!") ? "0755" : "0644";
    disk.write(`${DIRECTORY}/${path}`, { text, mode });
  }
  for (const [index, step] of steps.entries()) {
    const shell = new Shell({ engine, tools, disk, cwd: DIRECTORY, env: ENVIRONMENT });
    const { exitCode, stdout, stderr } = await shell.run(lists[index] ?? []);
    const shown = (text: string): string => normalise(readable(text), DIRECTORY, step.norm);
    const differences = stepDifferences(step, { exitCode, stdout: shown(stdout), stderr: shown(stderr) });
    if (differences.length > 0) return differences;
  }
  return [];
}

async function machine(): Promise<Engine> {
  const engine = createEngine({ profile: "recorded" });
  await engine.docker(["pull", "--quiet", "busybox"]);
  return engine;
}

/** What is no UTF-8 was recorded as U+FFFD. */
function readable(text: string): string {
  return new TextDecoder().decode(encode(text));
}
