/**
 * `RUN --device`: checked like BuildKit's parser does; the built-in frontend then refuses to use it.
 *
 * Model: instructions/commands_rundevice.go.
 */

import { isBool } from "../../lib/go/index.ts";
import { csvFields } from "./csv.ts";
import { BuildError, rethrow } from "./error.ts";
import { withSuggestion } from "./suggest.ts";

/** @throws BuildError if the text is no device. */
export function checkDevice(text: string): void {
  const fields = rethrow(
    () => csvFields(text),
    (error) => error.prefixed("failed to parse csv devices"),
  );
  let name = "";
  for (const field of fields) {
    const equals = field.indexOf("=");
    const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? undefined : field.slice(equals + 1);
    if (key === "required") {
      if (value !== undefined && !isBool(value)) throw new BuildError(`invalid value for ${key}: ${value}`);
    } else if (key === "name" && value !== undefined) {
      if (name !== "") throw new BuildError(`device name already set to ${name}`);
      name = value;
    } else if (name === "") name = field;
    else if (value === undefined) throw new BuildError(`invalid field '${field}' must be a key=value pair`);
    else throw new BuildError(withSuggestion(`unexpected key '${key}' in '${field}'`, key, ["name", "required"]));
  }
}
