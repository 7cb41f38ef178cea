/**
 * What an instruction sees of those before it in its stage: variables, shell, working directory.
 *
 * Immutable: `dispatch` returns the next one. A stage starts from its image's configuration, or from the end of the
 * stage that it is based on. Model: BuildKit's dispatchState and its llb.State.
 */
import { join } from "../../lib/index.ts";
import type { ImageRunConfig } from "../../oci/index.ts";
import type { SourceRange } from "../dockerfile/ast.ts";
import { Environment } from "../dockerfile/environment.ts";

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const DEFAULT_SHELL = ["/bin/sh", "-c"];

/** The instructions of which only a stage's last counts. */
export type OnceKind = "CMD" | "ENTRYPOINT" | "HEALTHCHECK";

/** An ARG that was declared in the stage or in one below it. */
export interface DeclaredArg {
  readonly name: string;
  readonly value?: string;
}

export interface Scope {
  /** What `$NAME` means: ENV and ARG together, the later wins. */
  readonly variables: Environment;
  /** The image's variables as its configuration will list them. */
  readonly imageEnvironment: ReadonlyMap<string, string>;
  /** In the order of declaration, repeated if declared again. */
  readonly args: readonly DeclaredArg[];
  /** What SHELL or the image says. */
  readonly shell: readonly string[] | undefined;
  readonly workingDir: string;
  /** A WORKDIR came before, here or in a stage below. */
  readonly workdirSet: boolean;
  /** Which of them came before in this very stage, and where; an ENTRYPOINT keeps only such a CMD. */
  readonly once: ReadonlyMap<OnceKind, SourceRange | undefined>;
}

/** The start of a stage FROM an image; `scratch` has an empty configuration. */
export function imageScope(config: ImageRunConfig): Scope {
  const imageEnvironment = new Map(Environment.of(config.Env ?? []).entries());
  if (!imageEnvironment.has("PATH")) imageEnvironment.set("PATH", DEFAULT_PATH);
  return {
    variables: Environment.from(imageEnvironment),
    imageEnvironment,
    args: [],
    shell: config.Shell === undefined || config.Shell.length === 0 ? undefined : config.Shell,
    workingDir: config.WorkingDir || "/",
    workdirSet: false,
    once: new Map(),
  };
}

/**
 * The start of a stage FROM a stage that ended with `base`: ARGs are inherited, but ENV wins over them again. The classic
 * builder takes the other stage for an image, which has none.
 */
export function childScope(base: Scope, isClassic = false): Scope {
  if (isClassic) return { ...base, variables: Environment.from(base.imageEnvironment), args: [], once: new Map() };
  return { ...base, variables: base.variables.withAll(base.imageEnvironment), once: new Map() };
}

/** A command line of the shell form as an argument vector. */
export function withShell(scope: Scope, command: string): readonly string[] {
  return [...(scope.shell ?? DEFAULT_SHELL), command];
}

/** A path against the working directory; an absolute one and the working directory itself are left as they are. */
export function fromWorkingDir(scope: Scope, path: string): string {
  if (path === "") return scope.workingDir;
  return path.startsWith("/") ? path : join("/", scope.workingDir, path);
}
