/**
 * The classic builder at work: each stage begins as an image, and each step makes the next one of the last.
 *
 * RUN runs in a container that is committed; what only notes something is noted in a container that is never started.
 * What an instruction means, and which files are copied, BuildKit's builder says, which is given that one instruction.
 *
 * @see moby daemon/builder/dockerfile/builder.go, dispatchers.go
 */
import {
  type AnyInstruction,
  type BuildRequest,
  type Dockerfile,
  Environment,
  type Instruction,
} from "../../build/index.ts";
import type { Image } from "../../image/index.ts";
import type { Engine } from "../engine.ts";
import { shortId } from "../names.ts";
import { stageBase } from "./bases.ts";
import type { ContextSums } from "./checksum.ts";
import { classicError } from "./error.ts";
import { overriddenHealth } from "./health.ts";
import type { Report } from "./report.ts";
import { runArguments } from "./run-arguments.ts";
import type { StepCache } from "./step-cache.ts";
import type { StepContainers } from "./step-containers.ts";
import { COPIES, commandLine, commentLine, draftOf, runDraft, type StepScope } from "./step-image.ts";
import { textOf, triggerOf } from "./steps.ts";
import { globalVariables, withArguments } from "./variables.ts";

export interface ClassicBuilderParts {
  readonly engine: Engine;
  readonly request: BuildRequest;
  readonly dockerfile: Dockerfile;
  /** Checksums of the files of the context. */
  readonly sums: ContextSums;
  readonly cache: StepCache;
  readonly containers: StepContainers;
  readonly report: Report;
  /** How many steps are said to be, if more than are done. */
  readonly total: number;
}

/** A stage as far as it is. */
interface StageState {
  image: Image | undefined;
  /** The instructions that have been done, triggers included. */
  readonly done: Instruction[];
  /** What the image wants done by whoever builds on it. */
  triggers: readonly string[];
}

export class ClassicBuilder {
  readonly #parts: ClassicBuilderParts;
  /** What each stage has come to. */
  readonly #stages: (Image | undefined)[] = [];
  /** Steps that have been told of. */
  #told = 0;
  readonly #done: AnyInstruction[] = [];

  constructor(parts: ClassicBuilderParts) {
    this.#parts = parts;
  }

  /** The instructions that have been done, triggers included. */
  get done(): readonly AnyInstruction[] {
    return this.#done;
  }

  /** The image of the last stage. @throws ClassicBuildError and others, after what has been told */
  async build(): Promise<Image | undefined> {
    const { args = [], stages } = this.#parts.dockerfile;
    for (const one of args) {
      this.announce(textOf(one));
      this.#done.push(one);
    }
    for (const index of stages.keys()) this.#stages.push(await this.#stage(index));
    return this.#stages.at(-1);
  }

  /** Tells of a step that begins. */
  announce(text: string): void {
    const { report, total } = this.#parts;
    report.note(`Step ${++this.#told}/${total} : ${text}`);
    report.note("\n");
  }

  async #stage(index: number): Promise<Image | undefined> {
    const { engine, dockerfile, cache, report } = this.#parts;
    const { from, instructions = [] } = dockerfile.stages[index] ?? {};
    if (from !== undefined) this.announce(textOf(from));
    cache.reset();
    const state: StageState = { image: stageBase(engine, dockerfile, index, this.#stages), done: [], triggers: [] };
    await this.#pullTriggers(state);
    this.#tellImage(state);
    for (const one of instructions) {
      this.announce(textOf(one));
      await this.#step(one, state, false);
      this.#tellImage(state);
    }
    if (state.image !== undefined) report.noteImage(state.image);
    return state.image;
  }

  #tellImage({ image }: StageState): void {
    this.#parts.report.note(` ---> ${image === undefined ? "" : shortId(image.id.slice("sha256:".length))}\n`);
  }

  /** What the image that a stage stands on wants done. */
  async #pullTriggers(state: StageState): Promise<void> {
    const triggers = state.image?.config.config.OnBuild ?? [];
    if (triggers.length === 0) return;
    this.#parts.report.note(`# Executing ${triggers.length} build trigger${triggers.length === 1 ? "" : "s"}\n`);
    for (const text of triggers) {
      const one = triggerOf(text);
      if (one !== undefined) await this.#step(one, state, true);
    }
  }

  async #step(one: Instruction, state: StageState, isTrigger: boolean): Promise<void> {
    const { containers, report } = this.#parts;
    report.note(overriddenHealth(one, state.image?.config.config));
    try {
      if (one.kind === "ONBUILD") state.triggers = [...state.triggers, one.trigger];
      state.image = one.kind === "RUN" ? await this.#run(one, state) : await this.#note(one, state);
      state.done.push(one);
      this.#done.push(one);
      await containers.stepDone();
    } catch (error) {
      await containers.stepFailed();
      throw classicError(error, {
        kind: one.kind,
        isTrigger,
        isOfContext: one.kind !== "COPY" || one.from === undefined,
      });
    }
  }

  async #run(one: Extract<Instruction, { readonly kind: "RUN" }>, state: StageState): Promise<Image> {
    const { containers, cache, engine, request } = this.#parts;
    const config = state.image?.config.config ?? {};
    const command = commandLine(one, config);
    const given = runArguments(state.done, this.#variables(state), {
      given: request.buildArgs ?? {},
      env: config.Env ?? [],
    });
    const draft = runDraft(this.#scope(state), [...given.told, ...command].join(" "));
    const found = cache.find(draft);
    if (found !== undefined) return this.#use(found);
    const container = containers.create(state.image, {
      Cmd: command,
      Entrypoint: [""],
      Env: [...(config.Env ?? []), ...given.env],
      Healthcheck: { Test: ["NONE"] },
    });
    await containers.run(container);
    return engine.commit(container, { config: draft.config, command: draft.command });
  }

  async #note(one: Instruction, state: StageState): Promise<Image> {
    const { containers, cache, sums, engine } = this.#parts;
    const copies = COPIES.has(one.kind);
    const draft = await draftOf(this.#scope(state), one, { sums, stages: this.#stages });
    const found = draft.isGrown ? undefined : cache.find(draft);
    if (draft.isGrown) cache.bust();
    if (found !== undefined) return this.#use(draft.drop(found));
    if (!copies) containers.create(state.image, { ...draft.config, Cmd: commentLine(draft) });
    const image = draft.commit();
    // What copies files needs no container: that an image comes of it is not told.
    if (!copies) engine.images.note("create", image);
    return image;
  }

  #use(image: Image): Image {
    this.#parts.report.note(" ---> Using cache\n");
    return image;
  }

  #scope(state: StageState): StepScope {
    const { engine, request, dockerfile } = this.#parts;
    const { image: parent, done, triggers } = state;
    return { engine, request, dockerfile, parent, done, triggers, variables: this.#variables(state) };
  }

  /** What a step finds: the variables of the image before it, and the arguments of the steps before it. */
  #variables({ image, done }: StageState): Environment {
    const { request, dockerfile } = this.#parts;
    const { buildArgs = {} } = request;
    const before = Environment.of(image?.config.config.Env ?? []);
    return withArguments(before, done, buildArgs, globalVariables(dockerfile, buildArgs));
  }
}
