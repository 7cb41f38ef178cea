/** A project that is in an engine, or is to be: everything that can be done with it. */
import { type Project, projectJson } from "../../compose/index.ts";
import { ContainerHandle, type ExecOptions } from "../client/index.ts";
import { commandWords } from "../client/options.ts";
import type { CommandResult } from "../command-line/session.ts";
import { topTable } from "../container/top.ts";
import type { EngineEvent } from "../events.ts";
import { imageName } from "./create-body.ts";
import { type DownOptions, downProject } from "./down.ts";
import { buildImage, pullImage, tellBuilt } from "./images.ts";
import type { ClientOptions } from "./input.ts";
import { PROJECT } from "./labels.ts";
import {
  type KillOptions,
  killProject,
  pauseProject,
  publishedPort,
  type RestartOptions,
  restartProject,
  runningContainer,
  type ServicesOptions,
  stopProject,
  type TimeoutOptions,
  unpauseProject,
} from "./lifecycle.ts";
import { type ComposeContainer, listed, listRow } from "./list.ts";
import { type ComposeLogLine, containersToLog, type LogOptions, readLogs } from "./logs.ts";
import { containersOf, type Operation } from "./operation.ts";
import { prepareRun, type RunOptions } from "./run.ts";
import { type StartOptions, startProject } from "./start.ts";
import { type UpOptions, upProject, withScale } from "./up.ts";

/** One project in an engine: what `engine.compose.up` and `open` give. */
export class ComposedProject {
  readonly project: Project;
  /** What compose has warned of since the project was opened. */
  readonly warnings: readonly string[];
  /** What was done, as lines: `Container app-web-1  Started`. */
  readonly progress: readonly string[];
  readonly #operation: Operation;
  readonly #client: ClientOptions;

  /** Made by `engine.compose`. */
  constructor(
    project: Project,
    {
      operation,
      client,
      warnings,
      progress,
    }: {
      readonly operation: Operation;
      readonly client: ClientOptions;
      readonly warnings: readonly string[];
      readonly progress: readonly string[];
    },
  ) {
    this.project = project;
    this.warnings = warnings;
    this.progress = progress;
    this.#operation = operation;
    this.#client = client;
  }

  get name(): string {
    return this.project.name;
  }

