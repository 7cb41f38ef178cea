/**
 * A stream of bytes both ways as a WebSocket: each message in is input, each piece of output a message.
 *
 * @see RFC 6455; moby api/server/router/container/container_routes.go wsContainersAttach
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { ApiReply } from "@bottleship/engine-api";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";

type Hijack = Extract<ApiReply, { kind: "hijack" }>;

/** @see golang.org/x/net/websocket DefaultMaxPayloadBytes */
const MAX_MESSAGE_BYTES = 32 << 20;
const VERSION = "13";
const NORMAL_CLOSURE = 1000;

/** Where a client may come from is not asked: whoever reaches the socket may do everything. */
const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });

/** Answers the handshake and plays the reply; resolves when the stream has ended. */
export async function playWebSocket(
  reply: Hijack,
  request: IncomingMessage,
  socket: Duplex,
  { head, signal }: { readonly head: Buffer; readonly signal: AbortSignal },
): Promise<void> {
  if (request.headers["sec-websocket-version"] !== VERSION) {
    const problem = "missing or bad WebSocket Version";
    socket.end(`HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Version: ${VERSION}\r\n\r\n${problem}`);
    return;
  }
  const upgraded = await new Promise<WebSocket>((resolve) => server.handleUpgrade(request, socket, head, resolve));
  const gone = new AbortController();
  upgraded.on("close", () => gone.abort());
  upgraded.on("error", () => gone.abort());
  const input: AsyncIterable<Uint8Array> = createWebSocketStream(upgraded).on("error", () => gone.abort());
  const write = (bytes: Uint8Array): Promise<void> => send(upgraded, bytes, reply.webSocket === "binary");
  try {
    await reply.run({ write, signal: AbortSignal.any([signal, gone.signal]), input: piecesOf(input) });
    upgraded.close(NORMAL_CLOSURE);
  } finally {
    // Docker closes the connection without waiting for the client to agree.
    socket.end();
  }
}

/** Resolves when more may be written, or nobody reads any more. */
function send(target: WebSocket, bytes: Uint8Array, binary: boolean): Promise<void> {
  return new Promise((resolve) => target.send(bytes, { binary }, () => resolve()));
}

/** Views that are plain; a client that breaks off has ended its input. */
async function* piecesOf(input: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    for await (const { buffer, byteOffset, byteLength } of input) yield new Uint8Array(buffer, byteOffset, byteLength);
  } catch {
    return;
  }
}
