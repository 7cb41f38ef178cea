/**
 * From stages to vertices: what has to be done for each instruction, and the configuration of the image.
 *
 * @see BuildKit frontend/dockerfile/dockerfile2llb/convert.go
 */
import type { ImageConfig } from "../../oci/index.ts";
import type { InstructionOf } from "../dockerfile/ast.ts";
import type { IgnoreMatcher } from "../files/ignore.ts";
import type { Prepared } from "../frontend/check.ts";
import { dispatch } from "../frontend/dispatch.ts";
import { type BuildPlatform, DEFAULT_PLATFORM } from "../frontend/platform.ts";
import { childScope, fromWorkingDir, imageScope, type Scope } from "../frontend/scope.ts";
import { type BuildStage, type Planned, SCRATCH } from "../frontend/stage-graph.ts";
import type { AddStep, CopyStep, RunStep, Step } from "../frontend/step.ts";
import { stepName, stepTitle } from "../frontend/step-title.ts";
import { ImageDraft } from "../image/image-draft.ts";
import type { CopyFiles, ExecMount, FileOp, Vertex } from "./vertex.ts";

/** An image that a stage starts from. */
export interface BaseImage {
  readonly config: ImageConfig;
  /** Its committed snapshots, the lowest first. */
  readonly chain: readonly string[];
  /** As progress shows it: "docker.io/library/busybox:latest". */
  readonly name: string;
}

export interface PlanOptions {
  readonly prepared: Prepared;
  readonly images: ReadonlyMap<BuildStage, BaseImage>;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly ignore: IgnoreMatcher | undefined;
  /** What COPY and ADD take files from. */
  readonly context: Vertex;
  /** Named contexts that stand in for stages. */
  readonly contexts: ReadonlyMap<string, Vertex>;
  readonly ignoresCache: (stage: BuildStage) => boolean;
  readonly platform: BuildPlatform | undefined;
}

/** What a stage comes to. */
export interface StageEnd {
  /** `undefined` for an empty tree. */
  readonly vertex: Vertex | undefined;
  readonly scope: Scope;
  readonly image: ImageDraft;
}

type About = Pick<Vertex, "name" | "range" | "ignoresCache">;

export class Plan {
  readonly #options: PlanOptions;
  readonly #ends = new Map<BuildStage, StageEnd>();

  /** @throws BuildError for what is wrong with an instruction. */
  constructor(options: PlanOptions) {
    this.#options = options;
    const { graph } = options.prepared;
    for (const stage of graph.reachable()) this.#ends.set(stage, this.#planStage(stage));
  }

  get target(): StageEnd {
    return this.#endOf(this.#options.prepared.graph.target);
  }

