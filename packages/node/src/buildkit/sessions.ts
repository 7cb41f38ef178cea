/**
 * Sessions: connections on which the client serves what a build asks it for - files, secrets.
 *
 * @see BuildKit session/manager.go, docs "session"
 */
import type { Duplex } from "node:stream";
import { CODES, GrpcError } from "./grpc.ts";
import { GrpcClient } from "./grpc-client.ts";

/** A client calls for a build and opens its session at the same time. */
const PATIENCE_MS = 5_000;

export class Sessions {
  readonly #open = new Map<string, GrpcClient>();
  readonly #awaited = new Map<string, ((client: GrpcClient) => void)[]>();

  add(id: string, socket: Duplex): void {
    const client = new GrpcClient(socket);
    this.#open.set(id, client);
    socket.on("close", () => this.#open.delete(id));
    for (const arrived of this.#awaited.get(id) ?? []) arrived(client);
    this.#awaited.delete(id);
  }

  /** Whether a client serves this one. */
  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** @throws GrpcError if the client does not open it */
  get(id: string): Promise<GrpcClient> {
    const open = this.#open.get(id);
    if (open !== undefined) return Promise.resolve(open);
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new GrpcError(CODES.notFound, `no active session for ${id}: context deadline exceeded`)),
        PATIENCE_MS,
      );
      const waiting = this.#awaited.get(id) ?? [];
      this.#awaited.set(id, waiting);
      waiting.push((client) => {
        clearTimeout(late);
        resolve(client);
      });
    });
  }
}
