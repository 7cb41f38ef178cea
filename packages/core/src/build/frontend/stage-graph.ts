/**
 * The stages of a build and what they need of each other.
 *
 * FROM is expanded here; COPY --from and RUN --mount=from are linked to stages, or to images, which become implicit
 * stages. Only what the target reaches is built. ONBUILD triggers prepend instructions once an image's configuration
 * is known. Model: toDispatchState of BuildKit's convert.go, with its messages and its order.
 */

import { quote, readInteger } from "../../lib/go/index.ts";
import { assert } from "../../lib/index.ts";
import { referenceProblem } from "../../oci/index.ts";
import type { AnyInstruction, Dockerfile, Escape, Instruction, SourceRange, Stage } from "../dockerfile/ast.ts";
import { Environment } from "../dockerfile/environment.ts";
import { BuildError, rethrow } from "../dockerfile/error.ts";
import type { Linter } from "../dockerfile/lint.ts";
import { mountSource, mountTarget } from "../dockerfile/mount.ts";
import { parseTrigger } from "../dockerfile/parse.ts";
import { suggest, withSuggestion } from "../dockerfile/suggest.ts";
import { lexWord } from "../dockerfile/words.ts";
import { type BuildArgs, predefinedArgs, withGlobalArgs } from "./global-args.ts";
import { lintDefaultImages, lintFrom, lintPlatform } from "./lint-from.ts";
import { type BuildPlatform, parsePlatform } from "./platform.ts";

export interface GraphOptions {
  readonly buildArgs?: BuildArgs;
  /** A stage's name, in any case; the last stage by default. */
  readonly target?: string;
  readonly platform?: BuildPlatform;
  readonly buildPlatform?: BuildPlatform;
  /** Named contexts that replace the stage of the same name. */
  readonly contexts?: ReadonlySet<string>;
  /** As in the classic builder, nothing is predefined, and no ARG hides what ENV has set. */
  readonly isClassic?: boolean;
}

/** An instruction in a stage, with the stages whose files it uses. */
export interface Planned {
  readonly instruction: Instruction;
  /**
   * The stages that an instruction takes files from: one for COPY --from, one for each mount of RUN; `scratch` for a
   * mount without `from`.
   */
  readonly sources: readonly BuildStage[];
  /** Whether it comes from a trigger. */
  readonly onbuild: boolean;
}

/** A stage of the build: one of the Dockerfile's, or an image that an instruction takes files from. */
export interface BuildStage {
  readonly index: number;
  /** Lower case; undefined if it has none. */
  readonly name: string | undefined;
  /** The name expanded: an image, or that of `base`. */
  readonly image: string;
  /** The earlier stage that it is based on. */
  readonly base: BuildStage | undefined;
  readonly platform: BuildPlatform | undefined;
  /** Not in the Dockerfile as a stage. */
  readonly isImplicit: boolean;
  /** A named context stands in for it; its instructions are not run. */
  readonly isReplaced: boolean;
  /** The lines of its FROM, or of the COPY --from that made it. */
  readonly range: SourceRange | undefined;
  readonly planned: readonly Planned[];
  /** How many steps it counts: `[2/5]`. */
  readonly stepCount: number;
  /** The number of the step before its first instruction: 1 if FROM is a step. */
  readonly stepsBefore: number;
}

type Draft = { -readonly [K in keyof BuildStage]: BuildStage[K] } & {
  planned: Planned[];
  /** The last instruction that needs it. */
  readonly needs: Map<Draft, Instruction>;
  /** Its image was asked for. */
  isResolved: boolean;
};

/** The image without files that needs no image. */
export const SCRATCH = "scratch";

export class StageGraph {
  readonly escape: Escape;
  /** What FROM sees, and what an ARG without default inherits. */
  readonly globalArgs: Environment;
  readonly target: BuildStage;
  readonly isClassic: boolean;
  readonly #stages: Draft[] = [];
  readonly #byName = new Map<string, Draft>();
  readonly #lint: Linter;

