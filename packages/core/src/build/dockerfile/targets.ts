/** What a Dockerfile can build: `docker build --call=targets`. Model: BuildKit's frontend/subrequests/targets. */
import { lowerCase } from "../../lib/go/index.ts";
import type { Dockerfile, SourceRange } from "./ast.ts";

export interface Target {
  /** Lower case; undefined for a stage without a name. */
  readonly name: string | undefined;
  /** What is built if nothing is asked for: the last stage. */
  readonly isDefault: boolean;
  /** The comment above FROM that starts with the name, without it. */
  readonly description: string;
  readonly image: string;
  readonly platform: string | undefined;
  /** The lines of its FROM. */
  readonly range: SourceRange | undefined;
}

export function listTargets({ stages }: Dockerfile): readonly Target[] {
  return stages.map(({ from: { as, image, platform, range, comments = [] } }, index) => {
    const name = as === undefined ? undefined : lowerCase(as);
    const above = name === undefined ? undefined : comments.find((line) => line.startsWith(`${name} `));
    const description = above?.slice((name?.length ?? 0) + 1) ?? "";
    return { name, isDefault: index === stages.length - 1, description, image, platform, range };
  });
}

/** Two columns, as the client prints them. */
export function printTargets(targets: readonly Target[]): string {
  const rows = [["TARGET", "DESCRIPTION"] as const, ...targets.map((one) => [title(one), one.description] as const)];
  const width = Math.max(...rows.map(([first]) => first.length)) + 1;
  return rows.map(([first, second]) => `${first.padEnd(width)}${second}\n`).join("");
}

function title({ name = "", isDefault }: Target): string {
  return isDefault ? `${name} (default)`.trimStart() : name;
}
