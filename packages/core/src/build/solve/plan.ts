/**
 * From stages to vertices: what has to be done for each instruction, and the configuration of the image.
 *
 * @see BuildKit frontend/dockerfile/dockerfile2llb/convert.go
 */
import { chainIds } from "../../image/index.ts";
import { basename, clean, join } from "../../lib/index.ts";
import type { ImageConfig } from "../../oci/index.ts";
import type { BuildRequest } from "../build-request.ts";
import type { InstructionOf } from "../dockerfile/ast.ts";
import type { IgnoreMatcher } from "../files/ignore.ts";
import { plainOwner } from "../files/owner.ts";
import { sourcePath } from "../files/select.ts";
import type { Prepared } from "../frontend/check.ts";
import { plainChmod } from "../frontend/chmod.ts";
import { dispatch } from "../frontend/dispatch.ts";
import { type GitSource, gitSources } from "../frontend/git-ref.ts";
import { type BuildPlatform, DEFAULT_PLATFORM, formatPlatform } from "../frontend/platform.ts";
import { sourceKind } from "../frontend/remote.ts";
import { childScope, fromWorkingDir, imageScope, type Scope } from "../frontend/scope.ts";
import type { BuildStage, Planned } from "../frontend/stage-graph.ts";
import type { AddStep, CopyStep, RunStep, Step, StepMount } from "../frontend/step.ts";
import { stepName, stepTitle } from "../frontend/step-title.ts";
import { ImageDraft } from "../image/image-draft.ts";
import type { CopyFiles, ExecMount, ExecOp, FileOp, RunDefaults, Vertex } from "./vertex.ts";
import { VertexSet } from "./vertex-set.ts";

/** Hears what is done for an image: "extracting sha256:…". */
export type SourceStatus = (text: string) => void;

/** An image that a stage starts from. */
export interface BaseImage {
  readonly config: ImageConfig;
  /** Its committed snapshots, the lowest first. */
  readonly chain: readonly string[];
  /** Makes them, if they are not all there. @throws StatusError */
  readonly fetch?: (tell: SourceStatus) => Promise<void>;
  /** As progress shows it: "docker.io/library/busybox:latest". */
  readonly name: string;
}

/** What a stage starts from. */
export type StageSource =
  /** `title` replaces "[1/4] FROM …"; an empty one is not shown. */
  | { readonly kind: "image"; readonly image: BaseImage; readonly title?: string }
  /** A named context stands in for the stage or its image; `onPath` hears what is wanted of it, if that is not all. */
  | { readonly kind: "context"; readonly vertex: Vertex; readonly onPath?: (path: string) => void };

export interface PlanOptions {
  readonly prepared: Prepared;
  readonly sources: ReadonlyMap<BuildStage, StageSource>;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly ignore: IgnoreMatcher | undefined;
  /** What COPY and ADD take files from. */
  readonly context: Vertex;
  readonly ignoresCache: (stage: BuildStage) => boolean;
  readonly platform: BuildPlatform | undefined;
  /** Hears what is wanted of the context. */
  readonly onContextPath: (path: string) => void;
  /** Shown in the names of steps. */
  readonly shownPlatform: string | undefined;
  readonly run: RunDefaults;
  readonly ownership: NonNullable<BuildRequest["ownership"]>;
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
  readonly #vertices = new VertexSet();
  #target: StageEnd | undefined;

  /** @throws BuildError for what is wrong with an instruction. */
  constructor(options: PlanOptions) {
    this.#options = options;
    const { graph } = options.prepared;
    for (const stage of graph.reachable()) this.#ends.set(stage, this.#planStage(stage));
  }

