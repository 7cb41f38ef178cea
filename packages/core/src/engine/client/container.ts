/** A handle of one container: what `client.run` and `client.create` return. */
import { basename, decode, dirname, encode, packTar, readTar, tarHeader } from "../../lib/index.ts";
import type { CommandOptions, CommandResult } from "../command-line/index.ts";
import type { UPDATE_FLAGS } from "../docker/commands/update.ts";
import type { containerDocument } from "../documents/container.ts";
import { DockerError, type EngineDoor, jsonLines, succeed } from "./door.ts";
import { commandWords, type OptionInput, type OptionsOf, optionWords } from "./options.ts";

/** What `docker inspect` prints of a container. */
export type ContainerDocument = ReturnType<typeof containerDocument>;

/** Options of `container.exec`. */
export interface ExecOptions extends Pick<CommandOptions, "stdin"> {
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workdir?: string;
  readonly privileged?: boolean;
  readonly detach?: boolean;
}

/** Options of `container.logs`. */
export interface LogOptions {
  /** The last so many lines. */
  readonly tail?: number | "all";
  /** A time, or how long ago: `10m`. */
  readonly since?: string;
  readonly until?: string;
  readonly timestamps?: boolean;
}

/** The options of `docker update`. */
export type UpdateOptions = OptionsOf<typeof UPDATE_FLAGS>;

/** Options of `container.commit`. */
export interface CommitSettings {
  readonly author?: string;
  readonly message?: string;
  /** Instructions of a Dockerfile: `CMD ["serve"]`. */
  readonly change?: readonly string[];
  /** Whether it stands still meanwhile. Default true. */
  readonly pause?: boolean;
}

/** A file that a container has added, changed or deleted. */
export interface FileChange {
  readonly kind: "added" | "changed" | "deleted";
  readonly path: string;
}

/** A line of `docker stats`. */
export interface StatsLine {
  readonly Name: string;
  readonly CPUPerc: string;
  readonly MemUsage: string;
  readonly MemPerc: string;
  readonly NetIO: string;
  readonly BlockIO: string;
  readonly PIDs: string;
}

/** Every method throws DockerError with what docker prints. */
export class ContainerHandle {
  /** The name or id that it was asked for by; the full id of one that was made. */
  readonly id: string;
  readonly #door: EngineDoor;

  constructor(door: EngineDoor, id: string) {
    this.#door = door;
    this.id = id;
  }

  start(): Promise<void> {
    return this.#do("start");
  }

  /** Asks it to end, and kills it after `timeout` seconds (10, unless the container says otherwise). */
  stop(options: { readonly timeout?: number; readonly signal?: string } = {}): Promise<void> {
    return this.#do("stop", { time: options.timeout, signal: options.signal });
  }

  restart(options: { readonly timeout?: number; readonly signal?: string } = {}): Promise<void> {
    return this.#do("restart", { time: options.timeout, signal: options.signal });
  }

  kill(signal?: string): Promise<void> {
    return this.#do("kill", { signal });
  }

  pause(): Promise<void> {
    return this.#do("pause");
  }

  unpause(): Promise<void> {
    return this.#do("unpause");
  }

  rename(name: string): Promise<void> {
    return succeed(this.#door, ["rename", this.id, name]).then(() => {});
  }

  /** Changes its limits and its restart policy. */
  update(options: UpdateOptions): Promise<void> {
    return this.#do("update", { ...options });
  }

  remove(options: { readonly force?: boolean; readonly volumes?: boolean } = {}): Promise<void> {
    return this.#do("rm", { ...options });
  }

  /** Waits until it has ended. @returns its exit code */
  async wait(): Promise<number> {
    return Number(await succeed(this.#door, ["wait", this.id]));
  }

  async inspect(): Promise<ContainerDocument> {
    const text = await succeed(this.#door, ["container", "inspect", this.id]);
    return (JSON.parse(text) as [ContainerDocument])[0];
  }

  /** What it uses. */
  async stats(): Promise<StatsLine> {
    const [line] = await jsonLines<StatsLine>(this.#door, ["stats", "--no-stream", this.id]);
    return line as StatsLine;
  }

  /** What is different in its files from those of its image, by their paths. */
  async diff(): Promise<readonly FileChange[]> {
    const lines = (await succeed(this.#door, ["diff", this.id])).split("\n").filter((line) => line !== "");
    return lines
      .map((line) => ({ kind: CHANGES[line.charAt(0)] ?? "changed", path: line.slice(2) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Makes an image of its files and its configuration. @returns the image's id */
  async commit(name?: string, options: CommitSettings = {}): Promise<string> {
    const words = ["commit", ...optionWords({ ...options }), this.id, ...(name === undefined ? [] : [name])];
    return (await succeed(this.#door, words)).trim();
  }

  /** What it has written. */
  async logs(options: LogOptions = {}): Promise<Pick<CommandResult, "stdout" | "stderr">> {
    const words = ["logs", ...optionWords({ ...options }), this.id];
    const result = await this.#door.docker(words);
    if (result.exitCode !== 0) throw new DockerError(words, result);
    return { stdout: result.stdout, stderr: result.stderr };
  }

  /**
   * Runs a command in it. A command that fails is no error: its exit code is in the result.
   *
   * @param command words, or a line for the container's `sh`
   */
  exec(command: string | readonly string[], { stdin, ...options }: ExecOptions = {}): Promise<CommandResult> {
    const words = ["exec", ...optionWords({ ...options, interactive: stdin === undefined ? undefined : true })];
    return this.#door.docker([...words, this.id, ...commandWords(command)], stdin === undefined ? {} : { stdin });
  }

  /** Where on the machine a port of it is published: `0.0.0.0:32768`. */
  async port(port: number | string): Promise<string> {
    const text = await succeed(this.#door, ["port", this.id, String(port)]);
    return text.split("\n")[0] ?? "";
  }

  /** The content of one of its files, whether it runs or not. */
  async readFile(path: string): Promise<string> {
    const words = ["cp", `${this.id}:${path}`, "-"];
    const [entry] = readTar(encode(await succeed(this.#door, words)));
    if (entry?.header.type === "file") return decode(entry.data);
    throw new DockerError(words, { exitCode: 1, stdout: "", stderr: `${path} is no file` });
  }

  /** Makes a file in it, or another one in its place: owned by root, mode 644. Its directory must be there. */
  async writeFile(path: string, content: string | Uint8Array): Promise<void> {
    const data = typeof content === "string" ? encode(content) : content;
    const header = tarHeader({ name: basename(path), type: "file", mode: 0o644, size: data.length });
    await succeed(this.#door, ["cp", "-", `${this.id}:${dirname(path)}`], { stdin: packTar([{ header, data }]) });
  }

  async #do(command: string, options: Readonly<Record<string, OptionInput>> = {}): Promise<void> {
    await succeed(this.#door, [command, ...optionWords(options), this.id]);
  }
}

/** The letters of `docker diff`. */
const CHANGES: Readonly<Record<string, FileChange["kind"]>> = { A: "added", C: "changed", D: "deleted" };
