/**
 * An HTTP/1.1 server on a socket: one process that looks after all connections with poll(2) and answers one request at a
 * time, as a small single-threaded server does.
 *
 * @see RFC 9112
 */
import {
  accept4,
  bind,
  close,
  Errno,
  listen,
  MSG_NOSIGNAL,
  POLLIN,
  poll,
  type Routine,
  read,
  SOMAXCONN,
  type SocketAddress,
  sendto,
  setsockopt,
  socket,
} from "../../abi/index.ts";
import { encode, familyOf, NO_BYTES } from "../../lib/index.ts";
import { type HttpRequest, type HttpResponse, hasToken, head, responseBytes } from "./message.ts";
import { HttpError, MessageReader } from "./reader.ts";
import { reasonOf } from "./status.ts";

const READ_SIZE = 65_536;

/** A request and who sent it. */
export interface Incoming extends HttpRequest {
  readonly from: SocketAddress;
}

/** A body that is made while it is sent; without a length it goes in chunks. */
export interface StreamedResponse extends Omit<HttpResponse, "body"> {
  /** The next bytes; `undefined` at the end. */
  readonly stream: () => Routine<Uint8Array | undefined>;
}

export type Answer = HttpResponse | StreamedResponse;
export type Answerer = (request: Incoming) => Routine<Answer>;

export interface HttpServerOptions {
  /** What is answered to bytes that are no request. */
  readonly onError?: (status: number) => HttpResponse;
  /** Told of each answer: an access log. */
  readonly onAnswer?: (request: Incoming, status: number, bytes: number) => Routine<void>;
}

/** A stream socket that listens. @throws Errno EADDRINUSE, EACCES… */
export function* listenOn(address: string, port: number): Routine<number> {
  const family = familyOf(address) === 4 ? "inet" : "inet6";
  const fd = yield* socket(family, "stream");
  yield* setsockopt(fd, "SO_REUSEADDR", 1);
  try {
    yield* bind(fd, { family, address, port });
    yield* listen(fd, SOMAXCONN);
    return fd;
  } catch (error) {
    yield* close(fd);
    throw error;
  }
}

interface Connection {
  readonly fd: number;
  readonly from: SocketAddress;
  readonly reader: MessageReader;
  /** "100 Continue" was sent for the request that is being read. */
  told: boolean;
}

/** Answers requests on a listening socket, for ever. */
export function* serveHttp(listener: number, answerer: Answerer, options: HttpServerOptions = {}): Routine<never> {
  const connections = new Map<number, Connection>();
  for (;;) {
    const fds = [listener, ...connections.keys()];
    const ready = yield* poll(fds.map((fd) => ({ fd, events: POLLIN }))).attempt();
    if (ready instanceof Errno) {
      if (ready.code !== "EINTR") throw ready;
      continue;
    }
    for (const { fd } of ready) {
      const connection = connections.get(fd);
      if (connection !== undefined) {
        if (yield* progress(connection, answerer, options)) continue;
        connections.delete(fd);
        yield* close(fd).attempt();
      } else if (fd === listener) {
        const accepted = yield* accept4(listener).attempt();
        if (accepted instanceof Errno) continue;
        connections.set(accepted.fd, { ...accepted, reader: new MessageReader("request"), told: false });
      }
    }
  }
}

/** Reads what has come and answers whole requests. False when the connection is over. */
function* progress(connection: Connection, answerer: Answerer, options: HttpServerOptions): Routine<boolean> {
  const { fd, reader, from } = connection;
  const bytes = yield* read(fd, READ_SIZE).attempt();
  if (bytes instanceof Errno || bytes.length === 0) return false;
  reader.push(bytes);
  try {
    for (let message = reader.next(); message !== undefined; message = reader.next()) {
      const match = /^([A-Z][A-Z-]*) (\S+) (HTTP\/1\.[01])$/.exec(message.line);
      if (match === null) throw new HttpError(400);
      const [, method = "", target = "", version = ""] = match;
      const request = { method, target, version, fields: message.fields, body: message.body, from };
      connection.told = false;
      if (!(yield* respond(fd, request, answerer, options))) return false;
    }
    yield* maybeContinue(connection);
    return true;
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const answer = (options.onError ?? plainError)(error.status);
    yield* send(fd, responseBytes({ ...answer, fields: [...answer.fields, ["Connection", "close"]] }));
    return false;
  }
}

/** A client may wait for leave to send its body. @see RFC 9110 section 10.1.1 */
function* maybeContinue(connection: Connection): Routine<void> {
  const { reader, fd } = connection;
  if (connection.told || reader.head === undefined || !hasToken(reader.head.fields, "expect", "100-continue")) return;
  connection.told = true;
  yield* send(fd, head("HTTP/1.1 100 Continue", []));
}

/** Answers one request. True if the connection goes on. */
function* respond(fd: number, request: Incoming, answerer: Answerer, options: HttpServerOptions): Routine<boolean> {
  const answer = yield* answerer(request);
  const isOld = request.version === "HTTP/1.0";
  const wantsClose = hasToken(request.fields, "connection", "close") || hasToken(answer.fields, "connection", "close");
  const goesOn = !wantsClose && (!isOld || hasToken(request.fields, "connection", "keep-alive"));
  const says = hasToken(answer.fields, "connection", "close") || (goesOn && !isOld);
  const connection = says ? [] : [["Connection", goesOn ? "keep-alive" : "close"] as const];
  const fields = [...answer.fields, ...connection];
  const isHead = request.method === "HEAD";
  if (!("stream" in answer)) {
    const isSent = yield* send(fd, responseBytes({ ...answer, fields }, { isHead }));
    if (options.onAnswer !== undefined) yield* options.onAnswer(request, answer.status, answer.body.length);
    return isSent && goesOn;
  }
  const chunked = !answer.fields.some(([name]) => name.toLowerCase() === "content-length") && !isOld;
  const coding = chunked ? [["Transfer-Encoding", "chunked"] as const] : [];
  const line = `HTTP/1.1 ${answer.status} ${answer.reason ?? reasonOf(answer.status)}`;
  let isSent = yield* send(fd, head(line, [...fields, ...coding]));
  let bytes = 0;
  while (isSent && !isHead) {
    const part = yield* answer.stream();
    bytes += part?.length ?? 0;
    if (part === undefined || part.length > 0) isSent = yield* send(fd, chunked ? chunk(part) : (part ?? NO_BYTES));
    if (part === undefined) break;
  }
  if (options.onAnswer !== undefined) yield* options.onAnswer(request, answer.status, bytes);
  return isSent && goesOn && (chunked || !isOld);
}

function chunk(part: Uint8Array | undefined): Uint8Array {
  if (part === undefined) return encode("0\r\n\r\n");
  const before = encode(`${part.length.toString(16)}\r\n`);
  const whole = new Uint8Array(before.length + part.length + 2);
  whole.set(before);
  whole.set(part, before.length);
  whole.set([13, 10], before.length + part.length);
  return whole;
}

/** False if the other side has gone. */
function* send(fd: number, bytes: Uint8Array): Routine<boolean> {
  for (let rest = bytes; rest.length > 0; ) {
    const sent = yield* sendto(fd, rest, MSG_NOSIGNAL).attempt();
    if (sent instanceof Errno) {
      if (sent.code !== "EINTR") return false;
    } else rest = rest.subarray(sent);
  }
  return true;
}

const plainError = (status: number): HttpResponse => ({
  status,
  fields: [["Content-Type", "text/plain"]],
  body: encode(`${reasonOf(status)}\n`),
});
