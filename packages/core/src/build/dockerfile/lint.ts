/**
 * The linter: which rules are on, and the warnings so far.
 *
 * Who calls it knows what to say: `lint-text.ts` about the text alone, `lint-from.ts` about FROM, `dispatch.ts` about
 * instructions in their stage. Model: BuildKit's linter package.
 */

import { parseBool, quote, trimSpace } from "../../lib/go/index.ts";
import type { SourceRange } from "./ast.ts";
import { BuildError, readValue, rethrow } from "./error.ts";
import { isExperimental, RULES, type RuleName, ruleUrl } from "./lint-rules.ts";

export interface LintWarning {
  readonly rule: RuleName;
  /** What the rule is about. */
  readonly description: string;
  readonly url: string | undefined;
  /** What is wrong here. */
  readonly message: string;
  readonly range: SourceRange | undefined;
}

/** What `# check=` or the build argument BUILDKIT_DOCKERFILE_CHECK says. */
export interface LintOptions {
  readonly skip?: "all" | readonly string[];
  readonly experimental?: "all" | readonly string[];
  /** A warning fails the build. */
  readonly error?: boolean;
}

/** @throws BuildError `invalid check option "x"`. */
export function parseLintOptions(text: string): LintOptions {
  const options: { -readonly [K in keyof LintOptions]: LintOptions[K] } = {};
  const trimmed = trimSpace(text);
  if (trimmed === "") return options;
  const [first = "", second, ...rest] = trimmed.split(";");
  for (const part of [first, second, rest.length === 0 ? undefined : rest.join(";")]) {
    if (part === undefined) continue;
    const equals = part.indexOf("=");
    if (equals < 0) throw new BuildError(`invalid check option ${quote(part)}`);
    const key = trimSpace(part.slice(0, equals));
    const value = trimSpace(part.slice(equals + 1));
    if (key === "skip" || key === "experimental")
      options[key] = value === "all" ? "all" : value.split(",").map(trimSpace);
    else if (key === "error") options.error = switchOf(value, part);
    else throw new BuildError(`invalid check option ${quote(key)}`);
  }
  return options;
}

function switchOf(value: string, part: string): boolean {
  return rethrow(
    () => readValue(() => parseBool(value)),
    (error) => error.prefixed(`failed to parse check option ${quote(part)}`),
  );
}

export class Linter {
  readonly #options: LintOptions;
  readonly #warnings: LintWarning[] = [];
  readonly #onWarning: ((warning: LintWarning) => void) | undefined;

  constructor(options: LintOptions = {}, onWarning?: (warning: LintWarning) => void) {
    this.#options = options;
    this.#onWarning = onWarning;
  }

  /** In the order in which they were found. */
  get warnings(): readonly LintWarning[] {
    return this.#warnings;
  }

  warn(rule: RuleName, message: string, range: SourceRange | undefined): void {
    if (!this.#isOn(rule)) return;
    const warning = { rule, description: RULES[rule].description, url: ruleUrl(rule), message, range };
    this.#warnings.push(warning);
    this.#onWarning?.(warning);
  }

  /** The error that warnings are under `error=true`. BuildKit names the rules in random order, this one in theirs. */
  failure(): BuildError | undefined {
    if (this.#options.error !== true || this.#warnings.length === 0) return undefined;
    const rules = new Set(this.#warnings.map(({ rule }) => rule));
    return new BuildError(`lint violation found for rules: ${[...rules].join(", ")}`).about(
      this.#warnings.find(({ range }) => range !== undefined)?.range,
    );
  }

  #isOn(rule: RuleName): boolean {
    const { skip = [], experimental = [] } = this.#options;
    if (isExperimental(rule)) return experimental === "all" || experimental.includes(rule);
    return skip !== "all" && !skip.includes(rule);
  }
}
