/**
 * Progress as `docker buildx build --progress=rawjson` prints it: a line of JSON for everything that happens.
 *
 * Unlike the real one, warnings do not repeat the whole Dockerfile.
 *
 * @see BuildKit client/graph.go SolveStatus, buildx util/progress/printer.go
 */
import { rfc3339Nano } from "../../lib/go/index.ts";
import { base64, encode, sha256 } from "../../lib/index.ts";
import type { LintWarning } from "../dockerfile/lint.ts";
import type { BuildEvent } from "./events.ts";

interface ShownVertex {
  readonly digest: string;
  readonly name: string;
  readonly inputs?: readonly string[];
  readonly started?: string;
  readonly completed?: string;
  readonly cached?: true;
  readonly error?: string;
}

/** Takes the events of a build; returns the lines for each. */
export class RawJsonProgress {
  readonly #vertices = new Map<number, ShownVertex>();

  print(event: BuildEvent): string {
    return `${JSON.stringify(this.#document(event))}\n`;
  }

  #document(event: BuildEvent) {
    const timestamp = rfc3339Nano(event.timeUs);
    switch (event.kind) {
      case "planned": {
        const inputs = event.inputs.map(digestOf);
        return this.#vertex({ ...newVertex(event), ...(inputs.length === 0 ? {} : { inputs }) }, event);
      }
      case "started":
        return this.#vertex({ ...this.#known(event), started: timestamp }, event);
      case "completed": {
        const cached = event.cached ? ({ cached: true } as const) : {};
        return this.#vertex({ ...this.#known(event), completed: timestamp, ...cached }, event);
      }
      case "failed":
      case "canceled":
        return this.#vertex({ ...this.#known(event), completed: timestamp, error: event.error }, event);
      case "status": {
        const { digest: vertex } = this.#known(event);
        const status = { id: event.text, vertex, timestamp, started: timestamp, completed: timestamp };
        return { statuses: [status] };
      }
      case "log": {
        const stream = event.stream === "stdout" ? 1 : 2;
        return { logs: [{ vertex: this.#known(event).digest, stream, data: base64(event.bytes), timestamp }] };
      }
      case "warning":
        return { warnings: [{ vertex: this.#known(event).digest, ...warningDocument(event.warning) }] };
    }
  }

  #known(event: BuildEvent): ShownVertex {
    return this.#vertices.get(event.vertex) ?? newVertex(event);
  }

  #vertex(vertex: ShownVertex, event: BuildEvent) {
    this.#vertices.set(event.vertex, vertex);
    return { vertexes: [vertex] };
  }
}

function newVertex(event: BuildEvent): ShownVertex {
  const name = "name" in event ? event.name : "";
  return { digest: digestOf(event.vertex), name };
}

/** What stands for a vertex in the whole output. Unlike BuildKit's, it says nothing of the vertex. */
function digestOf(vertex: number): string {
  return `sha256:${sha256(encode(`vertex ${vertex}`))}`;
}

function warningDocument({ rule, description, url, message, range }: LintWarning) {
  const place = range === undefined ? "" : ` (line ${range.startLine})`;
  return {
    level: 1,
    short: base64(encode(`${rule}: ${message}${place}`)),
    detail: [base64(encode(description))],
    ...(url === undefined ? {} : { url }),
    ...(range === undefined
      ? {}
      : { range: [{ start: { line: range.startLine }, end: { line: Math.max(range.startLine, range.endLine) } }] }),
  };
}
