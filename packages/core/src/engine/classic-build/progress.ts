/**
 * A build as the classic builder tells it: numbered steps one after the other, with the names of containers and images
 * in between. The steps are done by the same builder as BuildKit's; what goes on at the same time is told in order.
 *
 * @see moby builder/dockerfile/builder.go, dispatchers.go
 */
import type { BuildEvent, Dockerfile } from "../../build/index.ts";
import { decode, encode, sha256 } from "../../lib/index.ts";
import type { Digest } from "../../oci/index.ts";
import { shortId } from "../names.ts";
import type { StepContainer } from "./containers.ts";
import type { EarlierHealth } from "./health.ts";
import { type ClassicStep, classicSteps, MAKES_LAYER, readVertexName } from "./steps.ts";

interface Vertex {
  hasEnded: boolean;
  startedUs: number;
  endedUs: number;
  cached: boolean;
  /** What its process wrote, as it was written. */
  readonly output: string[];
}

/** What is written to standard error is shown in red. @see moby pkg/streamformatter StderrWriter */
const [RED, PLAIN] = ["\u001b[91m", "\u001b[0m"];

/** What becomes of the containers that steps run in. */
export interface Removal {
  /** Intermediate containers are removed when their steps are done: `--rm`. */
  readonly usually: boolean;
  /** They are removed whatever has become of the steps: `--force-rm`. */
  readonly always: boolean;
}

/** The step that a build has failed at. */
export interface Failed {
  readonly step?: ClassicStep;
  /** What runc said, where it did not start the program. */
  readonly reason?: string | undefined;
}

type Values = Readonly<Record<string, string>>;

/** The id of the image that a stage stands on, if it stands on one. */
type BaseIds = (stage: number) => Digest | undefined;

/**
 * What decides about each step besides the files that it copies: what it means with the variables that are set, and all
 * before it. A build argument counts where it is used, and for every RUN after its ARG.
 */
export function stepKeys(steps: readonly ClassicStep[], given: Values, baseOf: BaseIds): readonly string[] {
  const keys: string[] = [];
  const args = new Map<string, string>();
  const env = new Map<string, string>();
  const expanded = (text: string): string =>
    text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
      const name = braced ?? bare ?? "";
      return env.get(name) ?? args.get(name) ?? whole;
    });
  for (const { text, instruction: one, place } of steps) {
    const isKept = KEPT_WORDS.has(one.kind);
    const used = [...args].filter(([name]) => !env.has(name));
    const meaning = one.kind === "RUN" ? `${text}\n${JSON.stringify(used)}` : isKept ? text : expanded(text);
    const base = one.kind === "FROM" && place !== undefined ? (baseOf(place.stage) ?? "") : "";
    keys.push(sha256(encode(`${keys.at(-1) ?? ""}\n${meaning}${base}`)));
    if (one.kind === "FROM") for (const scope of [args, env]) scope.clear();
    if (one.kind === "ENV") for (const [name, value] of one.pairs) env.set(name, expanded(value));
    if (one.kind !== "ARG") continue;
    for (const { name, default: usual } of one.args) {
      const value = given[name] ?? (usual === undefined ? undefined : expanded(usual));
      if (value !== undefined) args.set(name, value);
    }
  }
  return keys;
}

/** Instructions whose words mean the same whatever is set. */
const KEPT_WORDS: ReadonlySet<string> = new Set([
  "FROM",
  "ARG",
  "CMD",
  "ENTRYPOINT",
  "HEALTHCHECK",
  "ONBUILD",
  "SHELL",
]);

export class ClassicProgress {
  readonly #tell: (text: string) => void;
  readonly #steps: readonly ClassicStep[];
  readonly #dockerfile: Dockerfile;
  readonly #known: ReadonlySet<string>;
  readonly #total: number;
  readonly #byNumber = new Map<number, Vertex>();
  readonly #byPlace = new Map<string, Vertex>();
  /** By the stage, and the number of the step in it. */
  readonly #triggers = new Map<number, Map<number, Vertex>>();
  /** How many steps of each stage the build does. */
  readonly #placesOf = new Map<number, number>();
  readonly #onBuild: readonly (readonly string[])[];
  readonly #health: Pick<EarlierHealth, "notes" | "triggerNotes">;
  readonly #removal: Removal;
  readonly #newId: () => string;
  readonly #containers: StepContainer[] = [];
  #at = 0;
  #isAnnounced = false;
  readonly #keys: readonly string[];
  #isCached: boolean;

