/**
 * The Engine API as a function: requests in, replies out. It knows no sockets.
 *
 * Every request is something from outside of the simulated world, which is woken before the answer is made and after.
 */
import { ConnectionLost, type Engine } from "@bottleship/core/engine";
import { BrokenAnswer, NO_TROUBLE, type Trouble } from "@bottleship/core/faults";
import { clean, StatusError } from "@bottleship/core/lib";
import { clientOf } from "./http/client.ts";
import { cutByDaemon } from "./http/connection.ts";
import { type ApiReply, type ApiRequest, empty, type HijackedStream, type Output } from "./http/exchange.ts";
import { Query } from "./http/form.ts";
import { badRequest, HttpProblem, problemReply } from "./http/problem.ts";
import { type Call, type Handler, type KnownRoute, Router } from "./http/router.ts";
import { lateFailure, spoiled } from "./http/spoil.ts";
import { versionOf } from "./http/version.ts";
import { bottleshipRoutes } from "./routes/bottleship.ts";
import { containerRoutes } from "./routes/containers/index.ts";
import { execRoutes } from "./routes/exec.ts";
import type { BuildTrace } from "./routes/images/buildkit.ts";
import { imageRoutes } from "./routes/images/index.ts";
import type { SessionBuilds } from "./routes/images/session-build.ts";
import { networkRoutes } from "./routes/networks.ts";
import { pluginRoutes } from "./routes/plugins.ts";
import { swarmRoutes } from "./routes/swarm/index.ts";
import { systemRoutes } from "./routes/system.ts";
import { unsupportedRoutes } from "./routes/unsupported.ts";
import { volumeRoutes } from "./routes/volumes.ts";

/** What those who serve the API can take part in. */
export interface EngineApiOptions {
  /** Hears of errors that no client could have caused: bugs of the simulator. */
  readonly onBug?: (error: unknown, request: ApiRequest) => void;
  /** Writes what builds tell as BuildKit's clients read it; without it, they tell only how they end. */
  readonly buildTrace?: BuildTrace;
  /** Builds whose files clients serve on sessions; without it there are none. */
  readonly sessionBuilds?: SessionBuilds;
  /** Hears of every reply before it is sent. */
  readonly onReply?: (request: ApiRequest, reply: ApiReply) => void;
}

/** The Engine API of one engine: `handle` answers a request. */
export class EngineApi {
  readonly #engine: Engine;
  readonly #router: Router;
  readonly #onBug: EngineApiOptions["onBug"];
  readonly #onReply: EngineApiOptions["onReply"];

