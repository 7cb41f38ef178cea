/**
 * BuildKit as docker's client sees it behind the engine's socket: `/grpc` for calls, `/session` for the way back.
 *
 * Only the Dockerfile frontend builds here; a client that sends low-level definitions is told so.
 *
 * @see BuildKit control/control.go, frontend/gateway; moby api/server/router/grpc, router/session
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { BUILDKIT_VERSION, type Engine } from "@bottleship/core/engine";
import type { SessionBuilds } from "@bottleship/engine-api";
import { ClientBuild } from "./builds.ts";
import { diskUsage, prune } from "./cache-usage.ts";
import { callStream } from "./call-stream.ts";
import { definitionOf, refOf } from "./definitions.ts";
import { CODES, GrpcError } from "./grpc.ts";
import { type GrpcCall, type GrpcMethods, onlyMessage, serveGrpc } from "./grpc-server.ts";
import { BuildHistory } from "./history.ts";
import { type GatewaySolve, MESSAGES, type StatusMessage } from "./messages.ts";
import type { Built } from "./request.ts";
import { sessionBuilds } from "./session-builds.ts";
import { Sessions } from "./sessions.ts";

const CONTROL = "/moby.buildkit.v1.Control";
const GATEWAY = "/moby.buildkit.v1.frontend.LLBBridge";
const VERSION = { package: "github.com/moby/buildkit", version: BUILDKIT_VERSION };
const WORKER = {
  ID: "bottleship",
  Labels: { "org.mobyproject.buildkit.worker.moby.host-gateway-ip": "172.17.0.1" },
  // What a machine of today runs.
  platforms: [
    { Architecture: "amd64", OS: "linux" },
    ...["v2", "v3", "v4"].map((Variant) => ({ Architecture: "amd64", OS: "linux", Variant })),
    { Architecture: "386", OS: "linux" },
  ],
};
/** What clients may ask of the gateway. @see BuildKit frontend/gateway/pb/caps.go */
const GATEWAY_CAPS = ["solve.base", "solve.inlinereturn", "return", "returnmap", "proto.refarray", "reference.output"];
const FRONTEND_CAPS = [
  "frontend.inputs",
  "frontend.caps",
  "gateway.solve.metadata",
  "gateway.solve.evaluate",
  "gateway.evaluate",
];
/** What clients may ask of a solver of definitions, as far as they look before they ask for a build. */
const LLB_CAPS = ["exporter.multiple"];
/** A build may be over before its client asks how it went. */
const MEMORY_MS = 30_000;
const PATHS: ReadonlySet<string> = new Set(["/grpc", "/session"]);
const PROTOCOL = "h2c";

/** The path of a request, whichever version of the API it names. */
const pathOf = (url: string): string => url.replace(/\?.*$/s, "").replace(/^\/v\d+\.\d+/, "");

export class BuildKit {
  readonly #engine: Engine;
  readonly #sessions = new Sessions();
  readonly #builds = new Map<string, ClientBuild>();
  readonly #history = new BuildHistory();