  #endOf(stage: BuildStage): StageEnd {
    return this.#ends.get(stage) ?? this.#planStage(stage);
  }

  #planStage(stage: BuildStage): StageEnd {
    let end = this.#startOf(stage);
    if (stage.isReplaced) return end;
    let index = stage.base === undefined && stage.image !== SCRATCH ? 1 : 0;
    for (const planned of stage.planned) {
      const { kind } = planned.instruction;
      if (kind === "RUN" || kind === "COPY" || kind === "ADD" || kind === "WORKDIR") index++;
      end = this.#planInstruction(stage, planned, end, index);
    }
    return end;
  }

  #startOf(stage: BuildStage): StageEnd {
    const { images, contexts, platform = DEFAULT_PLATFORM, ignoresCache } = this.#options;
    const stagePlatform = stage.platform ?? platform;
    const replacement = stage.isReplaced ? contexts.get(stage.name ?? "") : undefined;
    if (stage.base !== undefined && replacement === undefined) {
      const base = this.#endOf(stage.base);
      return { ...base, scope: childScope(base.scope), image: base.image.forChild() };
    }
    const base = images.get(stage);
    const scope = imageScope(base?.config.config ?? {});
    const image = ImageDraft.from(base?.config ?? stagePlatform, base?.config).withEnvironment(scope);
    if (replacement !== undefined) return { vertex: replacement, scope, image };
    if (base === undefined) return { vertex: undefined, scope, image };
    const name = this.#nameOf(stage, `FROM ${base.name}`, 1, false);
    const op = { kind: "image", chain: base.chain } as const;
    return { vertex: { op, name, inputs: [], range: stage.range, ignoresCache: ignoresCache(stage) }, scope, image };
  }

  #planInstruction(stage: BuildStage, planned: Planned, end: StageEnd, index: number): StageEnd {
    const { prepared, buildArgs, ignore } = this.#options;
    const { graph, lint } = prepared;
    const { instruction } = planned;
    graph.checkOrder(stage, planned);
    const context = { escape: graph.escape, globalArgs: graph.globalArgs, buildArgs, lint, ...(ignore && { ignore }) };
    const { step, scope } = dispatch(instruction, end.scope, context);
    const name = (): string => {
      const titled = instruction as InstructionOf<"RUN" | "COPY" | "ADD" | "WORKDIR">;
      const title = stepTitle(titled, step as Parameters<typeof stepTitle>[1], end.scope, graph.escape);
      return this.#nameOf(stage, title, index, planned.onbuild);
    };
    const vertex = this.#vertexOf(stage, planned, step, end, name);
    const image = end.image.with(step, end.scope, scope, vertex !== undefined);
    return { vertex: vertex ?? end.vertex, scope, image };
  }

  /** The vertex of a step that changes files; `undefined` for the others. */
  #vertexOf(stage: BuildStage, planned: Planned, step: Step, end: StageEnd, name: () => string): Vertex | undefined {
    const about = (): About => ({ name: name(), range: step.range, ignoresCache: this.#options.ignoresCache(stage) });
    switch (step.kind) {
      case "WORKDIR": {
        if (step.path === "/") return undefined;
        const owner = end.image.config.User || undefined;
        const op: FileOp = { kind: "file", actions: [{ kind: "mkdir", path: step.path, owner }] };
        return { op, inputs: [end.vertex], ...about() };
      }
      case "COPY":
      case "ADD":
        return this.#copy(planned, step, end, about());
      case "RUN":
        return this.#run(planned, step, end, about());
      default:
        return undefined;
    }
  }

  #copy({ sources }: Planned, step: CopyStep | AddStep, end: StageEnd, about: About): Vertex {
    const [from] = sources;
    const inputs: (Vertex | undefined)[] = [end.vertex];
    const written = fromWorkingDir(end.scope, step.dest);
    const isDirectory = step.dest === "" || step.dest === "." || step.dest.endsWith("/") || step.dest.endsWith("/.");
    const dest = isDirectory && !written.endsWith("/") ? `${written}/` : written;
    const action = (source: string, input: number, unpacks: boolean): CopyFiles => ({
      kind: "copy",
      input,
      source,
      dest,
      chown: step.chown,
      chmod: step.chmod,
      exclude: step.exclude,
      unpacks,
    });
    const actions: CopyFiles[] = [];
    if (step.sources.length > 0) {
      const unpacks = step.kind === "ADD" && step.unpack !== false;
      inputs.push(from === undefined ? this.#options.context : this.#endOf(from).vertex);
      for (const source of step.sources) actions.push(action(source, inputs.length - 2, unpacks));
    }
    if (step.files.length > 0) {
      const op = { kind: "inline", files: step.files } as const;
      inputs.push({ op, name: "preparing inline document", inputs: [], ignoresCache: about.ignoresCache });
      for (const { name } of step.files) actions.push(action(name, inputs.length - 2, false));
    }
    return { op: { kind: "file", actions }, inputs, ...about };
  }

  #run({ sources }: Planned, step: RunStep, end: StageEnd, about: About): Vertex {
    const inputs: (Vertex | undefined)[] = [end.vertex];
    const mounts = step.mounts.map((mount, i): ExecMount => {
      const source = sources[i];
      // A bind mount that names no stage shows the context; a cache that names none starts empty.
      const fromContext = mount.from === "" && mount.type === "bind";
      const vertex = fromContext
        ? this.#options.context
        : source === undefined
          ? undefined
          : this.#endOf(source).vertex;
      if (vertex === undefined) return { mount, input: undefined };
      inputs.push(vertex);
      return { mount, input: inputs.length - 2 };
    });
    const { scope, image } = end;
    const env = [...scope.variables.entries()].map(([variable, value]) => `${variable}=${value}`);
    const { argv, network, script } = step;
    const cwd = scope.workingDir;
    const user = image.config.User ?? "";
    return { op: { kind: "exec", argv, env, cwd, user, network, script, mounts }, inputs, ...about };
  }

  #nameOf(stage: BuildStage, title: string, number: number, onbuild: boolean): string {
    const stageName = this.#options.prepared.graph.displayName(stage);
    return stepName(title, { stageName, number, count: stage.stepCount, onbuild });
  }
}
