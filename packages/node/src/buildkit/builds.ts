/**
 * The builds of one engine that clients have asked for.
 *
 * A client asks for one in two halves that may come in any order: what is to become of the result (Control.Solve), and
 * what is to be built (the gateway's Solve). Both name the build; a third call reads its progress.
 *
 * @see BuildKit control/gateway, client/build.go
 */
import {
  BuildError,
  type BuildEvent,
  type BuildExport,
  type BuildListener,
  type BuildRequest,
  type BuildResult,
  type OtherCache,
  sourceKind,
} from "@bottleship/core/build";
import { buildProvenance, type Engine } from "@bottleship/core/engine";
import { configBytes, documentBytes, parseReference, referenceText } from "@bottleship/core/oci";
import { exportImage } from "./export.ts";
import { CODES, GrpcError } from "./grpc.ts";
import type { BuildRecord, ControlSolve, SourceInfo, StatusMessage } from "./messages.ts";
import { ProgressMessages, rangeMessages, timestampOf } from "./progress.ts";
import { type Answer, answer } from "./questions.ts";
import { type Built, type FrontendRequest, frontendRequest, isRemote } from "./request.ts";
import type { Sessions } from "./sessions.ts";

type Options = Readonly<Record<string, string>>;
type Listener = (message: StatusMessage) => void;

/** How clients know a place in a Dockerfile. @see BuildKit solver/errdefs */
const SOURCE = "github.com/moby/buildkit/errdefs.Source+json";

/** One build. */
export class ClientBuild {
  readonly ref: string;
  readonly #engine: Engine;
  readonly #sessions: Sessions;
  readonly #told: StatusMessage[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #asked: Promise<ControlSolve>;
  #request: ControlSolve | undefined;
  #ask: (request: ControlSolve) => void = () => {};
  #over: () => void = () => {};
  readonly #isOver: Promise<void>;
  /** What the client has returned from its half: nothing, or why it gave up. */
  readonly #returned: Promise<GrpcError | undefined>;
  #return: (error: GrpcError | undefined) => void = () => {};
  #source: SourceInfo = { filename: "Dockerfile", data: new Uint8Array(), language: "Dockerfile" };
  /** What the frontend was asked for. */
  #options: Options = {};
  /** What it came to, once that was read. */
  #read: FrontendRequest | undefined;
  readonly #startedUs: number;
  #finishedUs = 0;
  result: BuildResult | undefined;

