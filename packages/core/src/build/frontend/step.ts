/**
 * Steps: instructions with their meaning settled - variables expanded, shells prepended, mounts understood.
 *
 * Plain data. What is left for the planner: files, images, layers, the image's configuration and history.
 */
import type { SourceRange } from "../dockerfile/ast.ts";
import type { BuildMount } from "../dockerfile/mount.ts";

interface Base<K extends string> {
  readonly kind: K;
  readonly range?: SourceRange | undefined;
}

/** A file that the Dockerfile itself contains. */
export interface InlineFile {
  readonly name: string;
  readonly content: string;
}

/** A mount whose target is absolute. */
export interface StepMount extends BuildMount {
  readonly target: string;
}

export interface RunStep extends Base<"RUN"> {
  readonly argv: readonly string[];
  /** A script with a `#!` line, which BuildKit mounts at `/dev/pipes/` and executes. */
  readonly script?: InlineFile | undefined;
  readonly mounts: readonly StepMount[];
  readonly network: "default" | "none" | "host";
}

interface FileStep {
  readonly sources: readonly string[];
  readonly files: readonly InlineFile[];
  readonly dest: string;
  readonly chown?: string | undefined;
  /** Octal digits or symbols, checked. */
  readonly chmod?: string | undefined;
  readonly link: boolean;
  readonly exclude: readonly string[];
}

export interface CopyStep extends Base<"COPY">, FileStep {
  readonly from?: string | undefined;
  readonly parents: boolean;
}

export interface AddStep extends Base<"ADD">, FileStep {
  readonly checksum?: string | undefined;
  readonly keepGitDir?: boolean | undefined;
  readonly unpack?: boolean | undefined;
}

export interface PairsStep extends Base<"ENV" | "LABEL"> {
  readonly pairs: readonly (readonly [name: string, value: string])[];
}

export interface ArgStep extends Base<"ARG"> {
  /** Without a value the variable is declared and not set. */
  readonly args: readonly { readonly name: string; readonly value?: string }[];
}

/** CMD and ENTRYPOINT, the shell prepended to the shell form. */
export interface CommandStep extends Base<"CMD" | "ENTRYPOINT"> {
  readonly argv: readonly string[];
}

export interface HealthcheckStep extends Base<"HEALTHCHECK"> {
  /** `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", command]`. */
  readonly test: readonly string[];
  /** 0 where none is given, as in an image's configuration. */
  readonly intervalNs: number;
  readonly timeoutNs: number;
  readonly startPeriodNs: number;
  readonly startIntervalNs: number;
  readonly retries: number;
}

export interface ExposeStep extends Base<"EXPOSE"> {
  /** Single ports: `80/tcp`. */
  readonly ports: readonly string[];
}

export type Step =
  | AddStep
  | ArgStep
  | CommandStep
  | CopyStep
  | ExposeStep
  | HealthcheckStep
  | PairsStep
  | RunStep
  | (Base<"MAINTAINER"> & { readonly name: string })
  | (Base<"ONBUILD"> & { readonly trigger: string })
  | (Base<"SHELL"> & { readonly argv: readonly string[] })
  | (Base<"STOPSIGNAL"> & { readonly signal: string })
  | (Base<"USER"> & { readonly user: string })
  | (Base<"VOLUME"> & { readonly paths: readonly string[] })
  | (Base<"WORKDIR"> & { readonly path: string; readonly written: string });
