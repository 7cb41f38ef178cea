/** A container of a catalogue image that runs commands, for tests of the programs in it. */
import { createEngine, type Engine, type EngineOptions } from "../engine/index.ts";

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

export class ContainerBox {
  readonly engine: Engine;
  readonly #name: string;

  constructor(engine: Engine, name: string) {
    this.engine = engine;
    this.#name = name;
  }

  /** A container that sleeps. */
  static async of(image: string, options: EngineOptions = {}): Promise<ContainerBox> {
    const engine = createEngine(options);
    await docker(engine, ["run", "-d", "--name", "box", "--entrypoint", "sleep", image, "infinity"]);
    return new ContainerBox(engine, "box");
  }

  /** A script, run by the image's own sh. */
  async sh(script: string, flags: readonly string[] = []): Promise<Ran> {
    return this.run(["sh", "-c", script], flags);
  }

  async run(argv: readonly string[], flags: readonly string[] = []): Promise<Ran> {
    const { stdout, stderr, exitCode } = await this.engine.docker(["exec", ...flags, this.#name, ...argv]);
    return { stdout, stderr, code: exitCode };
  }
}

/** A command line that has to succeed; what it printed. */
export async function docker(engine: Engine, words: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await engine.docker(words);
  if (exitCode !== 0) throw new TypeError(`docker ${words.join(" ")}: exit code ${exitCode}\n${stderr}`);
  return stdout;
}
