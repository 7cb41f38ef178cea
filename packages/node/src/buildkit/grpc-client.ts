/** A gRPC client on a connection that somebody else has opened. */
import { type ClientHttp2Session, connect } from "node:http2";
import type { Duplex } from "node:stream";
import { CODES, checkStatus, GRPC_TYPE, GrpcError, messagesOf, send } from "./grpc.ts";

export type Metadata = Readonly<Record<string, string | readonly string[]>>;

/** A call in progress. */
export interface OutgoingCall {
  /** What comes back. @throws GrpcError at the end if the call has failed */
  readonly messages: AsyncIterable<Uint8Array>;
  send(message: Uint8Array): Promise<void>;
  /** Says that nothing more will be sent. */
  end(): void;
}

export class GrpcClient {
  readonly #session: ClientHttp2Session;

  constructor(socket: Duplex) {
    this.#session = connect("http://localhost", { createConnection: () => socket });
    // A connection that breaks shows in the calls that it breaks.
    this.#session.on("error", () => {});
  }

  /** @param method its path: "/moby.filesync.v1.FileSync/DiffCopy" */
  call(method: string, metadata: Metadata = {}): OutgoingCall {
    if (this.#session.destroyed) throw new GrpcError(CODES.unavailable, "no active session");
    const values = Object.entries(metadata).map(([name, value]) => [
      name,
      typeof value === "string" ? value : [...value],
    ]);
    const stream = this.#session.request({
      ":method": "POST",
      ":path": method,
      "content-type": GRPC_TYPE,
      te: "trailers",
      ...Object.fromEntries(values),
    });
    let failure: unknown;
    const check = (headers: Parameters<typeof checkStatus>[0]): void => {
      try {
        checkStatus(headers);
      } catch (error) {
        failure = error;
      }
    };
    // The reader of the messages gets the error; a call that nobody reads may break unheard.
    stream.on("error", () => {});
    stream.on("response", check);
    stream.on("trailers", check);
    async function* messages(): AsyncGenerator<Uint8Array> {
      yield* messagesOf(stream);
      if (failure !== undefined) throw failure;
    }
    return { messages: messages(), send: (message) => send(stream, message), end: () => stream.end() };
  }

  /** A method with one message each way. */
  async unary(method: string, message: Uint8Array, metadata: Metadata = {}): Promise<Uint8Array> {
    const call = this.call(method, metadata);
    await call.send(message);
    call.end();
    let answer: Uint8Array | undefined;
    for await (const one of call.messages) answer ??= one;
    if (answer === undefined) throw new GrpcError(CODES.unknown, `${method} gave no answer`);
    return answer;
  }

  close(): void {
    this.#session.close();
  }
}
