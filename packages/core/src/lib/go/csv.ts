/** Comma separated values, as Go's encoding/csv reads them: `--mount`, `--network`, `--subnet`. */
import { byteLength } from "../text.ts";
import { ValueError } from "./value-error.ts";

/**
 * The fields of the first record that is not empty.
 *
 * @throws ValueError `EOF` if there is no record; `parse error on line L, column C: …` with columns counted in bytes.
 */
export function parseCsv(text: string): string[] {
  const lines = splitLines(text);
  const first = nextRecord(lines, 0);
  if (first === undefined) throw new ValueError("EOF");
  return new Record(lines, first).read();
}

/** The fields of all records, and the line, from 1, that each begins on. @throws ValueError as `parseCsv` does */
export function parseCsvRecords(
  text: string,
): readonly { readonly line: number; readonly fields: readonly string[] }[] {
  const lines = splitLines(text);
  const records: { line: number; fields: readonly string[] }[] = [];
  for (let at = nextRecord(lines, 0); at !== undefined; ) {
    const record = new Record(lines, at);
    records.push({ line: at + 1, fields: record.read() });
    at = nextRecord(lines, record.end);
  }
  return records;
}

/** Empty lines are none. */
function nextRecord(lines: readonly string[], from: number): number | undefined {
  const found = lines.findIndex((line, at) => at >= from && line !== "\n" && line !== "");
  return found < 0 ? undefined : found;
}

class Record {
  readonly #lines: readonly string[];
  readonly #first: number;
  #number: number;
  #line: string;
  #column = 1;

  constructor(lines: readonly string[], first: number) {
    this.#lines = lines;
    this.#first = first;
    this.#number = first;
    this.#line = lines[first] ?? "";
  }

  /** The line after those that it takes. */
  get end(): number {
    return this.#number + 1;
  }

  read(): string[] {
    const fields: string[] = [];
    for (;;) {
      const [field, ended] = this.#line.startsWith('"') ? this.#quoted() : this.#bare();
      fields.push(field);
      if (ended) return fields;
    }
  }

  #bare(): readonly [field: string, ended: boolean] {
    const comma = this.#line.indexOf(",");
    const field = comma >= 0 ? this.#line.slice(0, comma) : this.#line.replace(/\n$/, "");
    const bare = field.indexOf('"');
    if (bare >= 0) this.#refuse('bare " in non-quoted-field', this.#column + byteLength(field.slice(0, bare)));
    this.#skip(field.length + 1);
    return [field, comma < 0];
  }

  #quoted(): readonly [field: string, ended: boolean] {
    let field = "";
    this.#skip(1);
    for (;;) {
      const quote = this.#line.indexOf('"');
      if (quote < 0) {
        if (this.#line === "") this.#refuse('extraneous or missing " in quoted-field', this.#column);
        field += this.#line;
        this.#nextLine();
        continue;
      }
      field += this.#line.slice(0, quote);
      this.#skip(quote + 1);
      if (this.#line.startsWith('"')) {
        field += '"';
        this.#skip(1);
      } else if (this.#line.startsWith(",")) {
        this.#skip(1);
        return [field, false];
      } else if (this.#line === "" || this.#line === "\n") return [field, true];
      else this.#refuse('extraneous or missing " in quoted-field', this.#column - 1);
    }
  }

  #skip(length: number): void {
    this.#column += byteLength(this.#line.slice(0, length));
    this.#line = this.#line.slice(length);
  }

  #nextLine(): void {
    const next = this.#lines[this.#number + 1];
    this.#column += byteLength(this.#line);
    this.#line = next ?? "";
    if (next === undefined) return;
    this.#number++;
    this.#column = 1;
  }

  #refuse(reason: string, column: number): never {
    const at = `parse error on line ${this.#number + 1}, column ${column}: ${reason}`;
    throw new ValueError(this.#number === this.#first ? at : `record on line ${this.#first + 1}; ${at}`, reason);
  }
}

/** Lines with their line feeds; a carriage return before a line feed or the end is dropped. */
function splitLines(text: string): string[] {
  const lines = text.split("\n").map((line) => `${line.replace(/\r$/, "")}\n`);
  const last = (lines.pop() ?? "").slice(0, -1);
  return last === "" ? lines : [...lines, last];
}
