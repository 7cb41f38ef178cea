/**
 * HTTP clients of Node on an engine in the same process, without a socket of the computer: undici, and with it `fetch`, by a
 * dispatcher; everything that is built on node:http by an agent. Upgrades work as they do on a socket.
 *
 * @see undici Client, option `connect`; node:http Agent.createConnection
 */
import { Agent } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Engine } from "@bottleship/core/engine";
import type { EngineApiOptions } from "@bottleship/engine-api";
import { EngineServer } from "./server.ts";

/** What clients are given in place of an address. */
export interface InProcess {
  /** `new Agent({ connect })` of undici is a `Dispatcher` on the engine. */
  readonly connect: (options: object, done: (error: null, socket: Socket) => void) => void;
  /** For node:http and what takes an agent of it. */
  readonly agent: Agent;
  /** Breaks all connections. */
  close(): Promise<void>;
}

/** Serves an engine to this process alone. The host of a URL is of no matter: `http://docker/v1.51/info`. */
export function inProcess(engine: Engine, options: EngineApiOptions = {}): InProcess {
  const server = new EngineServer(engine, options);
  void server.run();
  const agent = new EngineAgent(server);
  return {
    // undici does not go on if it has its connection before it has finished to ask for it.
    connect: (_options, done) => queueMicrotask(() => done(null, asSocket(server.connect()))),
    agent,
    close: () => {
      agent.destroy();
      return server.close();
    },
  };
}

class EngineAgent extends Agent {
  readonly #server: EngineServer;

  constructor(server: EngineServer) {
    super();
    this.#server = server;
  }

  override createConnection(): Duplex {
    return this.#server.connect();
  }
}

/** Clients ask no more of it than that bytes go both ways. */
const asSocket = (stream: Duplex): Socket => stream as Socket;
