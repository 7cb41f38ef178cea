/** What `docker buildx bake` shows of definitions: `--print` and `--list`. @see docker/buildx commands/bake.go */

import { type HclValue, isList, isObject, jsonText, textOf } from "../../../hcl/index.ts";
import { parseCsv, ValueError } from "../../../lib/go/index.ts";
import { compareBytes } from "../../../lib/index.ts";
import { goJsonLines } from "../../../oci/index.ts";
import type { BakeConfig, Group, Variable } from "./config.ts";
import type { Bake } from "./resolve.ts";
import { shownTarget } from "./target.ts";

/** `--print`. */
export function bakeText({ groups, targets }: Bake): string {
  return goJsonLines({
    group: Object.fromEntries([...groups].map(([name, group]) => [name, shownGroup(group)])),
    target: Object.fromEntries([...targets].map(([name, target]) => [name, shownTarget(target)])),
  });
}

const shownGroup = ({ description = "", targets }: Group): object => ({
  ...(description !== "" && { description }),
  targets,
});

interface ListOptions {
  readonly type: string;
  readonly format: string;
}

/** `targets`, or `type=targets,format=json`. @throws ValueError */
function parseList(text: string): ListOptions {
  const fields = parseCsv(text);
  const isBare = fields.length === 1 && fields[0] === text && !text.startsWith("type=");
  const pairs = isBare ? [["type", text] as const] : fields.map(pairOf);
  const read = { type: "", format: "table", ...Object.fromEntries(pairs) };
  if (read.type !== "targets" && read.type !== "variables")
    throw new ValueError(`invalid list type ${JSON.stringify(read.type)}`);
  if (read.format !== "table" && read.format !== "json") {
    throw new ValueError(`invalid list format ${JSON.stringify(read.format)}`);
  }
  return read;
}

function pairOf(field: string): readonly [string, string] {
  const [key = "", value] = field.split(/=(.*)/s, 2);
  const name = key.trim().toLowerCase();
  if (value === undefined) throw new ValueError(`invalid value ${field}`);
  if (name !== "type" && name !== "format") throw new ValueError(`unexpected key '${name}' in '${field}'`);
  return [name, value];
}

/** `--list`. @throws ValueError */
export function listText(config: BakeConfig, text: string): string {
  const { type, format } = parseList(text);
  const [rows, heading] =
    type === "targets"
      ? [targetRows(config), ["TARGET", "DESCRIPTION"]]
      : [variableRows(config.variables), ["VARIABLE", "TYPE", "VALUE", "DESCRIPTION"]];
  if (format === "json") return `${goJsonLines(rows.map(({ json }) => json))}\n`;
  return tabbed([heading, ...rows.map(({ cells }) => cells)]);
}

interface Row {
  readonly cells: readonly string[];
  readonly json: object;
}

/** Targets whose names begin with a line are for others only. */
function targetRows({ groups, targets }: BakeConfig): readonly Row[] {
  const names = [...new Set([...targets.keys(), ...groups.keys()])].sort(compareBytes);
  return names
    .filter((name) => !name.startsWith("_"))
    .map((name) => {
      const group = targets.has(name) ? undefined : groups.get(name);
      const description = group === undefined ? (targets.get(name)?.fields.description ?? "") : groupText(group);
      return {
        cells: [name, description],
        json: { name, ...(description !== "" && { description }), ...(group !== undefined && { group: true }) },
      };
    });
}

function groupText({ description = "", targets }: Group): string {
  const names = [...targets].sort(compareBytes).join(", ");
  if (names === "") return description;
  return description === "" ? names : `${description} (${names})`;
}

function variableRows(variables: readonly Variable[]): readonly Row[] {
  return [...variables]
    .sort((a, b) => compareBytes(a.name, b.name))
    .map(({ name, type, value, description }) => {
      const shown = value === null ? undefined : valueText(value);
      return {
        cells: [name, type, shown ?? "<null>", description],
        json: {
          name,
          ...(description !== "" && { description }),
          ...(type !== "" && { type }),
          ...(shown !== undefined && { value: shown }),
        },
      };
    });
}

const valueText = (value: HclValue): string => (isList(value) || isObject(value) ? jsonText(value) : textOf(value));

const TAB = 8;

/** Columns that begin at stops of eight. @see Go text/tabwriter with tabs for padding */
function tabbed(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => {
    const longest = Math.max(...rows.map((row) => row[at]?.length ?? 0));
    return Math.ceil((longest + 1) / TAB) * TAB;
  });
  const cell = (text: string, width: number): string => text + "\t".repeat(Math.ceil((width - text.length) / TAB));
  return rows
    .map((row) => `${row.map((text, at) => (at < row.length - 1 ? cell(text, widths[at] ?? TAB) : text)).join("")}\n`)
    .join("");
}