  /** Builds at the classic endpoint, with files of a session. */
  readonly sessionBuilds: SessionBuilds;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.sessionBuilds = sessionBuilds({ engine, sessions: this.#sessions, history: this.#history });
  }

  /** Whether a request is for BuildKit, and asks for its protocol. */
  wants({ method, url = "", headers }: IncomingMessage): boolean {
    return method === "POST" && PATHS.has(pathOf(url)) && headers.upgrade === PROTOCOL;
  }

  /** Takes over the connection of a request that BuildKit wants. */
  upgrade({ url = "", headers }: IncomingMessage, socket: Duplex, head: Buffer): void {
    const id = String(headers["x-docker-expose-session-uuid"] ?? "");
    const isSession = pathOf(url) === "/session";
    if (isSession && this.#sessions.has(id)) {
      const body = `${JSON.stringify({ message: `session ${id} already exists` })}\n`;
      const told = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`;
      socket.end(`HTTP/1.1 400 Bad Request\r\n${told}\r\n\r\n${body}`);
      return;
    }
    if (head.length > 0) socket.unshift(head);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${PROTOCOL}\r\n\r\n`);
    if (isSession) this.#sessions.add(id, socket);
    else serveGrpc(socket, this.#methods());
  }

  #methods(): GrpcMethods {
    const reply = (message: Uint8Array) => (call: GrpcCall) => call.send(message);
    const worker = { record: [WORKER] };
    const enabled = (ID: string) => ({ ID, Enabled: true });
    const FrontendAPICaps = [...GATEWAY_CAPS, ...FRONTEND_CAPS].map(enabled);
    const LLBCaps = LLB_CAPS.map(enabled);
    return {
      [`${CONTROL}/Info`]: reply(MESSAGES.info.encode({ buildkitVersion: VERSION })),
      [`${CONTROL}/ListWorkers`]: reply(MESSAGES.workers.encode(worker)),
      [`${CONTROL}/Solve`]: (call) => this.#solve(call),
      [`${CONTROL}/Session`]: (call) => this.#session(call),
      [`${CONTROL}/Status`]: (call) => this.#status(call),
      [`${CONTROL}/DiskUsage`]: (call) => diskUsage(this.#engine, call),
      [`${CONTROL}/Prune`]: (call) => prune(this.#engine, call),
      ...this.#history.methods,
      // Spans of the client: nobody here collects them.
      "/opentelemetry.proto.collector.trace.v1.TraceService/Export": reply(MESSAGES.empty.encode({})),
      [`${GATEWAY}/Ping`]: reply(MESSAGES.pong.encode({ FrontendAPICaps, LLBCaps, Workers: worker.record })),
      [`${GATEWAY}/Solve`]: (call) => this.#build(call),
      [`${GATEWAY}/Evaluate`]: reply(MESSAGES.empty.encode({})),
      [`${GATEWAY}/Return`]: (call) => this.#returned(call),
    };
  }

  /** The build of a client's half; the other half makes it known. */
  #buildOf(ref: string): ClientBuild {
    const known = this.#builds.get(ref) ?? this.#history.build(ref);
    if (known !== undefined) return known;
    const build = new ClientBuild(ref, this.#engine, this.#sessions);
    this.#builds.set(ref, build);
    return build;
  }

  /** A session on a call instead of a connection of its own. */
  async #session(call: GrpcCall): Promise<void> {
    const stream = callStream(call);
    this.#sessions.add(String(call.metadata["x-docker-expose-session-uuid"] ?? ""), stream);
    call.signal.addEventListener("abort", () => stream.destroy(), { once: true });
    await new Promise<void>((resolve) => stream.once("close", resolve));
  }

  /** Says what is to become of a build, and waits for its end. */
  async #solve(call: GrpcCall): Promise<void> {
    const request = MESSAGES.controlSolve.decode(await onlyMessage(call));
    const build = this.#buildOf(request.Ref);
    let failure: unknown;
    try {
      build.ask(request);
      // A client without a half of its own names the frontend here.
      if (request.Frontend !== "") await this.#run(build, request.Frontend, request.FrontendAttrs, call.signal);
      else await build.untilReturned(call.signal);
      await build.export();
      await call.send(MESSAGES.controlSolved.encode({ ExporterResponse: build.exported(request) }));
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      build.end();
      if (request.Internal !== true) this.#history.add(build, failure);
      setTimeout(() => this.#builds.delete(request.Ref), MEMORY_MS).unref();
    }
  }

  async #status(call: GrpcCall): Promise<void> {
    const { Ref: ref } = MESSAGES.statusRequest.decode(await onlyMessage(call));
    const send = (message: StatusMessage): void => void call.send(MESSAGES.progress.encode(message));
    await this.#buildOf(ref).follow(send, call.signal);
  }

  /** The gateway's half: what is to be built. */
  async #build(call: GrpcCall): Promise<void> {
    const request = MESSAGES.gatewaySolve.decode(await onlyMessage(call));
    const build = this.#buildOf(String(call.metadata["buildkit-controlapi-buildid"] ?? ""));
    if (request.Definition.length > 0) {
      throw new GrpcError(CODES.unimplemented, "this engine builds Dockerfiles: low-level definitions are not solved");
    }
    const question = request.FrontendOpt["requestid"];
    if (question !== undefined) {
      const metadata = inBytes(await build.answer(question, request.FrontendOpt));
      await call.send(MESSAGES.gatewaySolved.encode({ result: { metadata } }));
      return;
    }
    const inputs = this.#inputsOf(request);
    const { image } = await this.#run(build, request.Frontend, request.FrontendOpt, call.signal, inputs);
    const metadata = inBytes({ "containerimage.config": JSON.stringify(image.config) });
    await call.send(
      MESSAGES.gatewaySolved.encode({ result: { ref: { id: build.ref, def: definitionOf(build.ref) }, metadata } }),
    );
  }

  /** Results of other builds that stand in for contexts, by the names that options call them by. */
  #inputsOf({ FrontendInputs }: GatewaySolve): ReadonlyMap<string, Built> {
    const found = Object.entries(FrontendInputs).flatMap(([name, definition]) => {
      const ref = refOf(definition);
      const built = ref === undefined ? undefined : this.#builds.get(ref)?.result;
      return built === undefined ? [] : [[name, built.image] as const];
    });
    return new Map(found);
  }

  #run(
    build: ClientBuild,
    frontend: string,
    options: Readonly<Record<string, string>>,
    signal: AbortSignal,
    inputs: ReadonlyMap<string, Built> = new Map(),
  ) {
    if (frontend !== "dockerfile.v0" && frontend !== "gateway.v0") {
      throw new GrpcError(CODES.notFound, `frontend ${frontend} not found`);
    }
    return build.run(options, signal, inputs);
  }

  async #returned(call: GrpcCall): Promise<void> {
    const { error } = MESSAGES.returned.decode(await onlyMessage(call));
    const build = this.#buildOf(String(call.metadata["buildkit-controlapi-buildid"] ?? ""));
    build.return(
      error === undefined || error === null ? undefined : new GrpcError(error.code, error.message, error.details),
    );
    await call.send(MESSAGES.empty.encode({}));
  }
}

function inBytes(texts: Readonly<Record<string, string>>): Record<string, Uint8Array> {
  const encoder = new TextEncoder();
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, encoder.encode(text)]));
}
