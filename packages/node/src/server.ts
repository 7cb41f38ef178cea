/**
 * The Engine API on real sockets.
 *
 * A unix socket is for its owner only; TCP listens on the loopback unless another address is named.
 */

import { chmodSync, existsSync, lstatSync, unlinkSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { dirname } from "node:path";
import { type Duplex, duplexPair } from "node:stream";
import { ConnectionLost, type Engine } from "@bottleship/core/engine";
import { UNLIMITED } from "@bottleship/core/sim";
import { EngineApi, type EngineApiOptions } from "@bottleship/engine-api";
import { addressText, type ListenAddress } from "./address.ts";
import { buildTrace } from "./buildkit/build-trace.ts";
import { BuildKit } from "./buildkit/buildkit.ts";
import { detached, exchange, upgrade } from "./exchange.ts";

/** Filters and build arguments travel in the request line. */
const MAX_HEADER_BYTES = 256 * 1024;
/** Clients keep connections and find out too late that they have been closed. */
const KEEP_ALIVE_MS = 180_000;
const SOCKET_MODE = 0o600;
/** Connections that wait until they are accepted: as many as the kernel lets. @see listen(2), net.core.somaxconn */
const BACKLOG = 4096;
/** What is wrong with requests that are none, by the parser's code. */
const CLIENT_ERRORS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** What TCP is spoken with; unix sockets need none of it. */
export interface TlsOptions {
  /** PEM of the server's certificate and of its key. */
  readonly cert: string;
  readonly key: string;
  /** PEM of who signs clients: with it, only clients that show a certificate of theirs get in. */
  readonly ca?: string;
}

/** How a server talks. */
export interface EngineServerOptions extends EngineApiOptions {
  readonly tls?: TlsOptions;
}

/** Where it listens, besides. */
export interface ServeOptions extends EngineServerOptions {
  readonly listen: readonly ListenAddress[];
}

/** Serves one engine on any number of addresses. */
export class EngineServer {
  readonly #engine: Engine;
  readonly #api: EngineApi;
  readonly #buildkit: BuildKit;
  readonly #tls: TlsOptions | undefined;
  readonly #servers: Server[] = [];
  readonly #addresses: ListenAddress[] = [];
  /** Connections that are no longer HTTP, and those of this process: their server does not know them. */
  readonly #unknown = new Set<Duplex>();
  /** Listens nowhere: it has the connections of this process. */
  #inner: Server | undefined;
  #isClosed = false;

  constructor(engine: Engine, { tls, ...options }: EngineServerOptions = {}) {
    this.#engine = engine;
    this.#tls = tls;
    this.#buildkit = new BuildKit(engine);
    const { sessionBuilds } = this.#buildkit;
    this.#api = new EngineApi(engine, { buildTrace, sessionBuilds, ...options });
  }

  /** Where it listens, as DOCKER_HOST wants it. */
  get addresses(): readonly string[] {
    return this.#addresses.map(addressText);
  }

  /** @throws Error of the system if the address cannot be had */
  async listen(address: ListenAddress): Promise<void> {
    const server = this.#createServer(address);
    if (address.kind === "unix") {
      checkDirectory(address.path);
      await removeStale(address.path);
    }
    await listening(server, address);
    this.#servers.push(server);
    const bound = server.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : 0;
    this.#addresses.push(address.kind === "unix" ? address : { ...address, port });
  }

  /** A connection from this process, of which this is the client's end. Nothing has to listen for it. */
  connect(): Duplex {
    const [client, own] = duplexPair();
    if (this.#isClosed) return client.destroy(new ConnectionLost());
    if (this.#inner === undefined) {
      this.#inner = this.#createServer({ kind: "unix", path: "" });
      this.#servers.push(this.#inner);
    }
    // Node's pairs do not tell each other what is no orderly end.
    client.on("close", () => own.destroy());
    this.#unknown.add(own);
    own.on("close", () => {
      this.#unknown.delete(own);
      if (!own.writableFinished) client.destroy();
    });
    this.#inner.emit("connection", own);
    return client;
  }

  /** In real time the world goes on by itself, whether anybody waits or not. Resolves when the server is closed. */
  async run(): Promise<void> {
    if (this.#engine.world.policy !== "real") return;
    const options = { ...UNLIMITED, isPatient: true, what: "the server to be closed" };
    await this.#engine.world.until(() => this.#isClosed, options);
  }

  /** Ends every connection and removes the sockets. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#engine.world.wake();
    for (const socket of this.#unknown) socket.destroy();
    await Promise.all(
      this.#servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      ),
    );
    for (const address of this.#addresses) {
      if (address.kind === "unix" && existsSync(address.path)) unlinkSync(address.path);
    }
  }

  #createServer({ kind }: ListenAddress): Server {
    const limits = { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 };
    const tls = kind === "tcp" ? this.#tls : undefined;
    const server = tls === undefined ? createServer(limits) : createTlsServer({ ...limits, ...tlsSettings(tls) });
    server.on("request", (request, response) => {
      // The header alone is an upgrade to Docker, also where `Connection` says nothing of it.
      if (this.#buildkit.wants(request)) {
        this.#adopt(detached(request, response));
        this.#buildkit.upgrade(request, request.socket, Buffer.alloc(0));
        return;
      }
      exchange(this.#api, request, response).catch(() => response.destroy());
    });
    server.on("upgrade", (request, socket: Duplex, head: Buffer) => {
      this.#adopt(socket);
      if (this.#buildkit.wants(request)) this.#buildkit.upgrade(request, socket, head);
      else upgrade(this.#api, request, socket, head).catch(() => socket.destroy());
    });
    server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
      const status = CLIENT_ERRORS[error.code ?? ""] ?? "400 Bad Request";
      if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
    });
    return server;
  }

  /** A connection that the HTTP server does not know any more. */
  #adopt(socket: Duplex): void {
    this.#unknown.add(socket);
    socket.on("close", () => this.#unknown.delete(socket));
    // What uses the socket hears of its end; that a client has broken it off is nobody's error.
    socket.on("error", () => {});
  }
}

/** As dockerd's: nothing older than TLS 1.2. @see moby opts, go-connections tlsconfig */
function tlsSettings({ cert, key, ca }: TlsOptions) {
  const isVerified = ca !== undefined;
  return {
    cert,
    key,
    minVersion: "TLSv1.2" as const,
    ...(isVerified ? { ca, requestCert: true, rejectUnauthorized: true } : {}),
  };
}

/** Starts to serve an engine; resolves when it listens. */
export async function serve(engine: Engine, { listen, ...options }: ServeOptions): Promise<EngineServer> {
  const server = new EngineServer(engine, options);
  try {
    for (const address of listen) await server.listen(address);
  } catch (error) {
    await server.close();
    throw error;
  }
  void server.run();
  return server;
}

function listening(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const done = (): void => {
      server.off("error", reject);
      resolve();
    };
    if (address.kind === "tcp") {
      server.listen({ port: address.port, host: address.host, backlog: BACKLOG }, done);
      return;
    }
    // The socket is never open to others, not even before its mode is set.
    const umask = process.umask(0o177);
    try {
      server.listen({ path: address.path, backlog: BACKLOG }, () => {
        chmodSync(address.path, SOCKET_MODE);
        done();
      });
    } finally {
      process.umask(umask);
    }
  });
}

/** The system speaks of permissions where there is nothing that it could ask about them. */
function checkDirectory(path: string): void {
  const directory = dirname(path);
  if (!existsSync(directory)) throw new Error(`listen ${path}: there is no directory ${directory}`);
}

/** A socket that nobody listens on any more is in the way. Anything else at its path stays, and listening fails. */
async function removeStale(path: string): Promise<void> {
  if (!existsSync(path) || !lstatSync(path).isSocket()) return;
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.on("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.on("error", () => resolve(false));
  });
  if (!isAlive) unlinkSync(path);
}