  constructor(ref: string, engine: Engine, sessions: Sessions) {
    this.ref = ref;
    this.#engine = engine;
    this.#sessions = sessions;
    this.#startedUs = engine.kernel.nowUs;
    this.#asked = new Promise((resolve) => {
      this.#ask = resolve;
    });
    this.#isOver = new Promise((resolve) => {
      this.#over = resolve;
    });
    this.#returned = new Promise((resolve) => {
      this.#return = resolve;
    });
  }

  /** What is to become of the result. */
  ask(request: ControlSolve): void {
    this.#request = request;
    this.#ask(request);
  }

  return(error: GrpcError | undefined): void {
    this.#return(error);
  }

  /** Waits for the client's half. @throws GrpcError if the client gives up or goes away */
  async untilReturned(signal: AbortSignal): Promise<void> {
    const gone = new Promise<GrpcError>((resolve) => {
      signal.addEventListener("abort", () => resolve(new GrpcError(CODES.unknown, "context canceled")), { once: true });
    });
    const failure = await Promise.race([this.#returned, gone]);
    if (failure !== undefined) throw failure;
  }

  /** Nothing more will be told. */
  end(): void {
    this.#finishedUs = this.#engine.kernel.nowUs;
    this.#over();
  }

  /** Builds. @throws GrpcError for what is wrong with the request, the Dockerfile, a step */
  async run(
    options: Options,
    signal: AbortSignal,
    inputs: ReadonlyMap<string, Built> = new Map(),
  ): Promise<BuildResult> {
    const asked = await this.#asked;
    refuseUnknown(asked);
    const { build } = await this.#prepare(asked, options, inputs);
    try {
      this.result = await this.#engine.build({ ...build, tags: tagsOf(asked), exports: exportsOf(asked), signal });
      return this.result;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Answers a question about the Dockerfile. @throws GrpcError */
  async answer(question: string, options: Options): Promise<Answer> {
    const source = await this.#prepare(await this.#asked, options);
    try {
      return await answer(this.#engine, question, source);
    } catch (error) {
      // Questions about a build are answered without an excerpt of the place.
      throw this.#failure(error instanceof BuildError ? error.onlyAt(undefined) : error);
    }
  }

  /** Sends the result where the client wants it. @throws GrpcError */
  async export(): Promise<void> {
    const asked = await this.#asked;
    const { result } = this;
    if (result === undefined) return;
    for (const [index, { type, attrs }] of exportersOf(asked).entries()) {
      await exportImage(this.#engine, await this.#sessions.get(asked.Session), result, { type, attrs, index });
    }
  }

  async #prepare(
    asked: ControlSolve,
    options: Options,
    inputs: ReadonlyMap<string, Built> = new Map(),
  ): Promise<FrontendRequest> {
    this.#options = { ...asked.FrontendAttrs, ...options };
    const messages = new ProgressMessages(this.ref, () => this.#source);
    const onEvent = (event: BuildEvent): void => this.#tell(messages.of(event));
    const { kernel } = this.#engine;
    const client = await this.#sessions.get(asked.Session);
    try {
      const request = await frontendRequest(client, options, {
        engine: this.#engine,
        session: asked.Session,
        inputs,
      });
      this.#read = request;
      this.#source = { ...this.#source, filename: request.fileName, data: new TextEncoder().encode(request.text) };
      return { ...request, build: { ...request.build, ...cachesOf(asked), ...allowed(asked), onEvent } };
    } catch (error) {
      if (!(error instanceof GrpcError)) {
        // What is wrong with an address is seen before anything is loaded.
        if (error instanceof BuildError && !error.message.startsWith("failed to read ")) throw this.#failure(error);
        // The vertex has the innermost words.
        const why =
          error instanceof Error
            ? error.message.replace(/^failed to read .*?: (?:failed to load cache key: )?/, "")
            : "";
        tellLoading(options, onEvent, kernel.nowUs, why);
        throw this.#failure(error);
      }
      tellLoading(options, onEvent, kernel.nowUs);
      throw error;
    }
  }

  /** What the client is told of the result. */
  exported(request: ControlSolve): Options {
    const { result } = this;
    if (result === undefined || !exportsOf(request).includes("image")) return {};
    const { id } = result.image;
    const names = tagsOf(request).map((name) => referenceText(parseReference(name)));
    return {
      "containerimage.digest": id,
      "containerimage.config.digest": id,
      ...(names.length > 0 && { "image.name": names.join(",") }),
    };
  }

  /** What its record is about: how it went. Of a build that failed there is nothing else. */
  record(failure: unknown): BuildRecord {
    const vertices = new Map(
      this.#told.flatMap(({ vertexes = [] }) => vertexes.map((one) => [one.digest, one] as const)),
    );
    const steps = [...vertices.values()];
    const asked = this.#request;
    return {
      Ref: this.ref,
      Frontend: "dockerfile.v0",
      FrontendAttrs: this.#options,
      Exporters: asked === undefined ? [] : exportersOf(asked).map(({ type, attrs }) => ({ Type: type, Attrs: attrs })),
      ...(failure !== undefined && { error: statusOf(failure) }),
      CreatedAt: timestampOf(this.#startedUs),
      CompletedAt: timestampOf(this.#finishedUs),
      ExporterResponse: asked === undefined ? {} : this.exported(asked),
      pinned: false,
      numCachedSteps: steps.filter(({ cached }) => cached === true).length,
      numTotalSteps: steps.length,
      numCompletedSteps: steps.filter(({ completed }) => completed !== undefined).length,
      numWarnings: this.#told.reduce((sum, { warnings = [] }) => sum + warnings.length, 0),
    };
  }

  /** The configuration of the image, and where it comes from; nothing of a build that has made no files. */
  story(): { readonly result?: Uint8Array; readonly provenance?: Uint8Array } {
    const { result } = this;
    const read = this.#read;
    if (result === undefined || read === undefined || result.image.config.rootfs.diff_ids.length === 0) return {};
    const provenance = buildProvenance(this.#engine, {
      ...read,
      args: argsOf(this.#options),
      bases: result.bases,
      ref: this.ref,
      startedUs: this.#startedUs,
      finishedUs: this.#finishedUs,
    });
    return { result: configBytes(result.image.config), provenance: documentBytes(provenance) };
  }

  /** Calls `listener` with what has been told and what will be, until the build is over or `signal` is aborted. */
  async follow(listener: Listener, signal: AbortSignal): Promise<void> {
    for (const message of this.#told) listener(message);
    this.#listeners.add(listener);
    const gone = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([this.#isOver, gone]);
    this.#listeners.delete(listener);
  }

  #tell(message: StatusMessage): void {
    this.#told.push(message);
    for (const listener of this.#listeners) listener(message);
  }

  /** With the place in the Dockerfile, of which clients print an excerpt. */
  #failure(error: unknown): unknown {
    if (error instanceof GrpcError) return error;
    const message = error instanceof Error ? error.message : String(error);
    const locations = error instanceof BuildError ? error.locations : [];
    if (locations.length === 0) return new GrpcError(CODES.unknown, message);
    const info = { ...this.#source, data: Buffer.from(this.#source.data).toString("base64") };
    // One for each place, the innermost first: clients print them the other way round.
    const details = locations.map((range) => ({
      type_url: SOURCE,
      value: Buffer.from(JSON.stringify({ info, ranges: rangeMessages(range) })),
    }));
    return new GrpcError(CODES.unknown, message, details);
  }
}

/** Options that say where a build was done rather than what. @see BuildKit solver/llbsolver/provenance FilterArgs */
const LEFT_OUT =
  /^(?:filename|context|platform|cgroup-parent|image-resolve-mode|cache-imports|source|cmdline|requestid|vcs:.*|attest:.*)$/;

function argsOf(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !LEFT_OUT.test(name)));
}

function statusOf(failure: unknown) {
  const message = failure instanceof Error ? failure.message : String(failure);
  const { code, details } = failure instanceof GrpcError ? failure : { code: CODES.unknown, details: [] };
  return { code, message, details };
}

/** A Dockerfile that cannot be had was looked for all the same. */
function tellLoading(options: Options, onEvent: BuildListener, timeUs: number, error?: string): void {
  const { context = "", filename = "Dockerfile" } = options;
  const steps = isRemote(context)
    ? [sourceKind(context) === "git" ? `[internal] load git source ${context}` : "[internal] load remote build context"]
    : [`[internal] load build definition from ${filename}`];
  if (isRemote(context) && error === undefined) steps.push("copy /context /");
  for (const [index, name] of steps.entries()) {
    const about = { vertex: index + 1, timeUs };
    onEvent({ kind: "started", ...about, name });
    onEvent(error === undefined ? { kind: "completed", ...about, cached: false } : { kind: "failed", ...about, error });
  }
}

/** Caches in images of registries, and in the image that is built; of other kinds only is told that they are not known. */
function cachesOf({ Cache }: ControlSolve): Pick<BuildRequest, "cacheFrom" | "inlineCache"> {
  const cacheFrom = (Cache?.Imports ?? []).flatMap(({ Type, Attrs }): readonly (string | OtherCache)[] => {
    if (Type === "registry") return Attrs["ref"] === undefined ? [] : [Attrs["ref"]];
    return Type === "local" ? [] : [{ type: Type, attributes: Attrs }];
  });
  const isInline = (Cache?.Exports ?? []).some(({ Type }) => Type === "inline");
  return { cacheFrom, ...(isInline && { inlineCache: true }) };
}

/** Where the result is to go. */
function exportersOf(
  request: ControlSolve,
): readonly { readonly type: string; readonly attrs: Readonly<Record<string, string>> }[] {
  if (request.Exporters.length > 0) return request.Exporters.map(({ Type, Attrs }) => ({ type: Type, attrs: Attrs }));
  const { ExporterDeprecated: type, ExporterAttrsDeprecated: attrs } = request;
  return type === "" ? [] : [{ type, attrs }];
}

const IMAGE_EXPORTERS: ReadonlySet<string> = new Set(["moby", "image"]);
const EXPORTS: ReadonlyMap<string, BuildExport> = new Map([
  ["moby", "image"],
  ["image", "image"],
  ["docker", "image"],
  ["local", "directory"],
  ["tar", "tarball"],
]);

const HOST_NETWORK = "network.host";

function allowed({ Entitlements }: ControlSolve): Pick<BuildRequest, "allow"> {
  return Entitlements.includes(HOST_NETWORK) ? { allow: [HOST_NETWORK] } : {};
}

/** @throws GrpcError for an exporter that nobody knows, and for what this daemon allows nobody */
function refuseUnknown(request: ControlSolve): void {
  const refused = request.Entitlements.find((one) => one !== HOST_NETWORK);
  if (refused !== undefined) {
    const why = `granting entitlement ${refused} is not allowed by build daemon configuration`;
    throw new GrpcError(CODES.unknown, why);
  }
  for (const { type } of exportersOf(request))
    if (!EXPORTS.has(type)) throw new GrpcError(CODES.unknown, `exporter ${JSON.stringify(type)} could not be found`);
}

function exportsOf(request: ControlSolve): readonly BuildExport[] {
  return exportersOf(request).flatMap(({ type }) => EXPORTS.get(type) ?? []);
}

function tagsOf(request: ControlSolve): readonly string[] {
  return exportersOf(request).flatMap(({ type, attrs }) =>
    IMAGE_EXPORTERS.has(type) ? (attrs["name"] ?? "").split(",").filter((name) => name !== "") : [],
  );
}
