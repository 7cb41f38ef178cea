/** One line of comma-separated values: how `--mount` and `--device` are cut. Model: go-csvvalue, with its messages. */
import { byteLength } from "../../lib/index.ts";
import { BuildError } from "./error.ts";

/** @throws BuildError `EOF` for nothing at all, `parse error on line 1, column N: …` for a stray quote. */
export function csvFields(line: string): readonly string[] {
  const text = line.replace(/\r?\n$/, "");
  if (text === "") throw new BuildError("EOF");
  const fields: string[] = [];
  for (let at = 0; ; ) {
    const [field, end] = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    fields.push(field);
    if (end >= text.length) return fields;
    at = end + 1;
  }
}

function plainField(text: string, at: number): readonly [field: string, end: number] {
  const comma = text.indexOf(",", at);
  const end = comma < 0 ? text.length : comma;
  const field = text.slice(at, end);
  const mark = field.indexOf('"');
  if (mark >= 0) throw problem(text, at + mark, 'bare " in non-quoted-field');
  return [field, end];
}

function quotedField(text: string, start: number): readonly [field: string, end: number] {
  const extraneous = 'extraneous or missing " in quoted-field';
  let field = "";
  for (let at = start + 1; ; ) {
    const mark = text.indexOf('"', at);
    if (mark < 0) throw problem(text, at, extraneous);
    field += text.slice(at, mark);
    const next = text[mark + 1];
    if (next === undefined || next === ",") return [field, mark + 1];
    if (next !== '"') throw problem(text, mark, extraneous);
    field += '"';
    at = mark + 2;
  }
}

function problem(text: string, at: number, what: string): BuildError {
  return new BuildError(`parse error on line 1, column ${byteLength(text.slice(0, at)) + 1}: ${what}`);
}