  /** @throws BuildError for what is wrong with a FROM, a --from, the target, or the links between stages. */
  constructor(dockerfile: Dockerfile, options: GraphOptions, lint: Linter) {
    const { buildArgs = new Map<string, string>(), target } = options;
    const { stages, args = [] } = dockerfile;
    const last = stages.at(-1);
    if (last === undefined) throw new BuildError("dockerfile contains no stages to build").about(args.at(-1)?.range);
    this.#lint = lint;
    this.isClassic = options.isClassic === true;
    this.escape = dockerfile.directives?.escape ?? "\\";
    const targetName = target || (last.from.as?.toLowerCase() ?? "");
    const predefined = this.isClassic
      ? Environment.EMPTY
      : predefinedArgs({
          buildArgs,
          target: targetName,
          platform: options.platform,
          buildPlatform: options.buildPlatform,
        });
    lintDefaultImages(lint, dockerfile, predefined);
    this.globalArgs = withGlobalArgs(predefined, args, buildArgs, this.escape);
    const declared = new Set([
      ...args.flatMap(({ args: all }) => all.map(({ name }) => name)),
      ...this.globalArgs.names(),
    ]);
    for (const stage of stages) this.#addStage(stage, declared, options);
    this.target = this.#findTarget(target);
    for (const [index, { instructions }] of stages.entries()) this.#link(index, instructions);
    this.#refuseCircles();
  }

  /** All stages in order, those of the Dockerfile first. */
  get stages(): readonly BuildStage[] {
    return this.#stages;
  }

