/** What a build tells, as BuildKit's clients read it. @see BuildKit api/services/control, client/graph.go */
import { createHash } from "node:crypto";
import type { BuildEvent } from "@bottleship/core/build";
import type { SourceInfo, StatusMessage, Timestamp } from "./messages.ts";

type VertexMessage = NonNullable<StatusMessage["vertexes"]>[number];
type LintEvent = Extract<BuildEvent, { kind: "warning" }>;

/** Events of one microsecond are told apart by up to so many nanoseconds. */
const MOST_TIES = 999;
const STREAMS = { stdout: 1, stderr: 2 } as const;
const utf8 = new TextEncoder();

/** Turns the events of one build into messages. */
export class ProgressMessages {
  readonly #ref: string;
  readonly #vertices = new Map<number, VertexMessage>();
  readonly #source: () => SourceInfo;
  #lastUs = 0;
  /** Events of the same microsecond: clients that read of them later put them in the order of their times. */
  #ties = 0;

  /** @param ref names the build @param source the Dockerfile, as far as it is known */
  constructor(ref: string, source: () => SourceInfo) {
    this.#ref = ref;
    this.#source = source;
  }

  of(event: BuildEvent): StatusMessage {
    const timestamp = this.#timestamp(event.timeUs);
    const vertex = this.#digest(event.vertex);
    switch (event.kind) {
      case "planned":
        return this.#vertex(event.vertex, {
          name: event.name,
          inputs: event.inputs.map((input) => this.#digest(input)),
        });
      case "started":
        return this.#vertex(event.vertex, { name: event.name, started: timestamp });
      case "completed":
        return this.#vertex(event.vertex, { completed: timestamp, cached: event.cached });
      case "failed":
        return this.#vertex(event.vertex, { completed: timestamp, error: event.error });
      case "canceled":
        return this.#vertex(event.vertex, { completed: timestamp, error: "context canceled" });
      case "status": {
        const times = { timestamp, started: timestamp, ...(event.done ? { completed: timestamp } : {}) };
        return { statuses: [{ ID: event.text, vertex, ...times }] };
      }
      case "log":
        return { logs: [{ vertex, timestamp, stream: STREAMS[event.stream], msg: event.bytes }] };
      case "warning":
        return { warnings: [this.#warning(event)] };
    }
  }

  #timestamp(us: number): Timestamp {
    this.#ties = us === this.#lastUs ? Math.min(this.#ties + 1, MOST_TIES) : 0;
    this.#lastUs = us;
    const { seconds, nanos } = timestampOf(us);
    return { seconds, nanos: nanos + this.#ties };
  }

  #vertex(number: number, change: Partial<VertexMessage>): StatusMessage {
    const known = this.#vertices.get(number) ?? { digest: this.#digest(number), name: "" };
    const vertex = { ...known, ...change };
    this.#vertices.set(number, vertex);
    return { vertexes: [vertex] };
  }

  #warning({ vertex, warning: { rule, description, url, message, range } }: LintEvent) {
    const place = range === undefined ? "" : ` (line ${range.startLine})`;
    return {
      vertex: this.#digest(vertex),
      level: 1,
      short: utf8.encode(`${rule}: ${message}${place}`),
      detail: [utf8.encode(description)],
      url: url ?? "",
      info: this.#source(),
      ranges: range === undefined ? [] : rangeMessages(range),
    };
  }

  /** Clients know vertices by digests; these are of their numbers, not of what they do. */
  #digest(vertex: number): string {
    return `sha256:${createHash("sha256").update(`${this.#ref} ${vertex}`).digest("hex")}`;
  }
}

/** A range for each line. */
export function rangeMessages({ startLine, endLine }: { readonly startLine: number; readonly endLine: number }) {
  return Array.from({ length: Math.max(0, endLine - startLine) + 1 }, (_, i) => {
    const place = { line: startLine + i, character: 0 };
    return { start: place, end: place };
  });
}

export function timestampOf(us: number): Timestamp {
  return { seconds: Math.floor(us / 1e6), nanos: (us % 1e6) * 1000 };
}
