/** What a client of an engine needs of it; an engine in this process has it, and one that is reached over a socket. */
import type { Duration } from "../../sim/index.ts";
import type { CommandOptions, CommandResult } from "../command-line/index.ts";

/** What `EngineClient` needs of an engine: its command line, its network, its time. */
export interface EngineDoor {
  /** Runs a command line: what stands after the word `docker`. What goes wrong is in the result. */
  docker(line: string | readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** HTTP from the machine that the engine runs on: to published ports as `http://localhost:8000/`. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Lets time pass: simulated where time is simulated. */
  pass(duration: Duration): Promise<void>;
}

/** A command line that failed: what docker printed. */
export class DockerError extends Error {
  override readonly name = "DockerError";
  readonly exitCode: number;
  readonly stderr: string;
  readonly stdout: string;

  constructor(words: readonly string[], { exitCode, stdout, stderr }: CommandResult) {
    super(`docker ${words.join(" ")}: ${stderr.trim() === "" ? `exit code ${exitCode}` : stderr.trim()}`);
    this.exitCode = exitCode;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

/** Runs a command that must succeed; returns what it printed. @throws DockerError */
export async function succeed(door: EngineDoor, words: readonly string[], options?: CommandOptions): Promise<string> {
  const result = await door.docker(words, options);
  if (result.exitCode !== 0) throw new DockerError(words, result);
  return result.stdout;
}

/** The same for a command that prints JSON, a value a line. */
export async function jsonLines<T>(door: EngineDoor, words: readonly string[]): Promise<readonly T[]> {
  const text = await succeed(door, [...words, "--format", "{{json .}}"]);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}
