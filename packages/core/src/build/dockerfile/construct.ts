/**
 * Writing a Dockerfile in TypeScript.
 *
 * ```ts
 * const ast = dockerfile()
 *   .from("golang:1.23", { as: "build" })
 *   .workdir("/src")
 *   .copy(".", ".")
 *   .run("go build -o /app")
 *   .from("scratch")
 *   .copy("/app", "/app", { from: "build" })
 *   .entrypoint(["/app"])
 *   .build();
 * ```
 *
 * A string is a command for the shell, an array an argument vector. Values of ENV, LABEL and ARG are quoted as needed;
 * `$NAME` in them is expanded as in any Dockerfile.
 */
import type {
  AddInstruction,
  ArgInstruction,
  CopyInstruction,
  Directives,
  Dockerfile,
  Escape,
  FromInstruction,
  HealthcheckInstruction,
  Heredoc,
  Instruction,
  Pair,
  RunInstruction,
  ShellOrExec,
  Stage,
} from "./ast.ts";
import { BuildError } from "./error.ts";
import { renderInstruction } from "./render.ts";

/** A shell's command line, or an argument vector. */
export type CommandLine = string | readonly string[];
type One<T> = T | readonly T[];
type Values = Readonly<Record<string, string | number | boolean>>;
type Options<I extends { kind: string }, K extends keyof I> = Pick<Partial<I>, K>;

type FileOptions = "chown" | "chmod" | "link" | "exclude" | "files";

/** An empty Dockerfile; an ARG added before `from` is global. */
export function dockerfile(directives: Directives = {}): DockerfileWriter {
  return new DockerfileWriter({ directives, args: [], stages: [] });
}

/** A Dockerfile that starts from an image. */
export function from(image: string, options: Options<FromInstruction, "as" | "platform"> = {}): DockerfileWriter {
  return dockerfile().from(image, options);
}

/** A file that COPY or ADD makes, or that a RUN reads as `<<NAME`. */
export function inlineFile(name: string, content: string, options: Pick<Heredoc, "expand"> = {}): Heredoc {
  return { name, content: content === "" || content.endsWith("\n") ? content : `${content}\n`, ...options };
}

/** Immutable: every method returns a longer Dockerfile. */
export class DockerfileWriter {
  readonly #written: Required<Omit<Dockerfile, "emptyContinuations">>;

  constructor(written: Required<Omit<Dockerfile, "emptyContinuations">>) {
    this.#written = written;
  }

