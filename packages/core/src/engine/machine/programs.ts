/**
 * The programs of a machine: what executables name, and what interpreters do for a file.
 *
 *     engine.programs.register("worker", asyncProgram(async (p) => { … }));
 *     engine.programs.script("app.py", serve(() => new Response("Hello")));
 */
import type { Program } from "../../abi/index.ts";
import type { ProgramTable } from "../../kernel/index.ts";
import { knownWord, StatusError } from "../../lib/index.ts";
import {
  CataloguePrograms,
  makeStandIn,
  type NamedProgram,
  PackageIndexes,
  ScriptTable,
  standInNames,
} from "../../programs/index.ts";
import { dockerInit } from "../../userland/index.ts";
import type { MachineProfile } from "./profiles.ts";

const UNKNOWN_PROGRAMS = ["fail", "succeed-and-warn"] as const;
/** What becomes of programs that nobody has written: they fail, or it is pretended that they succeed. */
export type UnknownPrograms = (typeof UNKNOWN_PROGRAMS)[number];

/** A run that was pretended. */
export interface Pretended {
  readonly argv: readonly string[];
}

/** Pretended runs that are remembered. */
const PRETENDED_MAX = 1_000;

export interface RegistryOptions {
  /** The kernel's table of programs. */
  readonly programs: ProgramTable;
  readonly profile: MachineProfile;
  readonly unknownPrograms: UnknownPrograms;
}

/** Programs by name, and scripts by file. */
export interface OwnPrograms {
  readonly programs: readonly (readonly [name: string, program: Program])[];
  readonly scripts: readonly (readonly [file: string, program: Program])[];
}

/** What executables and scripts of a machine do: `engine.programs`. */
export class ProgramRegistry {
  readonly #programs: ProgramTable;
  readonly #own = new Map<string, Program>();
  readonly #scripts = new ScriptTable();
  readonly #pretended: Pretended[] = [];
  /** What pip, npm, apt-get and apk can install. */
  readonly packages: PackageIndexes;
  /** What runs in place of a program that there is not; `undefined` if that fails. */
  readonly unknown: Program | undefined;

  /** @throws StatusError invalid-argument for a policy that there is not */
  constructor({ programs, profile, unknownPrograms }: RegistryOptions) {
    this.#programs = programs;
    const unknown = {
      policy: knownWord(UNKNOWN_PROGRAMS, unknownPrograms, "policy for unknown programs"),
      onPretended: (argv: readonly string[]) => {
        if (this.#pretended.length < PRETENDED_MAX) this.#pretended.push({ argv });
      },
    };
    const standIn = makeStandIn(unknown);
    this.unknown = unknownPrograms === "succeed-and-warn" ? standIn : undefined;
    this.packages = new PackageIndexes((paths) => {
      for (const name of standInNames(paths)) if (!programs.has(name)) programs.set(name, standIn);
    });
    programs.source = new CataloguePrograms({
      shell: profile.shell,
      busybox: profile.busybox,
      scripts: this.#scripts,
      packages: this.packages,
      unknown,
    });
    programs.set("docker-init", dockerInit);
  }

  /** Registers a program under the name that executables' headers have, replacing what had it. */
  register(name: string, program: Program): void;
  register(program: NamedProgram): void;
  register(first: string | NamedProgram, second?: Program): void {
    const name = typeof first === "string" ? first : first.programName;
    const program = typeof first === "string" ? second : first;
    if (program === undefined || name === "" || name.includes("\n")) {
      throw new StatusError("invalid-argument", `no name of a program: ${JSON.stringify(name)}`);
    }
    this.#programs.set(name, program);
    this.#own.set(name, program);
  }

  /** What was registered here, besides the catalogue's. */
  get own(): OwnPrograms {
    return { programs: [...this.#own], scripts: this.#scripts.own() };
  }

  restore({ programs, scripts }: OwnPrograms): void {
    for (const [name, program] of programs) this.register(name, program);
    for (const [file, program] of scripts) this.script(file, program);
  }

  /**
   * Says what an interpreter does for a file: "app.py" is any file of that name, "src/app.py" one in a directory src,
   * "/app/app.py" that one alone. "-c" and "-e" are code on the command line, "-m NAME" is a module of Python.
   */
  script(file: string, program: Program): void {
    this.#scripts.set(file, program);
  }

  has(name: string): boolean {
    return this.#programs.has(name);
  }

  get(name: string): Program | undefined {
    return this.#programs.get(name);
  }

  names(): readonly string[] {
    return [...this.#programs.names()].sort();
  }

  /** Files that scripts were registered for. */
  scripts(): readonly string[] {
    return this.#scripts.names();
  }

  /** Runs that were pretended to succeed, under `unknownPrograms: "succeed-and-warn"`. */
  get pretended(): readonly Pretended[] {
    return this.#pretended;
  }
}
