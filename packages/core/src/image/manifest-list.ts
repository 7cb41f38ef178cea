/** `manifest.json` of Docker's archives: which images there are, by the paths of their parts. @see moby image/tarexport */
import { endOfJsonValue } from "../lib/go/index.ts";
import { decode, StatusError, ValueError } from "../lib/index.ts";

export interface ManifestItem {
  readonly Config: string;
  readonly RepoTags: readonly string[];
  readonly Layers: readonly string[];
  /** The id of the image that it was made of, where that is said. */
  readonly Parent: string;
}

/**
 * The first value of the text, as Go's decoder takes it: names of fields in any case, what is missing or null empty.
 *
 * @throws StatusError invalid-argument
 */
export function readManifestList(bytes: Uint8Array): readonly ManifestItem[] {
  const list = firstValue(decode(bytes));
  if (list === null) throw invalid("invalid manifest, manifest cannot be null (but can be [])");
  if (!Array.isArray(list)) throw mistyped(list, "Go value", "[]tarexport.manifestItem");
  return list.map(itemOf);
}

function firstValue(text: string): unknown {
  if (text.trim() === "") throw invalid("EOF");
  try {
    return JSON.parse(text.slice(0, endOfJsonValue(text)));
  } catch (error) {
    throw error instanceof ValueError ? invalid(error.message) : error;
  }
}

function itemOf(given: unknown, index: number): ManifestItem {
  const item = given ?? {};
  if (typeof item !== "object" || Array.isArray(item)) throw mistyped(item, `.${index}`, "tarexport.manifestItem");
  const fields = new Map(Object.entries(item).map(([name, value]) => [name.toLowerCase(), value as unknown]));
  const texts = (name: string): readonly string[] => {
    const value = fields.get(name.toLowerCase()) ?? [];
    if (!Array.isArray(value)) throw mistyped(value, `Go struct field .${index}.${name}`, "[]string");
    return value.map((one: unknown, at) => textOf(one, `.${index}.${name}.${at}`));
  };
  const config = textOf(fields.get("config"), `Go struct field .${index}.Config`);
  const parent = textOf(fields.get("parent"), `Go struct field .${index}.Parent`);
  return { Config: config, RepoTags: texts("RepoTags"), Layers: texts("Layers"), Parent: parent };
}

function textOf(value: unknown, place: string): string {
  if (typeof (value ?? "") !== "string") throw mistyped(value, place, "string");
  return String(value ?? "");
}

function mistyped(value: unknown, place: string, type: string): StatusError {
  const kind = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  return invalid(`json: cannot unmarshal ${kind} into ${place} of type ${type}`);
}

const invalid = (message: string): StatusError => new StatusError("invalid-argument", message);