  /** Makes and starts what is missing, and makes anew what has changed. @throws ComposeError, StatusError */
  async up(options: UpOptions & { readonly scale?: Readonly<Record<string, number>> } = {}): Promise<this> {
    const project = options.scale === undefined ? this.project : withScale(this.project, options.scale);
    await upProject(this.#operation, project, { ...options, client: this.#client });
    return this;
  }

  /** Stops and removes everything. @throws ComposeError, StatusError */
  down(options: DownOptions = {}): Promise<void> {
    return downProject(this.#operation, this.project, options);
  }

  /** Its containers by their names; without `all` only those that run. */
  ps({ all = false, services = [] }: ServicesOptions & { readonly all?: boolean } = {}): readonly ComposeContainer[] {
    const { engine } = this.#operation;
    const oneOffs = all ? "include" : "exclude";
    const own = containersOf({ engine }, this.name, { all, services, oneOffs });
    return [...own]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((one) => listed(listRow(one, engine.kernel.nowUs, false)));
  }

  /** A container of a service, counted from 1. */
  container(service: string, index = 1): ContainerHandle {
    const usual = `${this.name}-${service}-${index}`;
    return new ContainerHandle(this.#operation.engine, this.project.services.get(service)?.container_name ?? usual);
  }

  async logs(options: LogOptions = {}): Promise<readonly ComposeLogLine[]> {
    const lines: ComposeLogLine[] = [];
    const containers = containersToLog(this.#operation, this.name, options);
    await readLogs(this.#operation, containers, options, (line) => lines.push(line));
    return lines;
  }

  /** What has happened to its containers, networks and volumes, as far as the engine remembers. */
  events(): readonly EngineEvent[] {
    const { engine } = this.#operation;
    return engine.events
      .past()
      .filter(({ attributes }) => attributes[PROJECT] === this.name || attributes["name"]?.startsWith(`${this.name}_`));
  }

  start(options: StartOptions = {}): Promise<void> {
    return startProject(this.#operation, this.project, options);
  }

  stop(options: TimeoutOptions = {}): Promise<void> {
    return stopProject(this.#operation, this.project, options);
  }

  restart(options: RestartOptions = {}): Promise<void> {
    return restartProject(this.#operation, this.project, options);
  }

  async kill(options: KillOptions = {}): Promise<void> {
    await killProject(this.#operation, this.project, options);
  }

  pause(options: ServicesOptions = {}): Promise<void> {
    return pauseProject(this.#operation, this.project, options);
  }

  unpause(options: ServicesOptions = {}): Promise<void> {
    return unpauseProject(this.#operation, this.project, options);
  }

  /** So many containers of each: `{ web: 3 }`. */
  async scale(scale: Readonly<Record<string, number>>): Promise<void> {
    await this.up({ scale, noRecreate: true });
  }

  /** Runs a command in a container of a service. @throws ComposeError `service "web" is not running` */
  exec(
    service: string,
    command: string | readonly string[],
    { index = 0, ...options }: ExecOptions & { readonly index?: number } = {},
  ): Promise<CommandResult> {
    const { id } = runningContainer(this.#operation, this.name, service, index);
    return new ContainerHandle(this.#operation.engine, id).exec(command, options);
  }

  /** Runs a command in a container of its own, which goes afterwards unless it is told to stay. */
  async run(
    service: string,
    command?: string | readonly string[],
    options: Omit<RunOptions, "command"> & { readonly stdin?: string } = {},
  ): Promise<CommandResult> {
    const { stdin, ...rest } = options;
    const words = command === undefined ? {} : { command: commandWords(command) };
    const interactive = stdin === undefined ? {} : { interactive: true };
    const settings = { remove: true, ...rest, ...words, ...interactive, client: this.#client };
    const container = await prepareRun(this.#operation, this.project, service, settings);
    const flags = stdin === undefined ? ["--attach"] : ["--attach", "--interactive"];
    return this.#operation.engine.docker(["start", ...flags, container.id], stdin === undefined ? {} : { stdin });
  }

  async build({ services = [] }: ServicesOptions = {}): Promise<void> {
    for (const [name, service] of this.project.services) {
      if (services.length > 0 && !services.includes(name)) continue;
      await buildImage(this.#operation, this.project, name, service, { client: this.#client });
      tellBuilt(this.#operation, this.project, name, service);
    }
  }

  async pull({ services = [] }: ServicesOptions = {}): Promise<void> {
    for (const [name, service] of this.project.services) {
      if ((services.length > 0 && !services.includes(name)) || service.build !== undefined) continue;
      await pullImage(this.#operation, name, imageName(this.name, name, service));
    }
  }

  /** The processes of each container that runs, as `ps` in a table: titles, and a row each. */
  top({
    services = [],
  }: ServicesOptions = {}): readonly { readonly name: string; readonly table: ReturnType<typeof topTable> }[] {
    const { engine } = this.#operation;
    const own = containersOf({ engine }, this.name, { services, all: false, oneOffs: "include" });
    return own.map((container) => ({ name: container.name, table: topTable(container, engine.kernel.nowUs, "") }));
  }

  /** Where a port of a service is published: `0.0.0.0:32768`. @throws ComposeError */
  port(
    service: string,
    port: number,
    { protocol = "tcp", index = 0 }: { readonly protocol?: string; readonly index?: number } = {},
  ): string {
    const container = runningContainer(this.#operation, this.name, service, index);
    const { container: summary } = listRow(container, this.#operation.engine.kernel.nowUs, false);
    return publishedPort(container, summary.Ports, port, protocol);
  }

  /** The normalised form, as data. */
  config(): unknown {
    return JSON.parse(projectJson(this.project).replaceAll("$$", "$"));
  }
}
