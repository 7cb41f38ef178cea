/** What every compose command has: the session, the options of the project, and how it tells of things. */
import { ComposeError, type OpenOptions, openProject, type Project } from "../../../compose/index.ts";
import { quote } from "../../../lib/go/index.ts";
import { decode, NO_BYTES } from "../../../lib/index.ts";
import type { Session } from "../../command-line/session.ts";
import type { FlagValues } from "../../docker/flags/flag.ts";
import { foundProject } from "../found-project.ts";
import { clientOf } from "../input.ts";
import { type Operation, progressLine } from "../operation.ts";
import type { PROJECT_FLAGS } from "./flags.ts";

/** @throws ComposeError for a way of showing progress that is none */
export function checkProgress(mode: string): void {
  if (["", "auto", "tty", "plain", "json", "quiet"].includes(mode)) return;
  throw new ComposeError(`unsupported --progress value ${quote(mode)}`);
}

export class ComposeContext {
  readonly session: Session;
  readonly operation: Operation;
  readonly #flags: FlagValues<typeof PROJECT_FLAGS>;
  #isQuiet: boolean;

  constructor(session: Session, flags: FlagValues<typeof PROJECT_FLAGS>) {
    this.session = session;
    this.#flags = flags;
    this.#isQuiet = flags.progress === "quiet";
    this.operation = session.engine.compose.operation({
      progress: (progress) => {
        if (!this.isQuiet) session.err(progressLine(progress));
      },
      warn: (message) => this.warn(message),
    });
  }

  /** Nothing is to be told of what goes on. */
  get isQuiet(): boolean {
    return this.#isQuiet;
  }

  /** From now on nothing is told of what goes on. */
  beQuiet(): void {
    this.#isQuiet = true;
  }

  get envFiles(): readonly string[] {
    return this.#flags["env-file"];
  }

  warn(message: string): void {
    this.session.log("warning", message);
  }

  tellInfo(message: string): void {
    this.session.log("info", message);
  }

  /** @throws ComposeError */
  open(options: OpenOptions = {}): Project {
    return openProject({ ...this.options(), ...options }, this.client());
  }

  client() {
    const { disk, cwd, client } = this.session;
    const { HOME = "/root", ...env } = Object.fromEntries(client.env);
    return clientOf({ ...(disk === undefined ? {} : { disk }), cwd, env: { HOME, ...env } }, (message) =>
      this.warn(message),
    );
  }

  /** Where a build finds its context. */
  buildClient() {
    const { session } = this;
    const { disk, cwd } = session;
    return {
      ...(disk === undefined ? {} : { disk }),
      cwd,
      env: Object.fromEntries(session.client.env),
      onOutput: (_: string, text: string) => session.out(text),
    };
  }

  options(): OpenOptions {
    const flags = this.#flags;
    return {
      files: flags.file.map((name) => (name === "-" ? { name, content: this.#input() } : name)),
      profiles: flags.profile,
      envFiles: flags["env-file"],
      allResources: flags["all-resources"],
      ...(flags["project-name"] === "" ? {} : { projectName: flags["project-name"] }),
      ...(flags["project-directory"] === "" ? {} : { projectDirectory: flags["project-directory"] }),
    };
  }

  /** The file that is called `-`. */
  #input(): string {
    return decode(this.session.stdin ?? NO_BYTES);
  }

  /** The project of the files without what is in its files of variables, or what the engine knows of one that was named. */
  openOrFind(services: readonly string[] = []): { readonly project: Project; readonly hasFiles: boolean } {
    const name = this.#flags["project-name"];
    if (this.#flags.file.length === 0 && name !== "") {
      return { project: foundProject(this.session, name.toLowerCase()), hasFiles: false };
    }
    try {
      return { project: this.open({ services, filesKept: "env files" }), hasFiles: true };
    } catch (error) {
      const fallback = this.session.client.env.get("COMPOSE_PROJECT_NAME") ?? "";
      if (!(error instanceof ComposeError) || fallback === "") throw error;
      return { project: foundProject(this.session, fallback.toLowerCase()), hasFiles: false };
    }
  }

  /** The name alone. */
  projectName(): string {
    return this.openOrFind().project.name;
  }
}