  constructor(engine: Engine, options: EngineApiOptions = {}) {
    this.#engine = engine;
    this.#onBug = options.onBug;
    this.#onReply = options.onReply;
    this.#router = new Router([
      ...unsupportedRoutes(),
      ...systemRoutes(engine),
      ...containerRoutes(engine),
      ...execRoutes(engine),
      ...imageRoutes(engine, { trace: options.buildTrace, sessions: options.sessionBuilds }),
      ...networkRoutes(engine),
      ...volumeRoutes(engine),
      ...pluginRoutes(engine),
      ...swarmRoutes(engine),
      ...bottleshipRoutes(engine),
    ]);
  }

  /**
   * Answers one request: at once where nothing has to be waited for. What goes wrong is a reply with a message.
   *
   * @throws ConnectionLost if there is no daemon, or it ends before its answer: the connection breaks then
   */
  handle(request: ApiRequest): ApiReply | Promise<ApiReply> {
    const { daemon, world } = this.#engine;
    if (!daemon.isListening) throw new ConnectionLost();
    world.wake();
    let answer: ApiReply | Promise<ApiReply>;
    try {
      answer = this.#answer(request);
    } catch (error) {
      return this.#failed(request, error);
    }
    if (!(answer instanceof Promise)) return this.#answered(request, answer);
    return answer.then(
      (reply) => this.#answered(request, reply),
      (error: unknown) => this.#failed(request, error),
    );
  }

  /** The answer of a handler, once what it has done is written. */
  #answered(request: ApiRequest, reply: ApiReply): ApiReply {
    let written: ApiReply;
    try {
      written = this.#written(reply);
    } catch (error) {
      return this.#failed(request, error);
    }
    return this.#told(request, written);
  }

  /** What went wrong, as a reply. @throws ConnectionLost if there is to be none */
  #failed(request: ApiRequest, error: unknown): ApiReply {
    if (error instanceof ConnectionLost || error instanceof BrokenAnswer) {
      this.#engine.world.wake();
      throw new ConnectionLost();
    }
    if (!(error instanceof StatusError) && !(error instanceof HttpProblem)) this.#onBug?.(error, request);
    return this.#told(request, problemReply(error));
  }

  /** The reply on its way: the world looks at what the request has changed. */
  #told(request: ApiRequest, reply: ApiReply): ApiReply {
    this.#engine.world.wake();
    this.#onReply?.(request, reply);
    return reply;
  }

  #answer(request: ApiRequest): ApiReply | Promise<ApiReply> {
    const moved = movedTo(request.path);
    if (moved !== undefined) return redirect(moved, request.query);
    const { version, path } = versionOf(request.path);
    if (request.method === "OPTIONS") return empty(200);
    const match = this.#router.match(request.method, path);
    if (match === undefined) throw new HttpProblem(404, "page not found");
    const { query } = request;
    if (match.route.readsForm && query instanceof Query && query.problem !== undefined) throw badRequest(query.problem);
    return this.#carryOut(match.route, { request, version, query, param: match.param });
  }

  /** On a machine with a state, what was done is written before the client hears that it is. */
  #written(reply: ApiReply): ApiReply {
    if (reply.kind === "whole") {
      this.#engine.flush();
      return reply;
    }
    const flush = (): void => this.#engine.flush();
    const cut = cutByDaemon(this.#engine.daemon, reply);
    if (cut.kind === "stream") return { ...cut, run: (output: Output) => cut.run(output).finally(flush) };
    return { ...cut, run: (stream: HijackedStream) => cut.run(stream).finally(flush) };
  }

  /** Through the door where calls are logged, and may go wrong on purpose. */
  #carryOut({ operation, handler }: KnownRoute, call: Call): ApiReply | Promise<ApiReply> {
    if (operation === undefined) return handler(call);
    const { request, query, param } = call;
    const subject = param === "" ? (query.get("name") ?? query.get("fromImage") ?? "") : param;
    const made = { operation, subject, client: clientOf(request) };
    return this.#engine.faults.api.call(
      made,
      (trouble) => (trouble === NO_TROUBLE ? handler(call) : troubled(handler, call, trouble)),
      request.signal,
    );
  }
}

async function troubled(handler: Handler, call: Call, trouble: Trouble): Promise<ApiReply> {
  if (trouble.failsLate !== undefined) return lateFailure(trouble.failsLate);
  return spoiled(await handler(call), trouble);
}

/** The path without `//` and `..`, as gorilla/mux wants it, if there are such, also in disguise. */
function movedTo(path: string): string | undefined {
  const said = path.includes("%") ? decodedPath(path) : path;
  if (!said.includes("//") && !said.includes("/.")) return undefined;
  const cleaned = clean(said);
  const moved = said.endsWith("/") && cleaned !== "/" ? `${cleaned}/` : cleaned;
  return moved === said ? undefined : encodeURI(moved);
}

/** @throws HttpProblem 400, as Go's server, for what is no path */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new HttpProblem(400, "400 Bad Request", { isPlain: true });
  }
}

function redirect(path: string, query: URLSearchParams): ApiReply {
  const question = query.size > 0 ? `?${query}` : "";
  return empty(301, { Location: path + question });
}
