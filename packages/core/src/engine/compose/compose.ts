/**
 * Applications of several containers, after the Compose Specification: `engine.compose.up(yaml)`.
 *
 * Behaves like docker compose 2.40: names, labels, orders, messages.
 */
import { type ComposeClient, type OpenOptions, openProject, type Project, projectYaml } from "../../compose/index.ts";
import type { Prng } from "../../sim/index.ts";
import type { Engine } from "../engine.ts";
import { newId } from "../names.ts";
import { ComposedProject } from "./composed-project.ts";
import type { DownOptions } from "./down.ts";
import { foundProject } from "./found-project.ts";
import { type ClientOptions, type ComposeInput, clientOf, openOptions, type ProjectInput } from "./input.ts";
import { labelOf, PROJECT } from "./labels.ts";
import type { ComposeContainer } from "./list.ts";
import type { ComposeLogLine, LogOptions } from "./logs.ts";
import { type Operation, type Progress, progressLine } from "./operation.ts";
import type { UpOptions } from "./up.ts";

/** Options of `engine.compose.up`: where the project is, and what is done with it. */
export interface ComposeUpOptions extends ProjectInput, Omit<UpOptions, "services" | "envFiles"> {
  readonly scale?: Readonly<Record<string, number>>;
}

/** A project by its name, or by its file. */
export type ProjectReference = string | ComposedProject;

/** Projects of compose files: `engine.compose`. */
export class Compose {
  readonly #engine: Engine;
  #prng: Prng | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Reads a project, and does nothing yet.
   *
   * @param input a compose file's text, or the object that it stands for; without it, files are looked for on the
   *   client's disk, as `docker compose` does
   * @throws ComposeError in compose's words, with file and line
   */
  open(input?: ComposeInput, options: ProjectInput = {}): ComposedProject {
    return this.#composed(options, (client) => openProject(openOptions(input, options), client));
  }

  /** Reads a project, makes its networks, volumes and containers, and starts them. @throws ComposeError, StatusError */
  up(input?: ComposeInput, options: ComposeUpOptions = {}): Promise<ComposedProject> {
    return this.open(input, options).up(options);
  }

  /** A project that was made before, by what is left of it in the engine. */
  project(name: string, client: ClientOptions = {}): ComposedProject {
    return this.#composed(client, () => foundProject({ engine: this.#engine }, name));
  }

  /** Names of all projects that have containers. */
  list(): readonly string[] {
    const names = this.#engine.containers.list({ all: true }).map((container) => labelOf(container, PROJECT));
    return [...new Set(names.filter((name) => name !== undefined))].sort();
  }

  down(project: string, options: DownOptions = {}): Promise<void> {
    return this.project(project).down(options);
  }

  ps(project: string, options: { readonly all?: boolean } = {}): readonly ComposeContainer[] {
    return this.project(project).ps(options);
  }

  logs(project: string, options: LogOptions = {}): Promise<readonly ComposeLogLine[]> {
    return this.project(project).logs(options);
  }

  events(project: string): ReturnType<ComposedProject["events"]> {
    return this.project(project).events();
  }

  /** The normalised form of a project, as YAML: `docker compose config`. @throws ComposeError */
  config(input?: ComposeInput, options: ProjectInput = {}): string {
    const given: OpenOptions = { ...openOptions(input, options), filesKept: "none" };
    return projectYaml(
      openProject(
        given,
        clientOf(options, () => {}),
      ),
    );
  }

  /** What commands work with. */
  operation(hear: { progress(progress: Progress): void; warn(message: string): void }): Operation {
    return { engine: this.#engine, newId: () => this.#newId(), ...hear };
  }

  #newId(): string {
    this.#prng ??= this.#engine.world.prng.fork("compose");
    return newId(this.#prng);
  }

  #composed(client: ClientOptions, open: (client: ComposeClient) => Project): ComposedProject {
    const warnings: string[] = [];
    const progress: string[] = [];
    const warn = (message: string): void => {
      warnings.push(message);
    };
    const hear = { warn, progress: (one: Progress) => void progress.push(progressLine(one).trim()) };
    const project = open(clientOf(client, warn));
    return new ComposedProject(project, { operation: this.operation(hear), client, warnings, progress });
  }
}
