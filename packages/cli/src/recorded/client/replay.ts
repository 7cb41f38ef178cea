/** Replays cases with the docker client on PATH, step by step as they were recorded. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { differences, type Outcome } from "../compare.ts";
import type { RunCase } from "../recording.ts";
import type { Replayers } from "../recordings.ts";
import { CaseSkipped, ReplayError, runWords } from "../replay.ts";
import { stepDifferences } from "../transcript/compare.ts";
import { normalise } from "../transcript/normalise.ts";
import type { TranscriptCase, TranscriptStep } from "../transcript/recording.ts";
import type { WithDaemon } from "./daemon.ts";
import type { DockerClient, ProgramOutcome } from "./docker-client.ts";

/** The recorder's limits. */
const STEP_TIMEOUT_MS = 30_000;
const RUN_TIMEOUT_MS = 20_000;
const SETUP_TIMEOUT_MS = 60_000;

/** Replays scripts and transcripts with a client; builds have no client's form. */
export function clientReplayers(client: DockerClient, withDaemon: WithDaemon): Replayers {
  return {
    run: (recorded) => withDaemon((host) => replayRun(recorded, client, host)),
    transcript: (recorded) => {
      const missing = (recorded.needs ?? []).filter((plugin) => !client.plugins.has(plugin));
      if (missing.length > 0) throw new CaseSkipped(`the docker client has no plugin ${missing.join(", ")}`);
      return inDirectory((directory) =>
        withDaemon((host) => replayTranscript(recorded, client, { host, directory }), directory),
      );
    },
  };
}

async function replayRun(recorded: RunCase, client: DockerClient, host: string): Promise<readonly string[]> {
  const options = { cwd: "/", timeoutMs: SETUP_TIMEOUT_MS };
  for (const words of recorded.teardown ?? []) await client.docker(host, words, options);
  try {
    for (const words of recorded.setup ?? []) {
      const { exitCode, stderr } = inTime(await client.docker(host, words, options), words.join(" "));
      if (exitCode !== 0) throw new ReplayError(`setup ${words.join(" ")} failed: ${stderr}`);
    }
    const stdin = recorded.stdin === null ? {} : { stdin: recorded.stdin };
    const words = runWords(recorded);
    const outcome = await client.docker(host, words, { cwd: "/", timeoutMs: RUN_TIMEOUT_MS, ...stdin });
    return differences(recorded, inTime(outcome, words.join(" ")));
  } finally {
    for (const words of recorded.teardown ?? []) await client.docker(host, words, options);
  }
}

/** One text for each observable that differs, at the first step where any does. */
async function replayTranscript(
  recorded: TranscriptCase,
  client: DockerClient,
  { host, directory }: { readonly host: string; readonly directory: string },
): Promise<readonly string[]> {
  const run = (line: string, timeoutMs = STEP_TIMEOUT_MS): Promise<ProgramOutcome> =>
    client.line(host, line, { cwd: directory, timeoutMs });
  try {
    writeFiles(directory, recorded.files ?? {});
    for (const line of recorded.cleanup) await run(line);
    for (const step of recorded.steps) {
      const outcome = await run(step.run, step.timeout === undefined ? undefined : step.timeout * 1000);
      const found = problemsOf(step, outcome, directory);
      if (found.length > 0) return found;
    }
    return [];
  } finally {
    for (const line of recorded.cleanup) await run(line);
  }
}

async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "golden-"));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function problemsOf(step: TranscriptStep, outcome: ProgramOutcome, directory: string): readonly string[] {
  if (outcome === "timeout") return step.exitCode === "timeout" ? [] : [`$ ${step.run}`, "it did not end in time"];
  const shown = (text: string): string => normalise(text, directory, step.norm);
  return stepDifferences(step, { ...outcome, stdout: shown(outcome.stdout), stderr: shown(outcome.stderr) });
}

function inTime(outcome: ProgramOutcome, what: string): Outcome {
  if (outcome === "timeout") throw new ReplayError(`docker ${what} did not end in time`);
  return outcome;
}

function writeFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, text.startsWith("#!") ? 0o755 : 0o644);
  }
}
