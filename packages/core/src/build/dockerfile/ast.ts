/**
 * The AST of a Dockerfile: plain data that survives JSON.
 *
 * It holds what the text says, before anything is expanded: a *word* below is a Dockerfile word, in which quotes,
 * escapes and `$NAME` have their meaning. `parse` makes it from text, `print` makes text from it, `dispatch` gives an
 * instruction its meaning. What only a text has (ranges, comments, the spelling of keywords) is optional, so that an
 * AST can be written by hand. Model: BuildKit's parser and instructions packages (frontend/dockerfile).
 */

/** Lines of the Dockerfile, from 1, both included. */
export interface SourceRange {
  readonly startLine: number;
  readonly endLine: number;
}

/** What an instruction that was read from text remembers. */
export interface Written {
  readonly range?: SourceRange;
  /** The instruction as one line, continuations joined, without heredocs; steps are named after it. */
  readonly source?: string;
  /** The instruction's name as spelt, where that is not upper case: `from`. */
  readonly keyword?: string;
  /** The comment lines directly above, without `#`. */
  readonly comments?: readonly string[];
}

/** A command line for the shell, or an argument vector. */
export type ShellOrExec =
  | { readonly form: "shell"; readonly command: string }
  | { readonly form: "exec"; readonly argv: readonly string[] };

/** An inline file: `<<NAME`, its lines, `NAME`. */
export interface Heredoc {
  readonly name: string;
  /** Whole lines, each with its line end; what comes before the terminator. */
  readonly content: string;
  /** False if the name was quoted: COPY and ADD then leave `$NAME` and backslashes alone. Default true. */
  readonly expand?: boolean;
  /** `<<-`: tabs that start a line are dropped. */
  readonly chomp?: boolean;
  /** The number before `<<`, for the shell. */
  readonly fd?: number;
}

/** `[name, value]`, both words. */
export type Pair = readonly [name: string, value: string];

/** One variable of an ARG: its name and the word that is its default. */
export interface ArgDefinition {
  readonly name: string;
  readonly default?: string;
}

/** A `RUN --mount` written as data. Every text may hold variables, except `from`. */
export interface MountOptions {
  readonly type?: "bind" | "cache" | "tmpfs" | "secret" | "ssh";
  readonly target?: string;
  readonly source?: string;
  readonly from?: string;
  readonly id?: string;
  readonly readonly?: boolean;
  readonly sharing?: "shared" | "private" | "locked";
  readonly required?: boolean;
  /** Bytes, or a size such as `64m`; tmpfs only. */
  readonly size?: number | string;
  /** Octal digits. */
  readonly mode?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly env?: string;
}

/** The text after `--mount=`, whose fields are understood at dispatch only, or the same as data. */
export type MountFlag = string | MountOptions;

interface Base<K extends string> extends Written {
  readonly kind: K;
}

export interface FromInstruction extends Base<"FROM"> {
  /** Word: an image or an earlier stage. */
  readonly image: string;
  readonly platform?: string;
  /** The stage's name as written; names ignore case. */
  readonly as?: string;
  /** The word AS as spelt, where that is not upper case. */
  readonly asKeyword?: string;
}

export interface RunInstruction extends Base<"RUN"> {
  /** Not expanded: the shell does that. The shell form names its heredocs itself (`cat <<EOF`). */
  readonly command: ShellOrExec;
  readonly heredocs?: readonly Heredoc[];
  readonly mounts?: readonly MountFlag[];
  readonly network?: "default" | "none" | "host";
  readonly devices?: readonly string[];
}

interface Sources {
  /** Words: paths or patterns below the context, for ADD also URLs. */
  readonly sources: readonly string[];
  /** Word. */
  readonly dest: string;
  readonly files?: readonly Heredoc[];
  /** Words, like `chmod`. */
  readonly chown?: string;
  readonly chmod?: string;
  readonly link?: boolean;
  readonly exclude?: readonly string[];
}