  /**
   * What is brought about, one after the other, the target's at last. The classic builder does every stage, whether or
   * not another needs it, and what is the same as often as it is written.
   */
  get wanted(): readonly Vertex[] {
    if (this.#options.ownership !== "classic") return this.target.vertex === undefined ? [] : [this.target.vertex];
    const stages = this.#options.prepared.graph.stages.filter((stage) => !stage.isImplicit);
    return stages.flatMap((stage) => this.#endOf(stage).vertex ?? []);
  }

  /** What the build is for, with every vertex once. */
  get target(): StageEnd {
    this.#target ??= this.#mergedTarget();
    return this.#target;
  }

  /** A step has bytes in its text that are no UTF-8. */
  get hasInvalidText(): boolean {
    return this.#vertices.hasInvalidText;
  }

  #mergedTarget(): StageEnd {
    const end = this.#endOf(this.#options.prepared.graph.target);
    if (this.#options.ownership === "classic") return end;
    return { ...end, vertex: end.vertex && this.#vertices.merged(end.vertex) };
  }

  #endOf(stage: BuildStage): StageEnd {
    return this.#ends.get(stage) ?? this.#planStage(stage);
  }

  /** What a stage comes to, or has come to by now if it is the one that asks. */
  #soFar(wanted: BuildStage, stage: BuildStage, end: StageEnd): StageEnd {
    return wanted === stage ? end : this.#endOf(wanted);
  }

  #planStage(stage: BuildStage): StageEnd {
    let end = this.#startOf(stage);
    if (stage.isReplaced) return end;
    let index = stage.stepsBefore;
    for (const planned of stage.planned) {
      const next = this.#planInstruction(stage, planned, end, index + 1);
      // What makes no vertex is counted in `2/3`, but has no number.
      if (next.vertex !== end.vertex) index++;
      end = next;
    }
    return end;
  }

