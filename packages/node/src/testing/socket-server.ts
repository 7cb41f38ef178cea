/** An engine behind a unix socket in a directory of its own, and requests to it. */
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "@bottleship/core/engine";
import { type EngineServer, type EngineServerOptions, serve } from "../server.ts";

export interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface SocketServer {
  readonly server: EngineServer;
  readonly directory: string;
  /** The socket's. */
  readonly path: string;
  call(method: string, target: string, sent?: Sent): Promise<Answer>;
  /** Ends the server and removes the directory. */
  close(): Promise<void>;
}

export async function serveOnSocket(engine: Engine, options: EngineServerOptions = {}): Promise<SocketServer> {
  const directory = mkdtempSync(join(tmpdir(), "bottleship-"));
  const path = join(directory, "docker.sock");
  const server = await serve(engine, { ...options, listen: [{ kind: "unix", path }] });
  return {
    server,
    directory,
    path,
    call: (method, target, { headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const type = { "Content-Type": "application/json" };
        const sent = request({ socketPath: path, method, path: target, headers: { ...type, ...headers } });
        sent.on("error", reject);
        sent.on("response", (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }));
        });
        sent.end(body === undefined ? undefined : JSON.stringify(body));
      }),
    close: async () => {
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
}
