/** What buildx's options have in common. */
import { parseCsv } from "../../../lib/go/index.ts";
import type { RequestOf } from "../../docker/request.ts";

export type DockerBuild = RequestOf<"buildx build">;

/** An option that buildx refuses before anything else is looked at. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

/**
 * `NAME=value` texts as a map; a bare name has the value that `bare` gives, or is left out.
 *
 * @throws OptionError for an empty name
 */
export function pairsOf(
  texts: readonly string[],
  bare: (name: string) => string | undefined,
): Readonly<Record<string, string>> {
  const pairs = texts.flatMap((text): (readonly [string, string])[] => {
    const equals = text.indexOf("=");
    if (equals === 0 || text === "") throw new OptionError(`invalid key-value pair ${JSON.stringify(text)}: empty key`);
    const value = equals < 0 ? bare(text) : text.slice(equals + 1);
    return value === undefined ? [] : [[equals < 0 ? text : text.slice(0, equals), value]];
  });
  return Object.fromEntries(pairs);
}

/** The fields of a value such as `type=local,dest=out`; a field without `=` has no value. */
export function fieldsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    parseCsv(text).map((field) => {
      const equals = field.indexOf("=");
      return equals < 0 ? [field, ""] : [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)];
    }),
  );
}
