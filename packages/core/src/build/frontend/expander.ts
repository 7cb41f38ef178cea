/** Expansion of one instruction's words in its scope; a variable that nobody declared earns a warning. */
import { ownFunction } from "../../lib/index.ts";
import type { Instruction } from "../dockerfile/ast.ts";
import { suggest } from "../dockerfile/suggest.ts";
import { type LexOptions, lexWord } from "../dockerfile/words.ts";
import type { DispatchContext } from "./dispatch-context.ts";
import type { Scope } from "./scope.ts";

/** They steer the SBOM scanner and are no variables. */
export function isScanSwitch(name: string): boolean {
  return name === "BUILDKIT_SBOM_SCAN_CONTEXT" || name === "BUILDKIT_SBOM_SCAN_STAGE";
}

export class Expander {
  readonly instruction: Instruction;
  readonly scope: Scope;
  readonly context: DispatchContext;

  constructor(instruction: Instruction, scope: Scope, context: DispatchContext) {
    this.instruction = instruction;
    this.scope = scope;
    this.context = context;
  }

  /** One word. @throws BuildError `failed to process "…": …` */
  readonly expand = ownFunction((word: string): string => this.#expand(word, { escape: this.context.escape }));

  /** The content of an inline file: no quotes, and the escape is always a backslash. */
  readonly expandContent = ownFunction((content: string): string => this.#expand(content, { ignoreQuotes: true }));

  #expand(word: string, options: LexOptions): string {
    const result = lexWord(word, this.scope.variables, options);
    if (result.unmatched.size > 0) this.#warn(result.unmatched);
    if (result.error !== undefined) throw result.error;
    return result.text;
  }

  #warn(names: ReadonlySet<string>): void {
    const { args, variables } = this.scope;
    for (const name of names) {
      if (isScanSwitch(name) || args.some((declared) => declared.name === name)) continue;
      const meant = suggest(name, variables.names());
      const hint = meant === undefined ? "" : ` (did you mean $${meant}?)`;
      this.context.lint.warn("UndefinedVar", `Usage of undefined variable '$${name}'${hint}`, this.instruction.range);
    }
  }
}
