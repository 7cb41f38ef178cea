/**
 * A function from Request to Response on a real TCP port: registries of a world for skopeo, crane and `docker pull`.
 *
 * Bodies stream in both directions; who does not read is waited for. A response that breaks off breaks the connection.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeStream } from "node:stream/web";

/** Where it listens. */
export interface ServeFetchOptions {
  /** Where others can connect. Default: this computer only. */
  readonly host?: string;
  /** Default: any that is free. */
  readonly port?: number;
}

/** A server that listens. */
export interface FetchServer {
  readonly host: string;
  readonly port: number;
  /** "http://127.0.0.1:5000" */
  readonly url: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** Resolves when it listens. @throws Error of the system if the address cannot be had */
export async function serveFetch(
  fetch: (request: Request) => Promise<Response>,
  { host = "127.0.0.1", port = 0 }: ServeFetchOptions = {},
): Promise<FetchServer> {
  const server = createServer({ requestTimeout: 0 });
  server.on("request", (request, response) => {
    answer(fetch, request, response).catch(() => response.destroy());
  });
  const bound = await listen(server, host, port);
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    host,
    port: bound,
    url: `http://${name}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

async function answer(
  fetch: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = requestOf(incoming);
  if (request === undefined) {
    outgoing.writeHead(400, { connection: "close" }).end();
    return;
  }
  const response = await fetch(request);
  outgoing.writeHead(response.status, headersOf(response));
  if (response.body === null || incoming.method === "HEAD") {
    outgoing.end();
    return;
  }
  await pipeline(Readable.fromWeb(response.body as NodeStream<Uint8Array>), outgoing);
}

/** Undefined for what is none: a method that the web does not know, a host that no URL can have. */
function requestOf(incoming: IncomingMessage): Request | undefined {
  const { method = "GET", url = "/", headers } = incoming;
  const copied = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) copied.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  const body = hasBody ? { body: bodyOf(incoming), duplex: "half" } : {};
  try {
    return new Request(`http://${headers.host ?? "localhost"}${url}`, { method, headers: copied, ...body });
  } catch {
    return undefined;
  }
}

/** Nothing is read before somebody wants it: of what nobody wants the server rids itself. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        chunks ??= incoming[Symbol.asyncIterator]();
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      },
    },
    { highWaterMark: 0 },
  );
}

function headersOf(response: Response): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  response.headers.forEach((value, name) => {
    headers[name] = value;
  });
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  return headers;
}
