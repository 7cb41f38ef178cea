/**
 * How an attribute is read from a tree, and written as YAML and as JSON.
 *
 * Compose keeps a project in Go structures: what it prints, and the hashes by which it knows that a service has
 * changed, follow from their fields' order and from what Go leaves out when empty. A kind is that knowledge about one
 * type. `decode` gives undefined for what Go leaves out.
 */
import { ComposeError } from "../compose-error.ts";
import { isMap, type Path, type Tree, type TreeMap } from "../tree.ts";

export interface Kind<T> {
  /** @throws ComposeError */
  decode(tree: Tree, path: Path): T | undefined;
  yaml(value: T): Tree;
  /** As `encoding/json` writes it, where that differs. */
  json?(value: T): Tree;
}

export type Value<K> = K extends Kind<infer T> ? T : never;

export type Fields = Readonly<Record<string, Kind<unknown>>>;

/** A structure: its fields by their names, and attributes that begin with `x-`. */
export type Struct<F extends Fields> = { readonly [K in keyof F]?: Value<F[K]> } & {
  readonly extensions?: TreeMap;
};

interface StructOptions {
  /** Fields that JSON has even if they are empty, with what stands there then. */
  readonly always?: Readonly<Record<string, Tree>>;
  /** Names in JSON that differ. */
  readonly jsonNames?: Readonly<Record<string, string>>;
  /** A structure without anything in it is left out. */
  readonly omitsEmpty?: boolean;
}

export function struct<F extends Fields>(fields: F, options: StructOptions = {}): Kind<Struct<F>> {
  const names = Object.keys(fields);
  const each = <T>(value: Struct<F>, write: (kind: Kind<unknown>, name: string, field: unknown) => T): [string, T][] =>
    names.flatMap((name): [string, T][] => {
      const [kind, field] = [fields[name], (value as Readonly<Record<string, unknown>>)[name]];
      return kind === undefined || field === undefined ? [] : [[name, write(kind, name, field)]];
    });
  return {
    decode(tree, path) {
      if (!isMap(tree)) return options.omitsEmpty === true ? undefined : ({} as Struct<F>);
      const decoded = decodeFields(fields, tree, path);
      const isEmpty = options.omitsEmpty === true && Object.keys(decoded).length === 0;
      return isEmpty ? undefined : (decoded as Struct<F>);
    },
    yaml(value) {
      const own = each(value, (kind, _, field) => kind.yaml(field));
      return { ...Object.fromEntries(own), ...value.extensions };
    },
    json(value) {
      const own = new Map(each(value, (kind, _, field) => (kind.json ?? kind.yaml)(field)));
      const entries = names.flatMap((name): [string, Tree][] => {
        const field = own.get(name) ?? options.always?.[name];
        return field === undefined ? [] : [[options.jsonNames?.[name] ?? name, field]];
      });
      return Object.fromEntries(entries);
    },
  };
}

function decodeFields(fields: Fields, tree: TreeMap, path: Path): Readonly<Record<string, unknown>> {
  const decoded: Record<string, unknown> = {};
  const extensions: Record<string, Tree> = {};
  for (const [name, kind] of Object.entries(fields)) {
    const value = Object.hasOwn(tree, name) ? tree[name] : undefined;
    const field = value === undefined ? undefined : kind.decode(value, [...path, name]);
    if (field !== undefined) decoded[name] = field;
  }
  for (const [name, value] of Object.entries(tree)) if (name.startsWith("x-")) extensions[name] = value;
  if (Object.keys(extensions).length > 0) decoded["extensions"] = extensions;
  return decoded;
}

/** Something that a text or a number was to become, and did not. */
export function undecodable(path: Path, problem: string): ComposeError {
  const [first = "", ...rest] = path;
  const where = rest.reduce(
    (text, part, at) => (at === 0 || /^\d+$/.test(part) ? `${text}[${part}]` : `${text}.${part}`),
    first,
  );
  return new ComposeError(`decoding failed due to the following error(s):\n\n'${where}' ${problem}`, { path });
}
