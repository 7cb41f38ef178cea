/** What the stories share: an engine with its images, and command lines that are expected to work. */
import { createEngine, type Engine, type EngineOptions } from "@bottleship/core/engine";

/** A machine that has pulled busybox. */
export async function machine(options: EngineOptions = {}): Promise<Engine> {
  const engine = createEngine(options);
  await docker(engine, "pull --quiet busybox");
  return engine;
}

/** Runs a command line that must succeed; returns what it printed. */
export async function docker(engine: Engine, line: string | readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await engine.docker(line);
  if (exitCode !== 0) throw new Error(`docker ${String(line)}: exit code ${exitCode}: ${stderr}`);
  return stdout;
}

/** What command lines print that must succeed, one after the other. */
export async function outputs(engine: Engine, lines: readonly string[]): Promise<readonly string[]> {
  const printed: string[] = [];
  for (const line of lines) printed.push(await docker(engine, line));
  return printed;
}

/** Everything of an engine that a mistake could leave behind, as text. */
export async function inventory(engine: Engine): Promise<string> {
  const lists = [
    "ps -a --format '{{.Names}} {{.Image}} {{.State}}'",
    "volume ls",
    "network ls",
    "images --format '{{.Repository}}:{{.Tag}} {{.ID}}'",
  ];
  return (await outputs(engine, lists)).join("\n");
}
