/**
 * A build as the classic builder tells it: numbered steps one after the other, with the names of containers and images
 * in between. The steps are done by the same builder as BuildKit's; what goes on at the same time is told in order.
 *
 * @see moby builder/dockerfile/builder.go, dispatchers.go
 */
import type { BuildEvent, Dockerfile } from "@bottleship/core/build";
import { decode, encode, sha256 } from "@bottleship/core/lib";
import { type ClassicStep, classicSteps, readVertexName } from "./classic-steps.ts";

interface Vertex {
  hasEnded: boolean;
  cached: boolean;
  output: string;
}

/** Keys of the steps that were done before: those that only note something have no vertex that could know. */
export type StepMemory = Set<string>;

export class ClassicProgress {
  readonly #tell: (text: string) => void;
  readonly #steps: readonly ClassicStep[];
  readonly #dockerfile: Dockerfile;
  readonly #memory: StepMemory;
  readonly #total: number;
  readonly #byNumber = new Map<number, Vertex>();
  readonly #byPlace = new Map<string, Vertex>();
  readonly #triggers = new Map<number, number>();
  #at = 0;
  #isAnnounced = false;
  #key: string;
  #isCached: boolean;

  constructor(
    dockerfile: Dockerfile,
    options: {
      readonly tell: (text: string) => void;
      readonly memory: StepMemory;
      readonly noCache: boolean;
      /** What besides its text decides about a step. */
      readonly salt: string;
      /** How many steps are said to be, if more than are done. */
      readonly total: number;
    },
  ) {
    this.#dockerfile = dockerfile;
    this.#steps = classicSteps(dockerfile);
    this.#tell = options.tell;
    this.#memory = options.memory;
    this.#total = options.total;
    this.#key = options.salt;
    this.#isCached = !options.noCache;
  }

  note(event: BuildEvent): void {
    if (event.kind === "planned" || event.kind === "started") this.#meet(event.vertex, event.name);
    const vertex = this.#byNumber.get(event.vertex);
    if (vertex === undefined) return;
    if (event.kind === "log") vertex.output += decode(event.bytes);
    if (event.kind === "completed") {
      vertex.hasEnded = true;
      vertex.cached = event.cached;
    }
    this.#proceed(false);
  }

  /** The build has ended well: what has not been told yet. */
  end(): void {
    this.#proceed(true);
  }

  /** The step after all these is refused. */
  refuse(text: string): void {
    this.#tell(`Step ${this.#steps.length + 1}/${this.#total} : ${text}\n`);
  }

  /** The build has failed: the step that did it, and what it wrote. */
  fail(): void {
    const step = this.#steps[this.#at];
    if (step === undefined) return;
    this.#announce(step);
    const vertex = this.#vertexOf(step);
    if (vertex !== undefined && step.kind === "RUN") {
      this.#tell(` ---> Running in ${this.#name("container")}\n`);
      this.#tell(vertex.output);
    }
  }

  #meet(number: number, text: string): void {
    if (this.#byNumber.has(number)) return;
    const name = readVertexName(text, this.#dockerfile);
    if (name === undefined) return;
    const vertex: Vertex = { hasEnded: false, cached: false, output: "" };
    this.#byNumber.set(number, vertex);
    const { stage } = name.place;
    if (name.isTrigger) this.#triggers.set(stage, (this.#triggers.get(stage) ?? 0) + 1);
    else {
      // Triggers are counted before the stage's own steps: places are counted from the end.
      this.#byPlace.set(placeKey(stage, name.count - name.place.number), vertex);
    }
  }

  #vertexOf({ place }: ClassicStep): Vertex | undefined {
    if (place === undefined) return undefined;
    const own = this.#steps.filter((step) => step.place?.stage === place.stage).length;
    return this.#byPlace.get(placeKey(place.stage, own - place.number));
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
    this.#tell(`Step ${this.#at + 1}/${this.#total} : ${text}\n`);
  }

  #finish(step: ClassicStep, vertex: Vertex | undefined): void {
    if (this.#at < (this.#dockerfile.args?.length ?? 0)) return;
    this.#key = sha256(encode(`${this.#key}\n${step.text}`));
    if (step.kind === "FROM") {
      this.#finishFrom(step);
      return;
    }
    const wasDone = vertex === undefined ? this.#memory.has(this.#key) : vertex.cached;
    this.#isCached &&= wasDone;
    this.#memory.add(this.#key);
    if (this.#isCached) this.#tell(" ---> Using cache\n");
    else if (step.kind !== "COPY" && step.kind !== "ADD") {
      this.#tell(` ---> Running in ${this.#name("container")}\n`);
      if (vertex !== undefined && vertex.output !== "") this.#tell(vertex.output);
      this.#tell(` ---> Removed intermediate container ${this.#name("container")}\n`);
    }
    this.#tell(` ---> ${this.#name("image")}\n`);
  }

  #finishFrom({ place }: ClassicStep): void {
    const triggers = this.#triggers.get(place?.stage ?? 0) ?? 0;
    const isScratch = this.#dockerfile.stages[place?.stage ?? 0]?.from.image === "scratch";
    if (triggers === 0) {
      this.#tell(isScratch ? " ---> \n" : ` ---> ${this.#name("image")}\n`);
      return;
    }
    this.#tell(`# Executing ${triggers} build trigger${triggers === 1 ? "" : "s"}\n`);
    for (let i = 0; i < triggers; i++) {
      this.#tell(` ---> Running in ${this.#name(`container ${i}`)}\n`);
      this.#tell(` ---> Removed intermediate container ${this.#name(`container ${i}`)}\n`);
    }
    this.#tell(` ---> ${this.#name("image")}\n`);
  }

  /** Intermediate images and containers exist in the telling only; their names follow from the steps. */
  #name(what: string): string {
    return sha256(encode(`${this.#key} ${what}`)).slice(0, 12);
  }
}

const placeKey = (stage: number, fromEnd: number): string => `${stage} ${fromEnd}`;
