/**
 * A client of an engine that is reached over a socket: a real Docker's, or our own daemon's.
 *
 * Command lines are run by the docker client of this machine, which has to be on PATH.
 */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type CommandOptions,
  type CommandResult,
  EngineClient,
  type EngineDoor,
  splitWords,
} from "@bottleship/core/engine";
import { concat, decode } from "@bottleship/core/lib";
import { type Duration, microsecondsOf } from "@bottleship/core/sim";

/** Which engine is meant. */
export interface ConnectOptions {
  /** Where the engine listens: `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2375`. Default: the client's own choice. */
  readonly host?: string;
}

/** A client of a real engine with the methods of `engine.client`, so that one scenario can run on both. */
export function connectEngine({ host }: ConnectOptions = {}): EngineClient {
  return new EngineClient(new RemoteEngine(host));
}

class RemoteEngine implements EngineDoor {
  readonly #host: string | undefined;

  constructor(host: string | undefined) {
    this.#host = host;
  }

  docker(line: string | readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const { env = {}, cwd, stdin, signal, onOutput } = options;
    const words = typeof line === "string" ? splitWords(line) : line;
    const settings = { ...process.env, ...(this.#host === undefined ? {} : { DOCKER_HOST: this.#host }), ...env };
    const child = spawn("docker", words, { env: settings, ...(cwd === undefined ? {} : { cwd }) });
    const output = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].on("data", (chunk: Uint8Array) => {
        output[name].push(chunk);
        onOutput?.(name, decode(chunk), chunk);
      });
    }
    const interrupt = (): boolean => child.kill("SIGINT");
    if (signal?.aborted === true) interrupt();
    signal?.addEventListener("abort", interrupt, { once: true });
    // A command that does not read its input is no failure.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin ?? "");
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        signal?.removeEventListener("abort", interrupt);
        const [stdout, stderr] = [output.stdout, output.stderr].map((chunks) => decode(concat(chunks)));
        resolve({ exitCode: code ?? 128, stdout: stdout ?? "", stderr: stderr ?? "" });
      });
    });
  }

  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    return fetch(input, init);
  }

  async pass(duration: Duration): Promise<void> {
    await sleep(microsecondsOf(duration) / 1000);
  }
}
