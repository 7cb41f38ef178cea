/**
 * Attestations, caches, outputs, secrets and agents of a target: options of a build as fields by their names.
 *
 * @see docker/buildx util/buildflags
 */
import { parseCsv, quote, ValueError } from "../../../lib/go/index.ts";

export type Entry = ReadonlyMap<string, string>;
export type EntryKind = "attest" | "cache" | "output" | "secret" | "ssh";

/** An option as it is written on the command line; undefined for an empty one. @throws ValueError */
export function entryOf(kind: EntryKind, text: string): Entry | undefined {
  if (text === "") return undefined;
  if (kind === "ssh") {
    const [id = "", paths] = text.split(/=(.*)/s, 2);
    return new Map([["id", id || "default"], ...(paths === undefined ? [] : [["paths", paths] as const])]);
  }
  if (kind === "cache" && !text.includes("=")) {
    return new Map([
      ["ref", text],
      ["type", "registry"],
    ]);
  }
  const fields = parseCsv(text);
  const isPlace = kind === "output" && fields.length === 1 && fields[0] === text && !text.startsWith("type=");
  if (isPlace)
    return new Map(
      text === "-"
        ? [
            ["type", "tar"],
            ["dest", "-"],
          ]
        : [
            ["type", "local"],
            ["dest", text],
          ],
    );
  const entry = new Map(fields.map(pair));
  const type = entry.get("type") ?? "";
  if (kind === "secret" && !SECRET_TYPES.has(type)) throw new ValueError(`unsupported secret type ${quote(type)}`);
  return entry;
}

const SECRET_TYPES: ReadonlySet<string> = new Set(["", "env", "file"]);

function pair(field: string): readonly [name: string, value: string] {
  const equals = field.indexOf("=");
  if (equals < 0) throw new ValueError(`invalid value ${field}`);
  const name = field.slice(0, equals).toLowerCase();
  return [name === "source" ? "src" : name, field.slice(equals + 1)];
}

/** The same as the command line has it. */
export function entryText(kind: EntryKind, entry: Entry): string {
  if (kind === "ssh") return [entry.get("id"), entry.get("paths")].filter((part) => part !== undefined).join("=");
  return [...entry].map(([name, value]) => csvField(`${name}=${value}`)).join(",");
}

const csvField = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

/** Fields as `--print` shows them. */
export function shownEntry(kind: EntryKind, entry: Entry): object {
  const paths = entry.get("paths");
  if (kind === "ssh") return { id: entry.get("id"), ...(paths !== undefined && { paths: paths.split(",") }) };
  if (kind === "secret") return Object.fromEntries(["id", "src", "env"].flatMap((name) => field(entry, name)));
  const names = [...entry.keys()].sort().filter((name) => name !== "disabled" || entry.get(name) === "true");
  return Object.fromEntries(names.map((name) => [name, name === "disabled" || entry.get(name)]));
}

function field(entry: Entry, name: string): readonly (readonly [string, string])[] {
  const value = entry.get(name);
  return value === undefined ? [] : [[name, value]];
}

/** Each once; of attestations the last of a type counts. */
export function normalEntries(kind: EntryKind, entries: readonly Entry[]): readonly Entry[] {
  const keyOf = (entry: Entry): string =>
    kind === "attest"
      ? (entry.get("type") ?? "")
      : kind === "secret" || kind === "ssh"
        ? (entry.get("id") ?? "")
        : entryText(kind, entry);
  const last = new Map<string, Entry>();
  for (const entry of entries) last.set(keyOf(entry), entry);
  return [...last.values()];
}