  /** What steps of a stage are called after: `[build 2/3]`; "" in a build of a single stage. */
  displayName(stage: BuildStage): string {
    if (this.#stages.length === 1 || stage.isImplicit) return "";
    return stage.name ?? `stage-${stage.index}`;
  }

  /** The stages that a stage needs, itself included, in order; to the classic builder all. */
  reachable(from: BuildStage = this.target): readonly BuildStage[] {
    const reached = new Set<BuildStage>();
    const visit = (stage: BuildStage | undefined): void => {
      if (stage === undefined || reached.has(stage)) return;
      reached.add(stage);
      visit(stage.base);
      for (const need of this.#draft(stage).needs.keys()) visit(need);
    };
    for (const stage of this.isClassic ? this.#stages : [from]) visit(stage);
    return this.#stages.filter((stage) => reached.has(stage));
  }

  /** What stages are called, in the order of the Dockerfile. */
  get names(): Iterable<string> {
    return this.#byName.keys();
  }

  /** @throws BuildError for an image's name that cannot be one; also of stages that are not built. */
  checkReferences(): void {
    for (const stage of this.#stages) {
      const { base, image, isReplaced, range } = stage;
      const problem = base !== undefined || isReplaced || image === SCRATCH ? undefined : referenceProblem(image);
      if (problem !== undefined)
        throw new BuildError(`failed to parse stage name ${quote(image)}: ${problem}`)
          .at(range)
          .about(this.#user(stage));
    }
  }

  /** Where the first instruction is that needs a stage. */
  #user(stage: Draft): SourceRange | undefined {
    return this.#stages.map(({ needs }) => needs.get(stage)).find((one) => one !== undefined)?.range;
  }

  /**
   * Begins a round of asking for images: the stages of `wanted` whose image was not asked for before.
   *
   * A FROM counts as a step once in every round until its image is asked for, also while nobody wants it: as in
   * BuildKit, the steps of a stage that only a trigger makes necessary start at 3.
   */
  startRound(wanted: readonly BuildStage[]): readonly BuildStage[] {
    const asked = new Set(wanted);
    const waiting = this.#stages.filter(({ base, isResolved }) => base === undefined && !isResolved);
    for (const draft of waiting) {
      draft.isResolved = asked.has(draft);
      if (draft.image !== SCRATCH && !draft.isReplaced) draft.stepsBefore++;
    }
    return waiting.filter(({ isResolved, image, isReplaced }) => isResolved && (image !== SCRATCH || isReplaced));
  }

  /** The image that was just found is a named context or has no layers: FROM is no step. */
  dropFromStep(stage: BuildStage): void {
    if (!stage.isReplaced) this.#draft(stage).stepsBefore--;
  }

  /** The triggers that a stage inherits from the stage it is based on. */
  inheritedTriggers(stage: BuildStage): readonly string[] {
    const instructions = stage.base?.planned.map(({ instruction }) => instruction) ?? [];
    return instructions.flatMap((instruction) => (instruction.kind === "ONBUILD" ? [instruction.trigger] : []));
  }

  /** @throws BuildError if an instruction uses files of a stage that comes later. */
  checkOrder(stage: BuildStage, { instruction, sources, onbuild }: Planned): void {
    // A trigger is not there yet when circles are looked for: it may take files of what the stage is so far.
    const first = onbuild ? stage.index + 1 : stage.index;
    const late = sources.findIndex((one) => !one.isImplicit && !one.isReplaced && one.index >= first);
    if (late < 0) return;
    if (instruction.kind === "COPY") {
      const [from, to] = [quote(instruction.from ?? ""), quote(this.displayName(stage))];
      const message = `cannot copy from stage ${from}, it needs to be defined before current stage ${to}`;
      throw new BuildError(message).at(instruction.range);
    }
    const mount = instruction.kind === "RUN" ? (instruction.mounts?.[late] ?? {}) : {};
    const [from, target] = [quote(mountSource(mount)), quote(mountTarget(mount))];
    const message = `cannot mount from stage ${from} to ${target}, stage needs to be defined before current command`;
    throw new BuildError(message).at(instruction.range);
  }

  /**
   * Puts triggers before the instructions of a stage.
   *
   * @returns true if more stages may be reachable now.
   * @throws BuildError at the stage's FROM.
   */
  addTriggers(stage: BuildStage, triggers: readonly string[]): boolean {
    const draft = this.#draft(stage);
    const planned = rethrow(
      () => triggers.map((trigger) => this.#plan(draft, triggerInstruction(trigger, stage.range), true)),
      (error) => error.onlyAt(stage.range),
    );
    draft.planned = [...planned, ...draft.planned];
    draft.stepCount += planned.length;
    return planned.some(({ sources }) => sources.length > 0);
  }

  #addStage({ from, instructions }: Stage, declared: ReadonlySet<string>, { contexts }: GraphOptions): void {
    const { range } = from;
    const matched = lexWord(from.image, this.globalArgs, { escape: this.escape });
    lintFrom(this.#lint, from, matched.unmatched, declared);
    if (matched.error !== undefined) throw matched.error.at(range);
    if (matched.text === "") throw new BuildError(`base name (${from.image}) should not be blank`).at(range);
    const platform = this.#platform(from, declared);
    const name = from.as?.toLowerCase();
    const isReplaced = rethrow(
      () => name !== undefined && this.#isContext(name, contexts),
      (error) => error.about(range),
    );
    const base = isReplaced ? undefined : this.#byName.get(matched.text);
    const draft = this.#add({ name, image: matched.text, base, platform, isReplaced, range });
    if (!isReplaced)
      draft.stepCount = (draft.image !== SCRATCH && base === undefined ? 1 : 0) + instructions.filter(isCounted).length;
  }

  #platform(from: Stage["from"], declared: ReadonlySet<string>): BuildPlatform | undefined {
    const { platform: word, range } = from;
    if (word === undefined) return undefined;
    const result = lexWord(word, this.globalArgs, { escape: this.escape });
    lintFrom(this.#lint, from, result.unmatched, declared);
    lintPlatform(this.#lint, from, result, this.globalArgs);
    if (result.error !== undefined)
      throw result.error.prefixed(`failed to process arguments for platform ${result.text}`).at(range);
    const hint = [...result.unmatched].map((name) => suggest(name, this.globalArgs.names())).find(Boolean);
    const meant = hint === undefined ? "" : ` (did you mean ${hint}?)`;
    if (result.text === "") throw new BuildError(`empty platform value from expression ${word}${meant}`).at(range);
    return rethrow(
      () => parsePlatform(result.text),
      (error) => new BuildError(`failed to parse platform ${word}: ${error.message}${meant}`).at(range).at(range),
    );
  }

  /** BuildKit asks for a context under every stage's name, which must therefore be an image's name, too. */
  #isContext(name: string, contexts: ReadonlySet<string> = new Set()): boolean {
    if (name === SCRATCH || name === "context") return false;
    const problem = referenceProblem(name);
    if (problem !== undefined) throw new BuildError(`invalid context name ${name}: ${problem}`);
    return contexts.has(name);
  }

  #add(given: Pick<Draft, "name" | "image" | "base" | "platform" | "isReplaced" | "range">): Draft {
    const { name, image, base, platform, isReplaced, range } = given;
    // Spreading so many fields takes a thirtieth of a build that is cached.
    const draft: Draft = {
      name,
      image,
      base,
      platform,
      isReplaced,
      range,
      index: this.#stages.length,
      isImplicit: false,
      planned: [],
      stepCount: 0,
      stepsBefore: 0,
      needs: new Map(),
      isResolved: false,
    };
    this.#stages.push(draft);
    if (draft.name !== undefined) this.#byName.set(draft.name, draft);
    return draft;
  }

  #findTarget(name: string | undefined): BuildStage {
    const found = name ? this.#byName.get(name.toLowerCase()) : this.#stages.at(-1);
    if (found !== undefined) return found;
    const names = this.#stages.map((stage) => stage.name ?? `stage-${stage.index}`);
    throw new BuildError(withSuggestion(`target stage ${quote(name ?? "")} could not be found`, name ?? "", names));
  }

  #link(index: number, instructions: readonly Instruction[]): void {
    const draft = this.#stages[index];
    if (draft === undefined) return;
    for (const instruction of instructions) draft.planned.push(this.#plan(draft, instruction, false));
  }

  #plan(draft: Draft, instruction: Instruction, onbuild: boolean): Planned {
    const sources = this.#sources(instruction);
    for (const source of sources) {
      draft.needs.set(source, instruction);
      if (source.isImplicit && !this.#stages.includes(source)) {
        source.index = this.#stages.length;
        this.#stages.push(source);
      }
    }
    return { instruction, sources, onbuild };
  }

  /** What is wrong with `--from` has no place in BuildKit. */
  #sources(instruction: Instruction): readonly Draft[] {
    return rethrow(
      () => this.#namedSources(instruction),
      (error) => error.about(instruction.range),
    );
  }