export interface CopyInstruction extends Base<"COPY">, Sources {
  /** A stage's name or index, or an image; never expanded. */
  readonly from?: string;
  /** Keeps the directories that a source is in, below `/./` if it has that. Not in the built-in frontend. */
  readonly parents?: boolean;
}

export interface AddInstruction extends Base<"ADD">, Sources {
  readonly checksum?: string;
  readonly keepGitDir?: boolean;
  readonly unpack?: boolean;
}

export interface EnvInstruction extends Base<"ENV"> {
  readonly pairs: readonly Pair[];
  /** The old form `ENV name value`, which has one pair. */
  readonly legacy?: boolean;
}

export interface LabelInstruction extends Base<"LABEL"> {
  readonly pairs: readonly Pair[];
  readonly legacy?: boolean;
}

export interface ArgInstruction extends Base<"ARG"> {
  readonly args: readonly ArgDefinition[];
}

export interface WorkdirInstruction extends Base<"WORKDIR"> {
  readonly path: string;
}

export interface UserInstruction extends Base<"USER"> {
  readonly user: string;
}

export interface VolumeInstruction extends Base<"VOLUME"> {
  readonly paths: readonly string[];
}

export interface ExposeInstruction extends Base<"EXPOSE"> {
  /** Words, each one or more of `PORT[-PORT][/PROTOCOL]`. */
  readonly ports: readonly string[];
}

export interface StopSignalInstruction extends Base<"STOPSIGNAL"> {
  readonly signal: string;
}

export interface ShellInstruction extends Base<"SHELL"> {
  readonly argv: readonly string[];
}

export interface CmdInstruction extends Base<"CMD"> {
  readonly command: ShellOrExec;
}

export interface EntrypointInstruction extends Base<"ENTRYPOINT"> {
  readonly command: ShellOrExec;
}

export interface HealthcheckInstruction extends Base<"HEALTHCHECK"> {
  readonly test: "none" | ShellOrExec;
  /** Go durations: `30s`. */
  readonly interval?: string;
  readonly timeout?: string;
  readonly startPeriod?: string;
  readonly startInterval?: string;
  readonly retries?: number;
}

export interface OnbuildInstruction extends Base<"ONBUILD"> {
  /** An instruction as text, read when a child image is built. */
  readonly trigger: string;
}

export interface MaintainerInstruction extends Base<"MAINTAINER"> {
  readonly name: string;
}

/** Everything that can stand in a stage after its FROM. */
export type Instruction =
  | AddInstruction
  | ArgInstruction
  | CmdInstruction
  | CopyInstruction
  | EntrypointInstruction
  | EnvInstruction
  | ExposeInstruction
  | HealthcheckInstruction
  | LabelInstruction
  | MaintainerInstruction
  | OnbuildInstruction
  | RunInstruction
  | ShellInstruction
  | StopSignalInstruction
  | UserInstruction
  | VolumeInstruction
  | WorkdirInstruction;

export type AnyInstruction = FromInstruction | Instruction;
export type InstructionKind = AnyInstruction["kind"];
export type InstructionOf<K extends InstructionKind> = Extract<AnyInstruction, { kind: K }>;

/** The character that escapes, and at the end of a line continues it. */
export type Escape = "\\" | "`";

/** The `# name=value` lines at the top. */
export interface Directives {
  readonly syntax?: string;
  readonly escape?: Escape;
  readonly check?: string;
}

export interface Stage {
  readonly from: FromInstruction;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  readonly directives?: Directives;
  /** The ARGs before the first FROM. */
  readonly args?: readonly ArgInstruction[];
  readonly stages: readonly Stage[];
  /** Lines on which a continued instruction ends that has empty lines inside; lint warns of them. */
  readonly emptyContinuations?: readonly number[];
}

/** What a heredoc means as a file's content: `<<-` loses the tabs that start its lines. */
export function heredocText(heredoc: Pick<Heredoc, "content" | "chomp">): string {
  return heredoc.chomp === true ? heredoc.content.replace(/(^|\n)\t+/g, "$1") : heredoc.content;
}