  #startOf(stage: BuildStage): StageEnd {
    const { sources, platform = DEFAULT_PLATFORM } = this.#options;
    const source = sources.get(stage);
    if (source === undefined && stage.base !== undefined) {
      const base = this.#endOf(stage.base);
      const [scope, image] = [childScope(base.scope, this.#options.prepared.graph.isClassic), base.image.forChild()];
      return { ...base, scope, image: stage.base.isReplaced ? image.withEnvironment(scope) : image };
    }
    const base = source?.kind === "image" ? source.image : undefined;
    const scope = imageScope(base?.config.config ?? {});
    // Nothing is known of a stage that the client's files stand in for, not even its platform.
    if (stage.isReplaced && base === undefined)
      return { vertex: this.#sourceVertex(stage, source), scope, image: ImageDraft.UNKNOWN };
    // An image that is asked for another platform than its base's is labelled so.
    const { platform: asked } = this.#options;
    const image = ImageDraft.from(asked ?? base?.config ?? platform, base?.config);
    const vertex = this.#sourceVertex(stage, source);
    // An image that stands in for a stage is taken as it is.
    return { vertex, scope, image: stage.isReplaced ? image : image.withEnvironment(scope) };
  }

  #sourceVertex(stage: BuildStage, source: StageSource | undefined): Vertex | undefined {
    if (source === undefined) return undefined;
    if (source.kind === "context") return source.vertex;
    const { image, title } = source;
    return this.#vertices.add({
      op: {
        kind: "image",
        reference: title ?? image.name,
        identity: chainIds(image.config.rootfs.diff_ids).at(-1) ?? "without layers",
        chain: image.chain,
        ...(image.fetch && { fetch: image.fetch }),
      },
      name: title ?? this.#nameOf(stage, `FROM ${image.name}`, 1, false),
      isHidden: title === "",
      inputs: [],
      range: stage.range,
      ignoresCache: false,
    });
  }

  #planInstruction(stage: BuildStage, planned: Planned, end: StageEnd, index: number): StageEnd {
    const { prepared, buildArgs, ignore } = this.#options;
    const { graph, lint } = prepared;
    const { instruction } = planned;
    graph.checkOrder(stage, planned);
    const { escape, globalArgs, isClassic } = graph;
    const context = { escape, globalArgs, isClassic, buildArgs, lint, ...(ignore && { ignore }) };
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
        const isClassic = this.#options.ownership === "classic";
        const isNowhere = isClassic && step.written === "";
        if (step.path === "/" && !isNowhere) return undefined;
        const { User: user = "" } = end.image.config;
        const owner = isClassic || user === "" ? undefined : plainOwner(user);
        const path = isNowhere ? "" : clean(step.path);
        const op: FileOp = { kind: "file", actions: [{ kind: "mkdir", path, owner }], isClassic };
        // Unlike other steps, BuildKit does not make this one anew when the cache is not to be used.
        return this.#vertices.add({ op, inputs: [end.vertex], ...about(), ignoresCache: false });
      }
      case "COPY":
      case "ADD":
        return this.#copy(stage, planned, step, end, about());
      case "RUN":
        return this.#run(stage, planned, step, end, about());
      default:
        return undefined;
    }
  }

  #copy(stage: BuildStage, { sources }: Planned, step: CopyStep | AddStep, end: StageEnd, about: About): Vertex {
    const [from] = sources;
    const inputs: (Vertex | undefined)[] = [end.vertex];
    const written = fromWorkingDir(end.scope, step.dest);
    const isDirectory = step.dest === "" || step.dest === "." || step.dest.endsWith("/") || step.dest.endsWith("/.");
    const dest = isDirectory ? `${clean(written)}/`.replace(/^\/+$/, "/") : clean(written);
    const fromVertex = from === undefined ? this.#options.context : this.#soFar(from, stage, end).vertex;
    this.#notePaths(from, step);
    const isClassic = this.#options.ownership === "classic";
    const keepsParents = parentsAreKept(step);
    const action = (written: string, input: number, how: Partial<CopyFiles> = {}): CopyFiles => {
      const pivot = keepsParents ? atPivot(written) : undefined;
      return {
        kind: "copy",
        input,
        source: sourcePath(pivot?.base ?? written),
        include: pivot?.pattern,
        dest,
        chown: step.chown === undefined || isClassic ? step.chown : plainOwner(step.chown),
        chmod: step.chmod === undefined ? undefined : plainChmod(step.chmod),
        exclude: step.exclude,
        unpacks: false,
        isFromTree: false,
        isExact: true,
        ...how,
      };
    };
    const actions: CopyFiles[] = [];
    if (step.sources.length > 0) {
      const unpacks = step.kind === "ADD" && step.unpack !== false;
      const isFromTree = this.#vertices.isSame(fromVertex, end.vertex) || fromVertex === undefined;
      let files: number | undefined;
      const repositories = step.kind === "ADD" ? gitSources(step) : undefined;
      for (const [index, source] of step.sources.entries()) {
        const repository = repositories?.get(index);
        const download = step.kind === "ADD" && !repository ? this.#download(source, step, about) : undefined;
        if (repository !== undefined) actions.push(action("/", inputs.push(this.#git(repository, about)) - 2));
        else if (download === undefined) {
          files ??= inputs.push(fromVertex) - 2;
          actions.push(action(source, files, { unpacks, isFromTree, isExact: false }));
        } else {
          const input = inputs.push(download.vertex) - 2;
          actions.push(action(download.file, input, { unpacks: step.kind === "ADD" && step.unpack === true }));
        }
      }
    }
    if (step.files.length > 0) {
      const op = { kind: "inline", files: step.files } as const;
      inputs.push({ op, name: "[internal] preparing inline document", inputs: [], ignoresCache: about.ignoresCache });
      for (const { name } of step.files) actions.push(action(name, inputs.length - 2));
    }
    return this.#vertices.add({ op: { kind: "file", actions, isClassic }, inputs, ...about });
  }

  /** Notes which paths of a context are wanted: no others are sent. */
  #notePaths(from: BuildStage | undefined, step: CopyStep | AddStep): void {
    const onPath = this.#pathListener(from);
    for (const source of step.sources) {
      if (step.kind === "ADD" && sourceKind(source) !== "local") continue;
      onPath(parentsAreKept(step) ? source.replace("/./", "/") : source);
    }
  }

  #pathListener(from: BuildStage | undefined): (path: string) => void {
    if (from === undefined) return this.#options.onContextPath;
    const source = this.#options.sources.get(from);
    return (source?.kind === "context" ? source.onPath : undefined) ?? (() => {});
  }

  #git(source: GitSource, { name, ignoresCache }: About): Vertex {
    return this.#vertices.add({ op: { kind: "git", source }, inputs: [], name, ignoresCache });
  }

  /** The file behind a URL. */
  #download(url: string, { checksum }: AddStep, { name, ignoresCache }: About) {
    if (sourceKind(url) === "local") return undefined;
    const file = fileNameOf(url);
    const vertex = this.#vertices.add({
      op: { kind: "download", url, file, checksum },
      inputs: [],
      name,
      ignoresCache,
    });
    return { vertex, file };
  }

  #run(stage: BuildStage, { sources }: Planned, step: RunStep, end: StageEnd, about: About): Vertex {
    const inputs: (Vertex | undefined)[] = [end.vertex];
    const mounts = step.mounts.map((written, i): ExecMount => {
      const mount = this.#named(written);
      const source = sources[i];
      // A bind mount that names no stage shows the context; a cache that names none starts empty.
      const fromContext = mount.from === "" && mount.type === "bind";
      if (fromContext || source !== undefined) this.#pathListener(fromContext ? undefined : source)(mount.source);
      const vertex = fromContext
        ? this.#options.context
        : source === undefined
          ? undefined
          : this.#soFar(source, stage, end).vertex;
      if (vertex === undefined) return { mount, input: undefined, isFromTree: false };
      inputs.push(vertex);
      return { mount, input: inputs.length - 2, isFromTree: this.#vertices.isSame(vertex, end.vertex) };
    });
    const { scope } = end;
    const config = end.image.config;
    const platform = end.image.platform.architecture === "" ? DEFAULT_PLATFORM : end.image.platform;
    const { argv, script } = step;
    const { run } = this.#options;
    const op: ExecOp = {
      kind: "exec",
      isClassic: this.#options.ownership === "classic",
      platform: formatPlatform(platform),
      argv,
      env: scope.variables.list,
      cwd: scope.workingDir,
      user: config.User ?? "",
      network: step.network === "default" ? run.network : step.network,
      script,
      mounts,
      hostname: run.hostname,
      extraHosts: run.extraHosts,
      shmSizeBytes: run.shmSizeBytes,
      cgroupParent: run.cgroupParent,
      rlimits: run.rlimits,
      resources: run.resources,
      proxy: run.proxy,
      volumes:
        this.#options.ownership === "classic"
          ? Object.keys(config.Volumes ?? {})
              .map(clean)
              .sort()
          : [],
    };
    return this.#vertices.add({ op, inputs, ...about });
  }

  /** A cache is known by its id within the build's name for all of them. */
  #named(mount: StepMount): StepMount {
    if (mount.type !== "cache") return mount;
    return { ...mount, id: `${this.#options.run.cacheNamespace}/${mount.id}` };
  }

  #nameOf(stage: BuildStage, title: string, number: number, onbuild: boolean): string {
    const { prepared, shownPlatform } = this.#options;
    const stageName = prepared.graph.displayName(stage);
    return stepName(title, { stageName, number, count: stage.stepCount, onbuild, platform: shownPlatform });
  }
}

/** The last part of a URL's path. */
function fileNameOf(url: string): string {
  const path = url.replace(/^[a-z]+:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "");
  const name = basename(clean(decodePercent(path)));
  return name === "" || name === "." || name === "/" ? "__unnamed__" : name;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const PIVOT = "/./";

function parentsAreKept(step: CopyStep | AddStep): boolean {
  return step.kind === "COPY" && step.parents;
}

/** `base/./dir/file` is `dir/file` below `base`; without a pivot everything is below the root. */
function atPivot(source: string): { readonly base: string; readonly pattern: string } {
  const at = source.indexOf(PIVOT);
  const [base, pattern] = at < 0 ? ["/", source] : [source.slice(0, at), source.slice(at + PIVOT.length)];
  return { base, pattern: join("/", pattern).slice(1) };
}
