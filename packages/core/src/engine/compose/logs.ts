/** What a project's containers have written, each line with who wrote it in front. Model: compose's logs.go, formatter. */
import { ComposeError } from "../../compose/index.ts";
import { StatusError } from "../../lib/index.ts";
import { printLogs } from "../command-line/logs.ts";
import { told } from "../command-line/refusal.ts";
import { Session } from "../command-line/session.ts";
import type { Container } from "../container/container.ts";
import { labelOf, NUMBER, PROJECT, serviceOf } from "./labels.ts";
import { containersOf, type Operation } from "./operation.ts";

export interface LogOptions {
  readonly services?: readonly string[];
  readonly index?: number;
  readonly follow?: boolean;
  readonly timestamps?: boolean;
  readonly tail?: string | number;
  readonly since?: string;
  readonly until?: string;
}

interface ReadOptions extends LogOptions {
  readonly wholeLinesOnly?: boolean;
}

/** A line that a container of a project has written. */
export interface ComposeLogLine {
  /** The container without its project: `web-1`. */
  readonly source: string;
  readonly stream: "stdout" | "stderr";
  /** Without its line end. */
  readonly text: string;
}

/** A container's name without the project's, unless it has one of its own. */
export function shortName(container: Container): string {
  const project = labelOf(container, PROJECT) ?? "";
  const usual = `${project}-${serviceOf(container)}-${labelOf(container, NUMBER) ?? ""}`;
  return container.name === usual ? container.name.slice(project.length + 1) : container.name;
}

export function containersToLog(
  operation: Pick<Operation, "engine">,
  project: string,
  options: LogOptions,
): readonly Container[] {
  const own = containersOf(operation, project, { services: options.services ?? [] });
  const { index = 0 } = options;
  const chosen = index > 0 ? own.filter((one) => labelOf(one, NUMBER) === String(index)) : own;
  if (index > 0 && chosen.length === 0) {
    throw new ComposeError(`service "${options.services?.[0] ?? ""}" is not running container #${index}`);
  }
  return [...chosen].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What reads logs; `warn` hears of containers whose logging driver keeps nothing that can be read. */
type Reader = Pick<Operation, "engine"> & Partial<Pick<Operation, "warn">>;

/**
 * Resolves when all is told; following, when the containers have ended. What was written after the last line end is
 * told as a line of its own, unless it is to be left out, as compose's command does.
 *
 * @throws StatusError, ConnectionLost
 */
export async function readLogs(
  operation: Reader,
  containers: readonly Container[],
  options: ReadOptions,
  hear: (line: ComposeLogLine) => void,
): Promise<void> {
  const read = (container: Container): Promise<void> => readOne(operation, container, options, hear);
  if (options.follow === true) await Promise.all(containers.map(read));
  else for (const container of containers) await read(container);
}

async function readOne(
  { engine, warn }: Reader,
  container: Container,
  options: ReadOptions,
  hear: (line: ComposeLogLine) => void,
): Promise<void> {
  const source = shortName(container);
  const rest = { stdout: "", stderr: "" };
  const onOutput = (stream: "stdout" | "stderr", text: string): void => {
    const lines = (rest[stream] + text).split("\n");
    rest[stream] = lines.pop() ?? "";
    for (const line of lines) hear({ source, stream, text: line });
  };
  const { follow = false, timestamps = false, tail = "all", since = "", until = "" } = options;
  const more = { details: false, timestamps, tail: String(tail), since, until };
  try {
    await printLogs(new Session(engine, { onOutput }), { command: "logs", container: container.id, follow, ...more });
  } catch (error) {
    if (!(error instanceof StatusError) || error.kind !== "not-implemented") throw error;
    warn?.(`Can't retrieve logs for "${container.name}": ${told(error)}`);
    if (follow) await engine.containers.wait(container);
  }
  if (options.wholeLinesOnly === true) return;
  for (const stream of ["stdout", "stderr"] as const)
    if (rest[stream] !== "") hear({ source, stream, text: rest[stream] });
}

/** Who wrote a line, in a column that fits all who have written up to now: `web-1  | `. */
export class LogColumn {
  #width = 0;

  prefix(source: string): string {
    this.#width = Math.max(this.#width, source.length + 1);
    return `${source.padEnd(this.#width)} | `;
  }
}
