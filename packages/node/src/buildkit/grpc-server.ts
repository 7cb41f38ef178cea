/** A gRPC server on a connection that somebody else has opened. */
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { CODES, GRPC_TYPE, GrpcError, messagesOf, send, trailersOf } from "./grpc.ts";

export interface GrpcCall {
  /** What the caller sends: one message for most methods. */
  readonly messages: AsyncIterable<Uint8Array>;
  readonly metadata: IncomingHttpHeaders;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
  send(message: Uint8Array): Promise<void>;
}

/** Methods by their path: "/moby.buildkit.v1.Control/Info". */
export type GrpcMethods = Readonly<Record<string, (call: GrpcCall) => Promise<void>>>;

/** Answers calls until the connection ends. */
export function serveGrpc(socket: Duplex, methods: GrpcMethods): void {
  const server = createServer();
  server.on("stream", (stream, headers) => void answer(stream, headers, methods));
  server.on("sessionError", () => socket.destroy());
  server.emit("connection", socket);
}

async function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, methods: GrpcMethods): Promise<void> {
  const gone = new AbortController();
  let failure: unknown;
  stream.on("error", () => gone.abort());
  stream.on("close", () => gone.abort());
  stream.on("wantTrailers", () => stream.sendTrailers(trailersOf(failure)));
  stream.respond({ ":status": 200, "content-type": GRPC_TYPE }, { waitForTrailers: true });
  try {
    const method = methods[headers[":path"] ?? ""];
    if (method === undefined) throw new GrpcError(CODES.unimplemented, `unknown method ${headers[":path"]}`);
    await method({
      messages: messagesOf(stream),
      metadata: headers,
      signal: gone.signal,
      send: (message) => send(stream, message),
    });
  } catch (error) {
    failure = error;
  }
  if (!stream.destroyed) stream.end();
}

/** The message of a call that has one. @throws GrpcError if it has none */
export async function onlyMessage({ messages }: GrpcCall): Promise<Uint8Array> {
  for await (const message of messages) return message;
  throw new GrpcError(CODES.unknown, "a message was expected");
}
