/**
 * An engine as its user sees it, wherever it is: the same methods for one in this process and for a real Docker.
 *
 * Everything goes through docker's command line, so options have its names, and errors its words.
 *
 * @see docker/cli docs/reference/commandline
 */
import type { Duration } from "../../sim/index.ts";
import type { CommandOptions, CommandResult } from "../command-line/index.ts";
import type { CREATE_FLAGS } from "../docker/commands/create-flags.ts";
import { ContainerHandle } from "./container.ts";
import { type EngineDoor, jsonLines, succeed } from "./door.ts";
import { type EventMessage, followEvents } from "./events.ts";
import { type Inventory, takeInventory } from "./leaks.ts";
import { commandWords, type OptionInput, type OptionsOf, optionWords } from "./options.ts";

/** The options of `docker create` and `docker run`, and the command to run: words, or a line for the image's `sh`. */
export type ContainerOptions = OptionsOf<typeof CREATE_FLAGS> & {
  readonly command?: string | readonly string[];
};

/** A line of `docker ps`. */
export interface ContainerLine {
  readonly ID: string;
  readonly Names: string;
  readonly Image: string;
  readonly State: string;
  readonly Status: string;
  readonly Ports: string;
  readonly Labels: string;
}

/** What lists can be narrowed down by: `{ label: "a=b", status: ["exited", "created"] }`. */
export type ListFilters = Readonly<Record<string, string | readonly string[]>>;

/** Options of `client.events`. */
export interface EventOptions {
  readonly filter?: ListFilters;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
}

/** Options of `client.build`: docker's, typed. */
export interface BuildOptions {
  /** The disk that the client runs on: `node:fs`, or something of its shape. */
  readonly disk?: CommandOptions["disk"];
  readonly cwd?: string;
  readonly tag?: string | readonly string[];
  readonly file?: string;
  readonly target?: string;
  readonly buildArg?: Readonly<Record<string, string>>;
  readonly label?: Readonly<Record<string, string>>;
  readonly noCache?: boolean;
}

/** The methods of a docker client, for an engine in this process (`engine.client`) or a real one (`connectEngine`). */
export class EngineClient {
  readonly #door: EngineDoor;

  constructor(door: EngineDoor) {
    this.#door = door;
  }

  /** Runs a command line: what stands after the word `docker`. What goes wrong is in the result. */
  docker(line: string | readonly string[], options?: CommandOptions): Promise<CommandResult> {
    return this.#door.docker(line, options);
  }

  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    return this.#door.fetch(input, init);
  }

  /** Lets time pass. @param duration `1m30s`, or microseconds */
  pass(duration: Duration): Promise<void> {
    return this.#door.pass(duration);
  }

  /** Makes a container and starts it, detached. @throws DockerError */
  run(image: string, options: ContainerOptions = {}): Promise<ContainerHandle> {
    return this.#make(["run", "--detach"], image, options);
  }

  /** Makes a container. @throws DockerError */
  create(image: string, options: ContainerOptions = {}): Promise<ContainerHandle> {
    return this.#make(["create"], image, options);
  }

  /** A container by its name or id. Whether it is there shows when something is asked of it. */
  container(name: string): ContainerHandle {
    return new ContainerHandle(this.#door, name);
  }

  async containers(
    options: { readonly all?: boolean; readonly filter?: ListFilters } = {},
  ): Promise<readonly ContainerLine[]> {
    return jsonLines(this.#door, [
      "ps",
      "--no-trunc",
      ...optionWords({ all: options.all }),
      ...filterWords(options.filter),
    ]);
  }

  /**
   * Events from now on, as they come. Ends when the stream does, or the signal is aborted: what happens afterwards is to
   * be found out by looking.
   *
   * @throws DockerError if the stream breaks
   */
  events(options: EventOptions = {}): AsyncGenerator<EventMessage, void> {
    return followEvents(this.#door, ["events", ...filterWords(options.filter)], options.signal);
  }

  /** Builds an image from a directory of the client's disk. @throws DockerError */
  async build(path: string, { disk, cwd, ...options }: BuildOptions = {}): Promise<void> {
    const client = { ...(disk === undefined ? {} : { disk }), ...(cwd === undefined ? {} : { cwd }) };
    await succeed(this.#door, ["build", ...optionWords({ ...options }), path], client);
  }

  async pull(image: string): Promise<void> {
    await succeed(this.#door, ["pull", "--quiet", image]);
  }

  async createNetwork(name: string, options: Readonly<Record<string, OptionInput>> = {}): Promise<void> {
    await succeed(this.#door, ["network", "create", ...optionWords(options), name]);
  }

  async removeNetwork(name: string): Promise<void> {
    await succeed(this.#door, ["network", "rm", name]);
  }

  async createVolume(name: string, options: Readonly<Record<string, OptionInput>> = {}): Promise<void> {
    await succeed(this.#door, ["volume", "create", ...optionWords(options), name]);
  }

  async removeVolume(name: string): Promise<void> {
    await succeed(this.#door, ["volume", "rm", name]);
  }

  /** What is there now; `leaksBetween` two of them is what was made in between and not removed. */
  inventory(): Promise<Inventory> {
    return takeInventory(this.#door);
  }

  async #make(
    words: readonly string[],
    image: string,
    { command, ...options }: ContainerOptions,
  ): Promise<ContainerHandle> {
    const id = await succeed(this.#door, [...words, ...optionWords(options), image, ...commandWords(command)]);
    return new ContainerHandle(this.#door, id.trim());
  }
}

function filterWords(filters: ListFilters = {}): readonly string[] {
  return Object.entries(filters).flatMap(([name, values]) =>
    [values].flat().map((value) => `--filter=${name}=${String(value)}`),
  );
}