  get #escape(): Escape {
    return this.#written.directives.escape ?? "\\";
  }

  /** The AST. */
  build(): Dockerfile {
    const { directives, args, stages } = this.#written;
    return {
      ...(Object.keys(directives).length === 0 ? {} : { directives }),
      ...(args.length === 0 ? {} : { args }),
      stages,
    };
  }

  /** Starts a stage. */
  from(image: string, options: Options<FromInstruction, "as" | "platform"> = {}): DockerfileWriter {
    const stage: Stage = { from: { kind: "FROM", image, ...options }, instructions: [] };
    return new DockerfileWriter({ ...this.#written, stages: [...this.#written.stages, stage] });
  }

  /** Any instruction. @throws BuildError for anything but an ARG before the first `from`. */
  add(instruction: Instruction): DockerfileWriter {
    const { args, stages } = this.#written;
    const last = stages.at(-1);
    if (last !== undefined) {
      const longer = { ...last, instructions: [...last.instructions, instruction] };
      return new DockerfileWriter({ ...this.#written, stages: [...stages.slice(0, -1), longer] });
    }
    if (instruction.kind !== "ARG") throw new BuildError("no build stage in current context");
    return new DockerfileWriter({ ...this.#written, args: [...args, instruction] });
  }

  arg(name: string, value?: string): DockerfileWriter {
    const definition: ArgInstruction["args"][number] =
      value === undefined ? { name } : { name, default: word(value, this.#escape) };
    return this.add({ kind: "ARG", args: [definition] });
  }

  /** A command of several lines becomes a heredoc. */
  run(
    command: CommandLine,
    options: Options<RunInstruction, "mounts" | "network" | "heredocs"> = {},
  ): DockerfileWriter {
    if (typeof command !== "string" || !command.includes("\n") || options.heredocs !== undefined)
      return this.add({ kind: "RUN", command: commandOf(command), ...options });
    const script = inlineFile("EOF", command);
    return this.add({ kind: "RUN", command: commandOf("<<EOF"), ...options, heredocs: [script] });
  }

  copy(
    sources: One<string>,
    dest: string,
    options: Options<CopyInstruction, FileOptions | "from" | "parents"> = {},
  ): DockerfileWriter {
    return this.add({ kind: "COPY", sources: listOf(sources), dest, ...options });
  }

  /** ADD; named so because `add` takes any instruction. */
  addFiles(
    sources: One<string>,
    dest: string,
    options: Options<AddInstruction, FileOptions | "checksum" | "keepGitDir" | "unpack"> = {},
  ): DockerfileWriter {
    return this.add({ kind: "ADD", sources: listOf(sources), dest, ...options });
  }

  env(values: Values): DockerfileWriter {
    return this.add({ kind: "ENV", pairs: pairsOf(values, this.#escape) });
  }

  label(values: Values): DockerfileWriter {
    return this.add({ kind: "LABEL", pairs: pairsOf(values, this.#escape) });
  }

  workdir(path: string): DockerfileWriter {
    return this.add({ kind: "WORKDIR", path });
  }

  user(user: string): DockerfileWriter {
    return this.add({ kind: "USER", user });
  }

  expose(...ports: readonly (number | string)[]): DockerfileWriter {
    return this.add({ kind: "EXPOSE", ports: ports.map(String) });
  }

  volume(...paths: readonly string[]): DockerfileWriter {
    return this.add({ kind: "VOLUME", paths });
  }

  shell(argv: readonly string[]): DockerfileWriter {
    return this.add({ kind: "SHELL", argv });
  }

  stopSignal(signal: string): DockerfileWriter {
    return this.add({ kind: "STOPSIGNAL", signal });
  }

  cmd(command: CommandLine): DockerfileWriter {
    return this.add({ kind: "CMD", command: commandOf(command) });
  }

  entrypoint(command: CommandLine): DockerfileWriter {
    return this.add({ kind: "ENTRYPOINT", command: commandOf(command) });
  }

  healthcheck(
    test: "none" | readonly string[] | { readonly shell: string },
    options: Options<HealthcheckInstruction, "interval" | "timeout" | "startPeriod" | "startInterval" | "retries"> = {},
  ): DockerfileWriter {
    const command = test === "none" ? test : commandOf("shell" in test ? test.shell : test);
    return this.add({ kind: "HEALTHCHECK", test: command, ...options });
  }

  /** The trigger as text or as an instruction. */
  onbuild(trigger: string | Instruction): DockerfileWriter {
    const text = typeof trigger === "string" ? trigger : renderInstruction(trigger, this.#escape);
    return this.add({ kind: "ONBUILD", trigger: text });
  }
}

function commandOf(command: CommandLine): ShellOrExec {
  return typeof command === "string" ? { form: "shell", command } : { form: "exec", argv: command };
}

function listOf<T extends string>(one: One<T>): readonly T[] {
  return typeof one === "string" ? [one] : one;
}

function pairsOf(values: Values, escape: Escape): readonly Pair[] {
  return Object.entries(values).map(([name, value]): Pair => [name, word(String(value), escape)]);
}

/** A value as a Dockerfile word: in double quotes if it would fall apart or lose something. `\$` stays `\$`. */
function word(value: string, escape: Escape): string {
  if (!/[\s"'\\`]/.test(value)) return value;
  const special = escape === "\\" ? /"|\\(?!\$)/g : /"|`(?!\$)/g;
  return `"${value.replace(special, `${escape}$&`)}"`;
}