  constructor(
    dockerfile: Dockerfile,
    options: {
      readonly tell: (text: string) => void;
      /** The keys of steps whose images may be used. */
      readonly known: ReadonlySet<string>;
      readonly noCache: boolean;
      /** The steps' keys. */
      readonly keys: readonly string[];
      /** What the images that the stages stand on want done. */
      readonly onBuild: readonly (readonly string[])[];
      readonly health: Pick<EarlierHealth, "notes" | "triggerNotes">;
      /** How many steps are said to be, if more than are done. */
      readonly total: number;
      readonly removal: Removal;
      /** An id for a container. */
      readonly newId: () => string;
    },
  ) {
    this.#dockerfile = dockerfile;
    this.#steps = classicSteps(dockerfile);
    for (const { place } of this.#steps)
      if (place !== undefined) this.#placesOf.set(place.stage, (this.#placesOf.get(place.stage) ?? 0) + 1);
    this.#tell = options.tell;
    this.#known = options.known;
    this.#total = options.total;
    this.#keys = options.keys;
    this.#onBuild = options.onBuild;
    this.#health = options.health;
    this.#removal = options.removal;
    this.#newId = options.newId;
    this.#isCached = !options.noCache;
  }

  note(event: BuildEvent): void {
    if (event.kind === "planned" || event.kind === "started") this.#meet(event.vertex, event.name);
    const vertex = this.#byNumber.get(event.vertex);
    if (vertex === undefined) return;
    if (event.kind === "log") {
      const text = decode(event.bytes);
      vertex.output.push(event.stream === "stderr" ? `${RED}${text}${PLAIN}` : text);
    }
    if (event.kind === "started") vertex.startedUs = event.timeUs;
    if (event.kind === "failed") vertex.endedUs = event.timeUs;
    if (event.kind === "completed") {
      vertex.hasEnded = true;
      vertex.endedUs = event.timeUs;
      vertex.cached = event.cached;
    }
    this.#proceed(false);
  }

  /** Whether the builder below has named a step. */
  get hasBegun(): boolean {
    return this.#byNumber.size > 0;
  }

  /** How many steps have been done. */
  get done(): number {
    return this.#at;
  }

  /** The containers that are kept. */
  get containers(): readonly StepContainer[] {
    return this.#containers;
  }

  /** The build has ended well: what has not been told yet. */
  end(): void {
    this.#proceed(true);
  }

  /** The step after all these is refused. */
  refuse(text: string): void {
    this.#tellStep(this.#steps.length + 1, text);
  }

  /** The build has failed: the step that did it, and what it wrote. Returns why its program could not be started. */
  fail(): Failed {
    const failed = this.#steps.findIndex(
      (one, at) => at >= this.#at && (one.kind === "FROM" || MAKES_LAYER.has(one.kind)) && !this.#isOver(one),
    );
    for (let step = this.#steps[this.#at]; step !== undefined && this.#at < failed; step = this.#steps[this.#at]) {
      this.#announce(step);
      this.#finish(step, this.#vertexOf(step));
      this.#at++;
      this.#isAnnounced = false;
    }
    const step = this.#steps[this.#at];
    if (step === undefined) return {};
    this.#announce(step);
    if (step.kind === "FROM") return { step, ...this.#tellTriggers(step.place?.stage ?? 0) };
    const vertex = this.#vertexOf(step);
    if (vertex === undefined || step.kind !== "RUN") return { step };
    const { id, reason } = this.#tellFailed(vertex);
    if (!this.#removal.always) this.#keep(id, step, vertex);
    return { step, reason };
  }

  /** The container of a command that has failed, and why it could not be started if so. */
  #tellFailed({ output }: Vertex): { readonly id: string; readonly reason: string | undefined } {
    const id = this.#begin();
    const [, reason] = /runc run failed: (.*?)\n/s.exec(output.join("")) ?? [];
    if (reason === undefined) this.#tellAll(output);
    if (this.#removal.always) this.#tellRemoved(id);
    return { id, reason };
  }

  /** A FROM is over with the triggers of its base. */
  #isOver(step: ClassicStep): boolean {
    if (step.kind !== "FROM") return this.#vertexOf(step)?.hasEnded === true;
    const stage = step.place?.stage ?? 0;
    return this.#triggersOf(stage).every(({ hasEnded }) => hasEnded);
  }

  #triggersOf(stage: number): Vertex[] {
    return [...(this.#triggers.get(stage) ?? [])].sort(([a], [b]) => a - b).map(([, vertex]) => vertex);
  }

  #meet(number: number, text: string): void {
    if (this.#byNumber.has(number)) return;
    const name = readVertexName(text, this.#dockerfile);
    if (name === undefined) return;
    const vertex: Vertex = { hasEnded: false, startedUs: 0, endedUs: 0, cached: false, output: [] };
    this.#byNumber.set(number, vertex);
    const { stage } = name.place;
    if (name.isTrigger) this.#triggers.set(stage, new Map(this.#triggers.get(stage)).set(name.place.number, vertex));
    else {
      // Triggers are counted before the stage's own steps, also those that are none: places are counted from the end.
      const noSteps = (this.#onBuild[stage] ?? []).filter((text) => !MAKES_LAYER.has(kindOf(text))).length;
      this.#byPlace.set(placeKey(stage, name.count - noSteps - name.place.number), vertex);
    }
  }

  #vertexOf({ place }: ClassicStep): Vertex | undefined {
    if (place === undefined) return undefined;
    return this.#byPlace.get(placeKey(place.stage, (this.#placesOf.get(place.stage) ?? 0) - place.number));
  }

  /** Tells the steps that are done; with `isOver` all of them. */
  #proceed(isOver: boolean): void {
    for (let step = this.#steps[this.#at]; step !== undefined; step = this.#steps[this.#at]) {
      const vertex = this.#vertexOf(step);
      if (!isOver && (this.#byNumber.size === 0 || (step.place !== undefined && vertex?.hasEnded !== true))) return;
      this.#announce(step);
      this.#finish(step, vertex);
      this.#at++;
      this.#isAnnounced = false;
    }
  }

  #announce({ text }: ClassicStep): void {
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    this.#tellStep(this.#at + 1, text);
  }

  #tellStep(number: number, text: string): void {
    this.#tell(`Step ${number}/${this.#total} : ${text}`);
    this.#tell("\n");
  }

  #finish(step: ClassicStep, vertex: Vertex | undefined): void {
    if (this.#at < (this.#dockerfile.args?.length ?? 0)) return;
    if (step.kind === "FROM") {
      this.#finishFrom(step);
      return;
    }
    this.#tell(this.#health.notes.get(this.#at) ?? "");
    const wasDone = this.#known.has(this.#keys[this.#at] ?? "") && vertex?.cached !== false;
    this.#isCached &&= wasDone;
    if (this.#isCached) this.#tell(" ---> Using cache\n");
    else if (step.kind !== "COPY" && step.kind !== "ADD") {
      const id = this.#begin();
      this.#tellAll(vertex?.output);
      if (this.#removesEach) this.#tellRemoved(id);
      else this.#keep(id, step, step.kind === "RUN" ? vertex : undefined);
    }
    this.#tell(` ---> ${this.#name("image")}\n`);
  }

  #finishFrom({ place }: ClassicStep): void {
    const stage = place?.stage ?? 0;
    const triggers = this.#onBuild[stage] ?? [];
    const isScratch = this.#dockerfile.stages[stage]?.from.image === "scratch";
    if (triggers.length === 0) {
      this.#tell(isScratch ? " ---> \n" : ` ---> ${this.#name("image")}\n`);
      return;
    }
    this.#tellTriggers(stage);
    this.#tell(` ---> ${this.#name("image")}\n`);
  }

  /** What the base's triggers do; of the one that fails, if one does, why its program could not be started. */
  #tellTriggers(stage: number): Pick<Failed, "reason"> {
    const triggers = this.#onBuild[stage] ?? [];
    if (triggers.length === 0) return {};
    this.#tell(`# Executing ${triggers.length} build trigger${triggers.length === 1 ? "" : "s"}\n`);
    const vertices = this.#triggersOf(stage);
    for (const [number, text] of triggers.entries()) {
      this.#tell(this.#health.triggerNotes.get(`${stage} ${number}`) ?? "");
      const kind = kindOf(text);
      const vertex = MAKES_LAYER.has(kind) ? vertices.shift() : undefined;
      if (vertex?.hasEnded === false) {
        return kind === "RUN" && vertex !== undefined ? { reason: this.#tellFailed(vertex).reason } : {};
      }
      this.#isCached &&= this.#known.has(this.#keys[this.#at] ?? "") && vertex?.cached !== false;
      if (this.#isCached) {
        this.#tell(" ---> Using cache\n");
        continue;
      }
      if (kind === "COPY" || kind === "ADD") continue;
      const id = this.#begin();
      this.#tellAll(vertex?.output);
      if (this.#removesEach) this.#tellRemoved(id);
    }
    return {};
  }

  #tellAll(texts: readonly string[] = []): void {
    for (const text of texts) this.#tell(text);
  }

  get #removesEach(): boolean {
    return this.#removal.usually || this.#removal.always;
  }

  /** A container for the step; its id. */
  #begin(): string {
    const id = this.#newId();
    this.#tell(` ---> Running in ${shortId(id)}\n`);
    return id;
  }

  #tellRemoved(id: string): void {
    this.#tell(` ---> Removed intermediate container ${shortId(id)}\n`);
  }

  #keep(id: string, step: ClassicStep, vertex: Vertex | undefined): void {
    const ran = vertex && { startedUs: vertex.startedUs, finishedUs: vertex.endedUs };
    this.#containers.push({ id, at: this.#at, step, ...(ran && { ran }) });
  }

  /** The intermediate images that are told of have other names: these follow from the steps. */
  #name(what: string): string {
    return sha256(encode(`${this.#keys[this.#at]} ${what}`)).slice(0, 12);
  }
}

/** The kind of a trigger's instruction. */
const kindOf = (trigger: string): string => trigger.trim().toUpperCase().split(/\s/)[0] ?? "";

const placeKey = (stage: number, fromEnd: number): string => `${stage} ${fromEnd}`;
