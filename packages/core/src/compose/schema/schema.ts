/**
 * What a tree must look like, and the first thing that is wrong with one.
 *
 * The part of JSON Schema that the Compose Specification uses. Of several faults the one that lies deepest is told, as
 * compose does: an unknown name in a service rather than "is not a string", which the service also is not.
 *
 * @see JSON Schema draft 7, compose-spec schema/compose-spec.json
 */
import { isList, isMap, type Path, plainText, type Tree, type TreeMap } from "../tree.ts";

export type TypeName = "string" | "number" | "integer" | "boolean" | "null" | "object" | "array";

export interface Schema {
  readonly types?: readonly TypeName[];
  readonly oneOf?: readonly Schema[];
  readonly values?: readonly string[];
  readonly pattern?: RegExp;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly unique?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  /** For names that match; tried besides `properties`. */
  readonly named?: readonly (readonly [name: RegExp, schema: Schema])[];
  /** Other names than those of `properties` and `named` are refused. */
  readonly closed?: boolean;
  readonly required?: readonly string[];
}

export interface Fault {
  readonly path: Path;
  /** Follows the path: `must be a string`. */
  readonly text: string;
  /** A name that is not allowed: it lies one deeper than its path. */
  readonly name?: string;
}

/** The fault to tell of, or undefined. @param times where dates and times stand, which no schema allows */
export function findFault(schema: Schema, tree: Tree, times: readonly Path[] = []): Fault | undefined {
  const untimely = times.map((path) => ({ path, text: "invalid jsonType time.Time" }));
  const faults = [...untimely, ...faultsOf(schema, tree, [])];
  let worst: Fault | undefined;
  for (const fault of faults) if (worst === undefined || depth(fault) > depth(worst)) worst = fault;
  return worst;
}

const depth = ({ path, name }: Fault): number => path.length + (name === undefined ? 0 : 1);

function faultsOf(schema: Schema, tree: Tree, path: Path): readonly Fault[] {
  const found: Fault[] = [];
  const fault = (text: string, name?: string): void => {
    found.push({ path, text, ...(name === undefined ? {} : { name }) });
  };
  if (schema.types !== undefined && !schema.types.some((type) => isType(tree, type)))
    fault(`must be a ${typesText(schema.types)}`);
  if (schema.values !== undefined && !schema.values.includes(String(tree))) {
    fault(`value must be one of ${schema.values.map((value) => `'${value}'`).join(", ")}`);
  }
  if (isMap(tree)) found.push(...mapFaults(schema, tree, path));
  if (isList(tree)) found.push(...listFaults(schema, tree, path));
  if (typeof tree === "string" && schema.pattern !== undefined && !schema.pattern.test(tree)) {
    fault(`'${tree}' does not match pattern '${schema.pattern.source}'`);
  }
  if (typeof tree === "number") {
    if (tree < (schema.minimum ?? tree)) fault(`must be greater than or equal to ${schema.minimum}`);
    if (tree > (schema.maximum ?? tree)) fault(`must be less than or equal to ${schema.maximum}`);
  }
  return [...found, ...choiceFaults(schema, tree, path)];
}

function choiceFaults({ oneOf }: Schema, tree: Tree, path: Path): readonly Fault[] {
  if (oneOf === undefined) return [];
  const tried = oneOf.map((choice) => faultsOf(choice, tree, path));
  return tried.some((faults) => faults.length === 0) ? [] : tried.flat();
}

function mapFaults(schema: Schema, tree: TreeMap, path: Path): readonly Fault[] {
  const found: Fault[] = [];
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(tree, name));
  if (missing.length > 0) {
    const names = missing.map((name) => `'${name}'`).join(", ");
    found.push({ path, text: `missing ${missing.length === 1 ? "property" : "properties"} ${names}` });
  }
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(tree)) {
    const own =
      schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    const schemas = [own, ...(schema.named ?? []).filter(([pattern]) => pattern.test(name)).map(([, one]) => one)];
    const known = schemas.filter((one) => one !== undefined);
    for (const one of known) found.push(...faultsOf(one, value, [...path, name]));
    if (known.length === 0 && schema.closed === true) unknown.push(name);
  }
  const [first] = unknown;
  if (first !== undefined) {
    const names = unknown.map((name) => `'${name}'`).join(", ");
    found.push({ path, text: `additional properties ${names} not allowed`, name: first });
  }
  return found;
}

function listFaults({ items, unique }: Schema, tree: readonly Tree[], path: Path): readonly Fault[] {
  const found: Fault[] = [];
  if (unique === true) {
    const texts = tree.map((one) => JSON.stringify(one));
    const second = texts.findIndex((text, at) => texts.indexOf(text) < at);
    if (second >= 0) {
      found.push({ path, text: `items at ${texts.indexOf(texts[second] ?? "")} and ${second} are equal` });
    }
  }
  if (items === undefined) return found;
  return [...found, ...tree.flatMap((one, at) => faultsOf(items, one, [...path, String(at)]))];
}

function isType(tree: Tree, type: TypeName): boolean {
  switch (type) {
    case "object":
      return isMap(tree);
    case "array":
      return isList(tree);
    case "null":
      return tree === null;
    case "integer":
      return Number.isInteger(tree);
    default:
      return typeof tree === type;
  }
}

/** `boolean, null or string`: in the order of the alphabet, objects as mappings. */
function typesText(types: readonly TypeName[]): string {
  const names = types.map((type) => (type === "object" ? "mapping" : type));
  if (names.length === 1) return names[0] ?? "";
  const sorted = names.sort();
  return `${sorted.slice(0, -1).join(", ")} or ${sorted.at(-1) ?? ""}`;
}

/** A fault as compose prints it. */
export function faultText({ path, text }: Fault): string {
  return `${path.map(plainText).join(".")} ${text}`;
}
