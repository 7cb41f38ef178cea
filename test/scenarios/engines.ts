/**
 * Stories that are told of a simulated engine, and of a real one too if REAL_ENGINE says where one listens:
 * `REAL_ENGINE=unix:///var/run/docker.sock pnpm test test/scenarios` (needs the docker client, and the image busybox
 * there).
 *
 * What a story makes has names that begin with the story's, and is removed when it has been told.
 */
import { createEngine, type EngineClient } from "@bottleship/core/engine";
import { connectEngine } from "@bottleship/node";
import { describe, it } from "vitest";

/** Whoever takes a story's name gets all its things removed. */
const HOST = process.env["REAL_ENGINE"];
const REAL_TIMEOUT_MS = 180_000;

export interface StoryEngine {
  readonly client: EngineClient;
  /** Runs a command line that must succeed; returns what it printed. */
  docker(line: string | readonly string[]): Promise<string>;
  /** Runs one that must fail; returns its exit code and what it complained about: "1: Error response from daemon: …". */
  refused(line: string | readonly string[]): Promise<string>;
  /** Runs a shell script in a container that is removed then; returns what it printed, on both streams. */
  sh(options: string, script: string): Promise<string>;
  /** Lets so many seconds pass: simulated ones where time is. */
  seconds(seconds: number): Promise<void>;
}

export type Tell = (title: string, story: (engine: StoryEngine) => Promise<void>) => void;

export function onEngines(name: string, tell: (it: Tell) => void): void {
  describe("simulated", () => {
    tell((title, story) =>
      it(title, async () => {
        const { client } = createEngine();
        await client.pull("busybox");
        await story(storyEngine(client));
      }),
    );
  });
  if (HOST === undefined) return;
  describe(`at ${HOST}`, () => {
    tell((title, story) =>
      it(
        title,
        async () => {
          const client = connectEngine({ host: HOST });
          await sweep(client, name);
          try {
            await story(storyEngine(client));
          } finally {
            await sweep(client, name);
          }
        },
        REAL_TIMEOUT_MS,
      ),
    );
  });
}

function storyEngine(client: EngineClient): StoryEngine {
  return {
    client,
    docker: async (line) => {
      const { exitCode, stdout, stderr } = await client.docker(line);
      if (exitCode !== 0) throw new Error(`docker ${String(line)}: exit code ${exitCode}: ${stderr}`);
      return stdout;
    },
    refused: async (line) => {
      const { exitCode, stdout, stderr } = await client.docker(line);
      if (exitCode === 0) throw new Error(`docker ${String(line)}: succeeded: ${stdout}`);
      return `${exitCode}: ${stderr}`;
    },
    sh: async (options, script) => {
      const words = options.split(" ").filter((word) => word !== "");
      const { stdout, stderr } = await client.docker(["run", "--rm", ...words, "busybox", "sh", "-c", script]);
      return stdout + stderr;
    },
    seconds: (seconds) => client.pass(`${seconds * 1000}ms`),
  };
}

/** Removes everything of a story's name. */
async function sweep(client: EngineClient, name: string): Promise<void> {
  const lists = [
    ["ps -aq", "rm -fv"],
    ["network ls -q", "network rm"],
    ["volume ls -q", "volume rm -f"],
  ] as const;
  for (const [list, remove] of lists) {
    const { stdout } = await client.docker(`${list} --filter name=${name}-`);
    for (const id of stdout.split("\n").filter((line) => line !== "")) await client.docker(`${remove} ${id}`);
  }
  const { stdout } = await client.docker(`images --format {{.Repository}}:{{.Tag}} ${name}-*`);
  for (const image of stdout.split("\n").filter((line) => line !== "")) await client.docker(`rmi -f ${image}`);
}
