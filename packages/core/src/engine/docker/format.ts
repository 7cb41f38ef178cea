/**
 * `--format`: Go templates over the values of the API.
 *
 * A list is printed row by row (`table …`, `json` or a template), an inspected object with a template or as JSON.
 * Model: docker/cli cli/command/formatter, cli/command/inspect, templates.
 */
import { reworded } from "../../lib/go/index.ts";
import { ValueError } from "./problem.ts";
import { alignColumns } from "./table.ts";
import { executeTemplate, TemplateFailure } from "./template/execute.ts";
import { FUNCTIONS, HEADER_FUNCTIONS } from "./template/functions.ts";
import { type ParsedTemplate, parseTemplate } from "./template/parse.ts";
import {
  ANY,
  type GoType,
  GoValue,
  type Method,
  type PointerType,
  pointer,
  STRING,
  STRING_MAP,
  unwrap,
} from "./template/type.ts";

export { TemplateFailure } from "./template/execute.ts";
export type { ParsedTemplate } from "./template/parse.ts";
export { GoValue } from "./template/type.ts";

/** Parses a template with Docker's functions. @throws ValueError `template: :1: …` */
export function compileTemplate(text: string, name = ""): ParsedTemplate {
  return parseTemplate(name, text, new Set(FUNCTIONS.keys()));
}

/** The template's output for a value. @throws TemplateFailure */
export function renderTemplate(template: ParsedTemplate, value: GoValue | undefined): string {
  return executeTemplate(template, value, { functions: FUNCTIONS });
}

/**
 * The output for an inspected object: over Go's type first, and where that fails over the JSON as it came, in which every
 * missing key is an error. Without `rawFallback` the first failure counts: volumes are inspected so.
 *
 * @throws ValueError `template parsing error: template: …`
 */
export function renderInspected(template: ParsedTemplate, json: unknown, type: GoType, rawFallback = true): string {
  try {
    return renderTemplate(template, new GoValue(type, json));
  } catch (error) {
    if (!(error instanceof TemplateFailure)) throw error;
    if (!rawFallback) throw new ValueError(`template parsing error: ${error.message}`);
  }
  try {
    const value = unwrap(new GoValue(ANY, json));
    return executeTemplate(template, value, { functions: FUNCTIONS, missingKeyIsError: true });
  } catch (error) {
    if (error instanceof TemplateFailure) throw new ValueError(`template parsing error: ${error.message}`);
    throw error;
  }
}

/** The columns that a template can name in a list of `Row`s. */
export interface Columns<Row> {
  /** The type in error messages: `*formatter.ContainerContext`. */
  readonly type: PointerType;
  /** Headings by column. */
  readonly headers: Readonly<Record<string, string>>;
  readonly _row?: Row;
}

/** Declares the columns of a list; with `label`, `{{.Label "name"}}` works too. */
export function columns<Row>(
  typeName: string,
  headers: Readonly<Record<string, string>>,
  values: Readonly<Record<string, (row: Row) => unknown>>,
  options: {
    readonly label?: (row: Row, name: string) => string;
    readonly types?: Readonly<Record<string, GoType>>;
    /** What JSON has instead. */
    readonly json?: Readonly<Record<string, (row: Row) => unknown>>;
  } = {},
): Columns<Row> {
  const methods = new Map<string, Method>(
    Object.entries(values).map(([name, read]) => [
      name,
      { parameters: [], returns: options.types?.[name] ?? STRING, call: (row) => read(row as Row) },
    ]),
  );
  const json = (row: unknown): unknown =>
    Object.fromEntries(Object.entries({ ...values, ...options.json }).map(([name, read]) => [name, read(row as Row)]));
  const { label } = options;
  if (label !== undefined)
    methods.set("Label", {
      parameters: [STRING],
      returns: STRING,
      call: (row, [name]) => label(row as Row, `${name}`),
    });
  return { type: pointer({ kind: "struct", name: typeName, fields: [], methods, json }), headers };
}

const HEADER_TYPE = {
  ...STRING_MAP,
  name: "formatter.SubHeaderContext",
  methods: new Map<string, Method>([
    ["Label", { parameters: [STRING], returns: STRING, call: (_, [name]) => labelHeading(`${name}`) }],
  ]),
};

/** The last part of a label's name, in words. */
function labelHeading(name: string): string {
  return (name.split(".").at(-1) ?? "").replace(/[-_]/g, " ");
}

/** The format of a list: without one, or for `table`, its usual one; for `raw` the one that `raw` stands for. */
export function listFormat(format: string, usual: string, raw = format): string {
  if (format === "" || format === "table") return usual;
  return format === "raw" ? raw : format;
}

/**
 * A list in the given format: `table TEMPLATE`, `json`, or a template.
 *
 * @throws ValueError `template parsing error: …`; then nothing is printed.
 */
export function renderList<Row>(format: string, list: Columns<Row>, rows: readonly Row[]): string {
  const isTable = format.startsWith("table");
  const body = isTable ? format.slice("table".length) : format === "json" ? "{{json .}}" : format;
  const template = orParsingError(() =>
    compileTemplate(
      body
        .replace(/^ +| +$/g, "")
        .replaceAll("\\t", "\t")
        .replaceAll("\\n", "\n"),
    ),
  );
  const text = orParsingError(() =>
    rows.map((row) => `${renderTemplate(template, new GoValue(list.type, row))}\n`).join(""),
  );
  return isTable ? alignColumns(`${heading(template, list.headers)}\n${text}`) : text;
}

/** The heading is the template over the names of the columns; what fails in it is left out. */
function heading(template: ParsedTemplate, headers: Readonly<Record<string, string>>): string {
  try {
    return executeTemplate(template, new GoValue(HEADER_TYPE, headers), { functions: HEADER_FUNCTIONS });
  } catch (error) {
    if (error instanceof TemplateFailure) return error.output;
    throw error;
  }
}

function orParsingError<T>(run: () => T): T {
  return reworded(run, ({ message }) => new ValueError(`template parsing error: ${message}`));
}
