/**
 * Filters of lists and prunes: values by name.
 *
 * @see moby api/types/filters
 */
import { StatusError } from "../../lib/index.ts";

/** The filters of a list, as `--filter` gives them. */
export class Filters {
  readonly #values: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(values: ReadonlyMap<string, ReadonlySet<string>> = new Map()) {
    this.#values = values;
  }

  /** @throws StatusError invalid-argument for a filter that is not among `known` */
  static of(values: Readonly<Record<string, readonly string[]>>, known?: readonly string[]): Filters {
    const filters = new Filters(new Map(Object.entries(values).map(([name, given]) => [name, new Set(given)])));
    filters.check(known);
    return filters;
  }

  /** @throws StatusError invalid-argument for a filter that is not among `known` */
  check(known: readonly string[] | undefined): void {
    for (const name of this.#values.keys()) {
      if (known === undefined || known.includes(name)) continue;
      throw badFilter(name === "" ? "invalid filter" : `invalid filter '${name}'`);
    }
  }

  /** The names of all given filters. */
  names(): readonly string[] {
    return [...this.#values.keys()];
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

  /** True if the filter is not given, or one of its values is the text or, as a regular expression, found in it. */
  matches(name: string, text: string): boolean {
    return this.allows(name, (value) => matchesPattern(value, text));
  }

  /** Labels: all that are given by a filter must be there, `NAME` or `NAME=VALUE`. `label!` ones must not. */
  allowsLabels(labels: Readonly<Record<string, string>>, filter = "label"): boolean {
    const has = (given: string): boolean => hasLabel(labels, given);
    return this.get(filter).every(has) && !this.get(`${filter}!`).some(has);
  }

  /** A yes or no. @throws StatusError invalid-argument for something else, or for both */
  flag(name: string): boolean | undefined {
    const values = this.get(name);
    if (values.length === 0) return undefined;
    const isTrue = values.some((value) => /^(1|true)$/i.test(value));
    const isFalse = values.some((value) => /^(0|false)$/i.test(value));
    if (isTrue === isFalse) throw badFilter(`invalid filter '${name}=[${values.join(" ")}]'`);
    return isTrue;
  }
}

/** The value of a map that does not have the label is not the empty text. */
function hasLabel(labels: Readonly<Record<string, string>>, given: string): boolean {
  const equals = given.indexOf("=");
  const name = equals < 0 ? given : given.slice(0, equals);
  return Object.hasOwn(labels, name) && (equals < 0 || labels[name] === given.slice(equals + 1));
}

/** The text itself, or a regular expression that is found in it; one that is none finds nothing. */
export function matchesPattern(pattern: string, text: string): boolean {
  try {
    return pattern === text || new RegExp(pattern).test(text);
  } catch {
    return false;
  }
}

function badFilter(message: string): StatusError {
  return new StatusError("invalid-argument", message);
}
