/** What names mean where an expression stands. */
import type { HclFunction } from "./functions/function.ts";
import type { HclValue } from "./value.ts";

export interface Scope {
  /** Undefined for a name that nobody has. @throws HclError, Unsuitable for one that cannot be had */
  variable(name: string): HclValue | undefined;
  function(name: string): HclFunction | undefined;
  /** An attribute of a block, where the name of a variable is a type of block. */
  attribute?(type: string, block: string, name: string): HclValue | undefined;
  readonly functionNames: readonly string[];
}

/** A scope with more names. */
export function within(scope: Scope, names: Readonly<Record<string, HclValue>>): Scope {
  return {
    variable: (name) => (Object.hasOwn(names, name) ? names[name] : scope.variable(name)),
    function: (name) => scope.function(name),
    attribute: (type, block, name) => scope.attribute?.(type, block, name),
    functionNames: scope.functionNames,
  };
}
