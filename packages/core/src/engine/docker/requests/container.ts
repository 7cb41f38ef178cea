/** Requests about containers. */
import type { CreateBody, Resources, RestartPolicy } from "../create-body.ts";
import type { Platform } from "../platform.ts";
import type { Filters } from "../values/filter.ts";
import type { PullPolicy } from "../values/policies.ts";

type Names = readonly string[];

/** What `run` and `create` share: the API's body, and what stays with the client. */
export interface CreateParts {
  readonly body: CreateBody;
  /** Empty: the engine chooses. */
  readonly name: string;
  readonly platform: Platform | undefined;
  readonly pull: PullPolicy;
  /** The image as people write it, with its tag: for "Unable to find image '…' locally"; undefined for an ID. */
  readonly familiarImage: string | undefined;
  readonly quiet: boolean;
  /** Where to write the container's ID; empty: nowhere. */
  readonly cidFile: string;
  readonly contentTrust: boolean;
  readonly useApiSocket: boolean;
}

export interface CreateRequest extends CreateParts {
  readonly command: "create";
}

export interface RunRequest extends CreateParts {
  readonly command: "run";
  readonly detach: boolean;
  readonly sigProxy: boolean;
  readonly detachKeys: string;
}

export interface StartRequest {
  readonly command: "start";
  readonly containers: Names;
  readonly attach: boolean;
  readonly interactive: boolean;
  readonly detachKeys: string;
}

/** `timeout` in seconds; undefined leaves it to the container. */
export interface StopRequest {
  readonly command: "stop" | "restart";
  readonly containers: Names;
  readonly signal: string;
  readonly timeout: number | undefined;
}

export interface KillRequest {
  readonly command: "kill";
  readonly containers: Names;
  /** Empty: SIGKILL. */
  readonly signal: string;
}

export interface ContainersRequest {
  readonly command: "pause" | "unpause" | "wait";
  readonly containers: Names;
}

export interface RmRequest {
  readonly command: "rm";
  readonly containers: Names;
  readonly force: boolean;
  readonly link: boolean;
  readonly volumes: boolean;
}

export interface RenameRequest {
  readonly command: "rename";
  readonly container: string;
  readonly newName: string;
}

/** The API's body of an update: the resources that the command line can change, zero meaning unchanged. */
export type UpdateBody = Resources & { readonly RestartPolicy: RestartPolicy };

export interface UpdateRequest {
  readonly command: "update";
  readonly containers: Names;
  readonly body: UpdateBody;
}

/** The API's body of an exec. */
export interface ExecBody {
  readonly User: string;
  readonly Privileged: boolean;
  readonly Tty: boolean;
  readonly ConsoleSize?: readonly [height: number, width: number];
  readonly AttachStdin: boolean;
  readonly AttachStderr: boolean;
  readonly AttachStdout: boolean;
  readonly Detach: boolean;
  readonly DetachKeys: string;
  readonly Env: readonly string[] | null;
  readonly WorkingDir: string;
  readonly Cmd: readonly string[];
}

export interface ExecRequest {
  readonly command: "exec";
  readonly container: string;
  readonly body: ExecBody;
}

export interface LogsRequest {
  readonly command: "logs";
  readonly container: string;
  readonly follow: boolean;
  readonly details: boolean;
  readonly timestamps: boolean;
  readonly since: string;
  readonly until: string;
  /** A number, or anything else for all. */
  readonly tail: string;
}

export interface AttachRequest {
  readonly command: "attach";
  readonly container: string;
  readonly noStdin: boolean;
  readonly sigProxy: boolean;
  readonly detachKeys: string;
}

export interface PsRequest {
  readonly command: "ps";
  readonly all: boolean;
  /** How many, newest first; -1 for all. */
  readonly limit: number;
  /** Whether sizes must be computed: asked for, or used in the format. */
  readonly size: boolean;
  readonly filters: Filters;
  readonly format: string;
  readonly quiet: boolean;
  readonly noTrunc: boolean;
}

export interface TopRequest {
  readonly command: "top";
  readonly container: string;
  readonly psOptions: readonly string[];
}

export interface StatsRequest {
  readonly command: "stats";
  readonly containers: Names;
  readonly all: boolean;
  readonly format: string;
  readonly noStream: boolean;
  readonly noTrunc: boolean;
}

export interface PortRequest {
  readonly command: "port";
  readonly container: string;
  /** `80/tcp` or what the user wrote; undefined for all. It is judged after the container was found. */
  readonly port: string | undefined;
}

export interface DiffRequest {
  readonly command: "diff";
  readonly container: string;
}

export interface CpRequest {
  readonly command: "cp";
  readonly direction: "from-container" | "to-container";
  readonly container: string;
  readonly containerPath: string;
  /** `-` for standard input or output. */
  readonly localPath: string;
  readonly archive: boolean;
  readonly followLink: boolean;
  readonly quiet: boolean;
}

export interface CommitRequest {
  readonly command: "commit";
  readonly container: string;
  /** Both empty: the image gets no name. */
  readonly repository: string;
  readonly tag: string;
  readonly author: string;
  readonly message: string;
  /** Dockerfile instructions. */
  readonly changes: readonly string[];
  readonly pause: boolean;
}

export interface ExportRequest {
  readonly command: "export";
  readonly container: string;
  /** A file; empty for standard output. */
  readonly output: string;
}

export interface ContainerInspectRequest {
  readonly command: "container inspect";
  readonly names: Names;
  readonly format: string;
  readonly size: boolean;
}

/** A question asked before something is removed; undefined with `--force`. A refusal ends silently with exit code 0. */
export type Confirmation = string | undefined;

export interface ContainerPruneRequest {
  readonly command: "container prune";
  readonly filters: Filters;
  readonly confirm: Confirmation;
}

export type ContainerRequest =
  | RunRequest
  | CreateRequest
  | StartRequest
  | StopRequest
  | KillRequest
  | ContainersRequest
  | RmRequest
  | RenameRequest
  | UpdateRequest
  | ExecRequest
  | LogsRequest
  | AttachRequest
  | PsRequest
  | TopRequest
  | StatsRequest
  | PortRequest
  | DiffRequest
  | CpRequest
  | CommitRequest
  | ExportRequest
  | ContainerInspectRequest
  | ContainerPruneRequest;
