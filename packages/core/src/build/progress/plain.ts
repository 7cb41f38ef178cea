/**
 * Progress as `docker build --progress=plain` prints it: a block for each vertex, numbered.
 *
 * The client looks at what has happened every 150 ms, and shows it vertex by vertex; one that is left before it has ended
 * shows `...`.
 *
 * @see BuildKit util/progress/progressui/printer.go, display.go
 */
import { decode } from "../../lib/index.ts";
import type { BuildEvent } from "./events.ts";

const TICK_US = 150_000;
const RULE = "------\n";

interface Block {
  readonly vertex: number;
  /** What it is called on the screen, once it is shown: vertices are numbered as they come there. */
  number: number | undefined;
  readonly name: string;
  readonly startedUs: number;
  /** Lines that wait for the next look. */
  readonly lines: string[];
  /** What the process wrote, for the summary of a failure. */
  readonly output: string[];
  /** What is left of a line of output that has not ended yet. */
  rest: string;
  hasEnded: boolean;
  isShown: boolean;
}

/** Takes the events of a build; returns the text that is printed with each. */
export class PlainProgress {
  readonly #blocks = new Map<number, Block>();
  #tickUs: number | undefined;
  /** The block that was printed last. */
  #current: Block | undefined;
  #failed: Block | undefined;
  /** What goes before the first block. */
  #title: string;
  #lastNumber = 0;

  /** Without a builder it is not told which one works. */
  constructor({ hasBuilder = true }: { readonly hasBuilder?: boolean } = {}) {
    this.#title = hasBuilder ? '#0 building with "default" instance using docker driver\n\n' : "";
  }

  print(event: BuildEvent): string {
    this.#tickUs ??= event.timeUs;
    const isDue = event.timeUs >= this.#tickUs + TICK_US;
    const text = isDue ? this.#flush() : "";
    if (isDue) this.#tickUs = event.timeUs;
    this.#note(event);
    return text;
  }

  /** What has not been printed yet, when the build has ended; and the output of the vertex that failed, once more. */
  end(): string {
    const text = this.#flush();
    if (this.#failed === undefined) return text;
    const { name, output } = this.#failed;
    return `${text}${RULE} > ${name}:\n${output.map((line) => `${line}\n`).join("")}${RULE}`;
  }

  #note(event: BuildEvent): void {
    const { vertex, timeUs } = event;
    if (event.kind === "planned") return;
    if (event.kind === "started") {
      if (this.#blocks.has(vertex)) return;
      this.#blocks.set(vertex, {
        vertex,
        number: undefined,
        name: event.name,
        startedUs: timeUs,
        lines: [],
        output: [],
        rest: "",
        hasEnded: false,
        isShown: false,
      });
      return;
    }
    const block = this.#blocks.get(vertex);
    if (block === undefined) return;
    noteIn(block, event);
    if (event.kind === "failed") this.#failed = block;
  }

  #flush(): string {
    if (this.#blocks.size === 0) return "";
    let text = "";
    const current = this.#current;
    const blocks = [...this.#blocks.values()].filter((block) => block !== current);
    for (const block of current === undefined ? blocks : [current, ...blocks]) text += this.#show(block);
    for (const block of blocks) if (block.hasEnded) this.#blocks.delete(block.vertex);
    return text;
  }

  #show(block: Block): string {
    const isNew = block !== this.#current;
    if (block.lines.length === 0 && (!isNew || block.isShown)) return "";
    let text = "";
    if (isNew) {
      if (this.#current !== undefined && !this.#current.hasEnded) text += `#${this.#current.number} ...\n`;
      text += this.#lastNumber === 0 ? this.#title : "\n";
      block.number ??= ++this.#lastNumber;
      text += `#${block.number} ${block.name}\n`;
      block.isShown = true;
      this.#current = block;
    }
    for (const line of block.lines.splice(0)) text += `#${block.number} ${line}\n`;
    return text;
  }
}

function noteIn(block: Block, event: Exclude<BuildEvent, { readonly kind: "planned" | "started" }>): void {
  switch (event.kind) {
    case "status":
      block.lines.push(`${event.text} done`);
      return;
    case "warning": {
      const { rule, message, range } = event.warning;
      const warning = `WARN: ${rule}: ${message}${range === undefined ? "" : ` (line ${range.startLine})`}`;
      // Warnings come when the file has been read, and are shown where it was.
      const end = block.hasEnded ? block.lines.length - 1 : block.lines.length;
      block.lines.splice(Math.max(0, end), 0, warning);
      return;
    }
    case "log":
      block.rest += decode(event.bytes);
      noteOutput(block, event.timeUs, false);
      return;
    case "completed":
      endBlock(block, event.timeUs, event.cached ? "CACHED" : `DONE ${secondsSince(block, event.timeUs, 1)}s`);
      return;
    case "failed":
      endBlock(block, event.timeUs, `ERROR: ${event.error}`);
      return;
    case "canceled":
      endBlock(block, event.timeUs, "CANCELED");
  }
}

function endBlock(block: Block, timeUs: number, line: string): void {
  noteOutput(block, timeUs, true);
  // An image ends twice, once found and once unpacked: of what is not on the screen yet, the last word counts.
  if (block.hasEnded) block.lines.pop();
  block.lines.push(line);
  block.hasEnded = true;
}

/** Moves whole lines of output to what is shown, at the end also the last one. */
function noteOutput(block: Block, timeUs: number, isEnd: boolean): void {
  const lines = block.rest.split("\n");
  block.rest = lines.pop() ?? "";
  if (isEnd && block.rest !== "") {
    lines.push(block.rest);
    block.rest = "";
  }
  for (const line of lines) {
    const timed = `${secondsSince(block, timeUs, 3)} ${line}`;
    block.lines.push(timed);
    block.output.push(timed);
  }
}

function secondsSince({ startedUs }: Block, timeUs: number, places: number): string {
  return ((timeUs - startedUs) / 1e6).toFixed(places);
}
