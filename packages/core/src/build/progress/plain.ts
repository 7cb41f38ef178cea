/**
 * Progress as `docker build --progress=plain` prints it: a block for each vertex, numbered.
 *
 * @see BuildKit util/progress/progressui/printer.go
 */
import { decode } from "../../lib/index.ts";
import type { BuildEvent } from "./events.ts";

interface Block {
  readonly name: string;
  readonly startedUs: number;
  /** What is left of a line that has not ended yet. */
  rest: string;
  hasEnded: boolean;
}

/** Takes the events of a build, returns the text that each adds. */
export class PlainProgress {
  readonly #blocks = new Map<number, Block>();
  #hasBegun = false;
  #current: number | undefined;

  print(event: BuildEvent): string {
    if (event.kind === "started") {
      this.#blocks.set(event.vertex, { name: event.name, startedUs: event.timeUs, rest: "", hasEnded: false });
      return this.#turnTo(event.vertex);
    }
    const block = this.#blocks.get(event.vertex);
    if (block === undefined) return "";
    return (
      this.#turnTo(event.vertex) +
      this.#lines(event, block)
        .map((line) => `#${event.vertex} ${line}\n`)
        .join("")
    );
  }

  /** The heading of a vertex, where another was shown before. */
  #turnTo(vertex: number): string {
    const opening = this.#hasBegun ? "" : '#0 building with "default" instance using docker driver\n';
    this.#hasBegun = true;
    if (this.#current === vertex) return opening;
    const block = this.#blocks.get(vertex);
    const left = this.#current === undefined ? undefined : this.#blocks.get(this.#current);
    const dots = left === undefined || left.hasEnded ? "" : `#${this.#current} ...\n`;
    this.#current = vertex;
    return `${opening}${dots}\n#${vertex} ${block?.name ?? ""}\n`;
  }

  #lines(event: Exclude<BuildEvent, { readonly kind: "started" }>, block: Block): readonly string[] {
    switch (event.kind) {
      case "status":
        return [`${event.text} done`];
      case "warning": {
        const { rule, message, range } = event.warning;
        return [`WARN: ${rule}: ${message}${range === undefined ? "" : ` (line ${range.startLine})`}`];
      }
      case "log":
        return this.#logLines(block, decode(event.bytes), event.timeUs);
      case "completed":
        block.hasEnded = true;
        return [...this.#rest(block, event.timeUs), event.cached ? "CACHED" : `DONE ${seconds(event, block)}`];
      case "failed":
        block.hasEnded = true;
        return [...this.#rest(block, event.timeUs), `ERROR: ${event.error}`];
      case "canceled":
        block.hasEnded = true;
        return [...this.#rest(block, event.timeUs), "CANCELED"];
    }
  }

  #logLines(block: Block, text: string, timeUs: number): readonly string[] {
    const lines = (block.rest + text).split("\n");
    block.rest = lines.pop() ?? "";
    return lines.map((line) => `${((timeUs - block.startedUs) / 1e6).toFixed(3)} ${line}`);
  }

  #rest(block: Block, timeUs: number): readonly string[] {
    const { rest } = block;
    block.rest = "";
    return rest === "" ? [] : [`${((timeUs - block.startedUs) / 1e6).toFixed(3)} ${rest}`];
  }
}

function seconds({ timeUs }: { readonly timeUs: number }, { startedUs }: Block): string {
  return `${((timeUs - startedUs) / 1e6).toFixed(1)}s`;
}
