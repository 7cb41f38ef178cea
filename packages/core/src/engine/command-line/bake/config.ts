/** What files define, whatever they are written in: groups, targets and variables. */
import type { HclValue } from "../../../hcl/index.ts";
import { merged, type Target } from "./target.ts";

export interface Group {
  readonly description?: string;
  readonly targets: readonly string[];
}

/** A target with what it takes over from others. */
export interface DefinedTarget {
  readonly inherits: readonly string[];
  readonly fields: Target;
}

export interface Variable {
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly value: HclValue;
}

/** What all files together say. */
export interface BakeConfig {
  readonly groups: Map<string, Group>;
  readonly targets: Map<string, DefinedTarget>;
  readonly variables: readonly Variable[];
}

/** A target over one of the same name. */
export function mergedTarget(under: DefinedTarget | undefined, over: DefinedTarget): DefinedTarget {
  if (under === undefined) return over;
  return { inherits: [...under.inherits, ...over.inherits], fields: merged(under.fields, over.fields) };
}
