/** One HTTP request to a server, and its response. @see RFC 9112 */
import {
  close,
  connect,
  Errno,
  MSG_NOSIGNAL,
  POLLIN,
  poll,
  type Routine,
  read,
  sendto,
  socket,
} from "../../abi/index.ts";
import { familyOf } from "../../lib/index.ts";
import { type HttpRequest, type HttpResponse, requestBytes } from "./message.ts";
import { HttpError, MessageReader } from "./reader.ts";

/** A stream to a server. @throws Errno ECONNREFUSED, EHOSTUNREACH… */
export function* connectTo(address: string, port: number): Routine<number> {
  const family = familyOf(address) === 4 ? "inet" : "inet6";
  const fd = yield* socket(family, "stream");
  const failed = yield* connect(fd, { family, address, port }).attempt();
  if (!(failed instanceof Errno)) return fd;
  yield* close(fd);
  throw failed;
}

export interface Exchanged extends HttpResponse {
  readonly version: string;
}

/** Why there was no response. */
export type ExchangeFailure = "empty" | "timeout" | "malformed";

/** Sends a request over a stream and reads the response. The stream stays open. */
export function* exchange(fd: number, request: HttpRequest, timeoutUs?: number): Routine<Exchanged | ExchangeFailure> {
  for (let rest = requestBytes(request); rest.length > 0; ) {
    const sent = yield* sendto(fd, rest, MSG_NOSIGNAL).attempt();
    if (sent instanceof Errno) return "empty";
    rest = rest.subarray(sent);
  }
  const reader = new MessageReader("response");
  const hasBody = request.method !== "HEAD";
  for (;;) {
    if (timeoutUs !== undefined) {
      const ready = yield* poll([{ fd, events: POLLIN }], timeoutUs).attempt();
      if (!(ready instanceof Errno) && ready.length === 0) return "timeout";
    }
    const bytes = yield* read(fd, 65_536).attempt();
    const isEnd = bytes instanceof Errno || bytes.length === 0;
    if (isEnd) reader.end();
    else reader.push(bytes);
    try {
      const message = reader.next({ hasBody });
      const match = /^(HTTP\/1\.[01]) (\d{3}) ?(.*)$/.exec(message?.line ?? "");
      if (message !== undefined && match === null) return "malformed";
      // A 1xx response comes before the one that counts.
      if (message !== undefined && match !== null && !match[2]?.startsWith("1")) {
        const [, version = "", status = "", reason = ""] = match;
        return { version, status: Number(status), reason, fields: message.fields, body: message.body };
      }
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return "malformed";
    }
    if (isEnd) return reader.isEmpty ? "empty" : "malformed";
  }
}
