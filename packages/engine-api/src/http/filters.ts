/**
 * Filters: `{"label":{"a=b":true}}`, as the docker client sends them, or `{"label":["a=b"]}`, as older ones do.
 *
 * @see moby api/types/filters/parse.go
 */
import { z } from "zod";
import { badRequest } from "./problem.ts";

const FILTERS = z.record(z.string(), z.union([z.record(z.string(), z.boolean()), z.array(z.string())]));

export class Filters {
  readonly #values: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(values: ReadonlyMap<string, ReadonlySet<string>> = new Map()) {
    this.#values = values;
  }

  /** @throws StatusError invalid-argument for what is no filter, or for one that is not among `known` */
  static parse(text: string | null, known?: readonly string[]): Filters {
    if (text === null || text === "") return new Filters();
    const filters = new Filters(valuesOf(text));
    for (const name of filters.#values.keys()) {
      if (known !== undefined && !known.includes(name)) throw badRequest(`invalid filter '${name}'`);
    }
    return filters;
  }

  has(name: string): boolean {
    return (this.#values.get(name)?.size ?? 0) > 0;
  }

  get(name: string): readonly string[] {
    return [...(this.#values.get(name) ?? [])];
  }

  /** True if the filter is not given, or one of its values fits. */
  allows(name: string, fits: (value: string) => boolean): boolean {
    return !this.has(name) || this.get(name).some(fits);
  }

  /** Labels: all that are given must be there, `NAME` or `NAME=VALUE`. `label!` ones must not. */
  allowsLabels(labels: Readonly<Record<string, string>>): boolean {
    const has = (given: string): boolean => hasLabel(labels, given);
    return this.get("label").every(has) && !this.get("label!").some(has);
  }

  /** A yes or no. @throws StatusError invalid-argument for something else, or for both */
  flag(name: string): boolean | undefined {
    const values = this.get(name);
    if (values.length === 0) return undefined;
    const isTrue = values.some((value) => /^(1|true)$/i.test(value));
    const isFalse = values.some((value) => /^(0|false)$/i.test(value));
    if (isTrue === isFalse) throw badRequest(`invalid filter '${name}=[${values.join(" ")}]'`);
    return isTrue;
  }
}

/** The value of a map that does not have the label is not the empty text. */
function hasLabel(labels: Readonly<Record<string, string>>, given: string): boolean {
  const equals = given.indexOf("=");
  const name = equals < 0 ? given : given.slice(0, equals);
  return Object.hasOwn(labels, name) && (equals < 0 || labels[name] === given.slice(equals + 1));
}

function valuesOf(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const parsed = FILTERS.safeParse(parsedJson(text));
  if (!parsed.success) throw badRequest("invalid filter");
  return new Map(
    Object.entries(parsed.data).map(([name, values]) => [
      name,
      new Set(Array.isArray(values) ? values : Object.keys(values)),
    ]),
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("invalid filter");
  }
}