  #namedSources(instruction: Instruction): readonly Draft[] {
    if (instruction.kind === "RUN")
      return (instruction.mounts ?? []).map((mount) => this.#find(mountSource(mount) || SCRATCH, undefined));
    if (instruction.kind !== "COPY" || instruction.from === undefined) return [];
    const { from, range } = instruction;
    const { text, error } = lexWord(from, undefined, { escape: this.escape });
    if (error !== undefined) throw error;
    if (text !== from)
      throw new BuildError(
        "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround",
      );
    const index = readInteger(from);
    if (typeof index === "string") return [this.#find(from, range)];
    const stage = this.#stages[index];
    if (stage === undefined) throw new BuildError(`invalid stage index ${index}`);
    return [stage];
  }

  #find(name: string, range: SourceRange | undefined): Draft {
    const found = this.#byName.get(name.toLowerCase());
    if (found !== undefined) return found;
    return {
      index: -1,
      name: undefined,
      image: name,
      base: undefined,
      platform: undefined,
      isImplicit: true,
      isReplaced: false,
      range,
      planned: [],
      stepCount: 0,
      stepsBefore: 0,
      needs: new Map(),
      isResolved: false,
    };
  }

  /** @throws BuildError at every instruction of the circle. */
  #refuseCircles(): void {
    const visited = new Set<Draft>();
    const path = new Set<Draft>();
    const visit = (stage: Draft, through: readonly Instruction[]): readonly Instruction[] | undefined => {
      if (visited.has(stage)) return undefined;
      visited.add(stage);
      path.add(stage);
      for (const [need, instruction] of stage.needs) {
        const next = [...through, instruction];
        const circle = path.has(need) ? next : visit(need, next);
        if (circle !== undefined) return circle;
      }
      path.delete(stage);
      return undefined;
    };
    for (const stage of this.#stages) {
      const circle = visit(stage, []);
      if (circle === undefined) continue;
      const name = stage.name ?? `stage-${stage.index}`;
      const error = new BuildError(`circular dependency detected on stage: ${name}`);
      throw circle.reduce((located, { range }) => located.at(range), error);
    }
  }

  #draft(stage: BuildStage): Draft {
    const draft = this.#stages[stage.index];
    assert(draft !== undefined && draft === stage, "a stage of another build");
    return draft;
  }
}

function isCounted({ kind }: Instruction): boolean {
  return kind === "ADD" || kind === "COPY" || kind === "RUN" || kind === "WORKDIR";
}

/** A trigger takes the place of the FROM that set it off. */
function triggerInstruction(trigger: string, range: SourceRange | undefined): Instruction {
  const instruction: AnyInstruction = parseTrigger(trigger);
  if (instruction.kind === "FROM") throw new BuildError("*instructions.Stage is not a command type");
  const { range: _own, ...rest } = instruction;
  return range === undefined ? rest : { ...rest, range };
}
