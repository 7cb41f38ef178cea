/**
 * `serve`: a web application as a function from `Request` to `Response`, as a program that listens on a socket.
 *
 *     engine.programs.script("app.py", serve((request, p) => new Response(`Hello ${p.env.get("NAME")}!`)));
 *
 * Requests are answered one at a time. While the handler runs the process is busy, as in `asyncProgram`, whose `p` the
 * handler gets; a body that is a stream is read as it is sent.
 */
import { Errno, type Program, type Routine } from "../abi/index.ts";
import { encode } from "../lib/index.ts";
import { Io } from "../userland/index.ts";
import { type AsyncProcess, AsyncRunner } from "./async-program.ts";
import { type Fields, field } from "./http/message.ts";
import { type Answer, type Incoming, listenOn, serveHttp } from "./http/server.ts";

/** Answers a request, as a handler of `fetch` does; `p` is the process that it runs in. */
export type Handler = (request: Request, p: AsyncProcess) => Response | Promise<Response>;

/** Where a handler is served. */
export interface ServeOptions {
  /** Default: the environment's PORT, else 8000. */
  readonly port?: number;
  /** Default: the environment's HOST, else all addresses. */
  readonly host?: string;
  /** A line on standard output once it listens. */
  readonly banner?: string | ((port: number) => string);
  /** A line on standard error for each answer; default none. */
  readonly log?: (request: { readonly method: string; readonly target: string }, status: number) => string;
}

/** Where `serve` listens if nobody says where. */
export const DEFAULT_PORT = 8000;

/** A program that serves HTTP with a handler. Ends with 1 if it cannot listen. */
export function serve(handler: Handler, options: ServeOptions = {}): Program {
  return function* (argv, env) {
    const io = new Io(argv[0] ?? "serve", argv, env);
    const port = options.port ?? Number(env.get("PORT") ?? DEFAULT_PORT);
    const host = options.host ?? env.get("HOST") ?? "0.0.0.0";
    const listener = yield* listenOrSay(io, host, port);
    if (listener === undefined) return 1;
    const { banner, log } = options;
    if (banner !== undefined) yield* io.out.line(typeof banner === "function" ? banner(port) : banner);
    yield* io.out.flush();
    return yield* serveHttp(listener, (request) => answer(io, handler, request, port), {
      ...(log === undefined ? {} : { onAnswer: (request, status) => io.err.write(`${log(request, status)}\n`) }),
    });
  };
}

function* listenOrSay(io: Io, host: string, port: number): Routine<number | undefined> {
  try {
    return yield* listenOn(host, port);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* io.perror(`cannot listen on ${host}:${port}`, error);
    return undefined;
  }
}

/** A handler that throws is answered for with 500, and what it threw is told on standard error. */
function* answer(io: Io, handler: Handler, request: Incoming, port: number): Routine<Answer> {
  const runner = new AsyncRunner(io.argv, io.env);
  try {
    const response = yield* runner.run((p) => handler(toRequest(request, port), p));
    return yield* toAnswer(runner, response);
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    yield* io.err.write(`${io.name}: ${request.method} ${request.target}: ${text}\n`);
    return { status: 500, fields: TEXT, body: encode("Internal Server Error") };
  }
}

const TEXT: Fields = [["Content-Type", "text/plain;charset=UTF-8"]];

function toRequest({ method, target, fields, body }: Incoming, port: number): Request {
  const host = field(fields, "host") ?? `localhost:${port}`;
  const url = target.startsWith("/") ? `http://${host}${target}` : target;
  return new Request(url, {
    method,
    headers: fields.map(([name, value]) => [name, value] as [string, string]),
    ...(body.length > 0 && method !== "GET" && method !== "HEAD" ? { body: body.slice().buffer } : {}),
  });
}

/** A body that is there at once is sent with its length, another one as it comes. */
function* toAnswer(runner: AsyncRunner, response: Response): Routine<Answer> {
  const fields: [string, string][] = [];
  response.headers.forEach((value, name) => void fields.push([name, value]));
  const reason = response.statusText === "" ? {} : { reason: response.statusText };
  const start = { status: response.status, fields, ...reason };
  const reader = response.body?.getReader();
  if (reader === undefined) return { ...start, body: new Uint8Array(0) };
  const first = yield* runner.run(() => reader.read());
  if (first.done) return { ...start, body: new Uint8Array(0) };
  // Whether there is more is asked before the head is sent, unless that would take system calls, and so time.
  const second = reader.read();
  if ((yield* runner.settlesAtOnce(second)) && (yield* runner.run(() => second)).done) {
    return { ...start, body: first.value };
  }
  const waiting: (Promise<ReadableStreamReadResult<Uint8Array>> | undefined)[] = [Promise.resolve(first), second];
  return {
    ...start,
    *stream(): Routine<Uint8Array | undefined> {
      const { value } = yield* runner.run(() => waiting.shift() ?? reader.read());
      return value;
    },
  };
}
