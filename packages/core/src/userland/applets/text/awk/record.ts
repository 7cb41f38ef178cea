/** The current record: `$0`, its fields, NF, and how they follow each other. */

import { Cell, InputText, toInt, toNumber, type Value } from "./cell.ts";
import { AwkError } from "./lexer.ts";
import { type Splitter, split } from "./split.ts";

/** More fields than this are refused as out of memory. */
const FIELDS_MAX = 0xffffff;

export class AwkRecord {
  readonly whole = new Cell({ special: "$0" });
  readonly count = new Cell({ special: "NF" });
  readonly #fields: Cell[] = [];
  #length = 0;
  #isSplit = false;
  readonly #settings: () => { splitter: Splitter; paragraphs: boolean; ignoreCase: boolean; separator: string };
  readonly #text: (value: Value) => string;

  constructor(
    settings: () => { splitter: Splitter; paragraphs: boolean; ignoreCase: boolean; separator: string },
    text: (value: Value) => string,
  ) {
    this.#settings = settings;
    this.#text = text;
    this.whole.value = "";
    this.count.value = "";
  }

  /** `$index`. Looking at a field makes it. @throws AwkError */
  field(index: number): Cell {
    if (index < 0) throw new AwkError("Access to negative field");
    if (index === 0) return this.whole;
    this.split();
    if (index > this.#length) this.#resize(index);
    return this.#fields[index - 1] as Cell;
  }

  /** Splits `$0`, unless that was done. */
  split(): void {
    if (this.#isSplit) return;
    this.#isSplit = true;
    const { splitter, paragraphs, ignoreCase } = this.#settings();
    this.#resize(0);
    const parts = split(this.#text(this.whole.value), splitter, { paragraphs, ignoreCase });
    this.#resize(parts.length);
    for (const [i, part] of parts.entries()) (this.#fields[i] as Cell).value = new InputText(part);
    this.count.value = this.#length;
  }

  /** `$0` was assigned. */
  wholeChanged(): void {
    this.#isSplit = false;
  }

  /** NF was assigned: fields appear or go, and `$0` is put together anew. @throws AwkError */
  countChanged(): void {
    const count = toInt(toNumber(this.count.value));
    if (count < 0) throw new AwkError("NF set to negative value");
    this.#resize(count);
    const texts = this.#fields.slice(0, count).map((cell) => this.#text(cell.value));
    this.whole.value = texts.join(this.#settings().separator);
    this.#isSplit = true;
  }

  /** A field was assigned. */
  fieldChanged(index: number): void {
    this.count.value = Math.max(toInt(toNumber(this.count.value)), index);
    this.countChanged();
  }

  #resize(length: number): void {
    if (length > FIELDS_MAX) throw new AwkError("out of memory");
    while (this.#fields.length < length) {
      const cell = new Cell({ special: "field", index: this.#fields.length + 1 });
      cell.value = "";
      this.#fields.push(cell);
    }
    for (let i = length; i < this.#length; i++) (this.#fields[i] as Cell).value = "";
    this.#length = length;
  }
}
