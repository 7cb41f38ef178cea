/**
 * Published ports of containers on this computer: a listener on the loopback for each, which passes connections and
 * datagrams on into the world. What is published on every address is published on the loopback here; what is published on an address that
 * only the simulated machine has stays there.
 */

import { createServer, type Socket } from "node:net";
import {
  type Engine,
  MachineConnection,
  type OutsidePorts,
  type PublishedPort,
  type RefusedPort,
} from "@bottleship/core/engine";
import { UNLIMITED } from "@bottleship/core/sim";
import { listenForDatagrams, type Place } from "./published-datagrams.ts";

/** How libc says what Node only has codes for. */
const PROBLEMS = new Map([
  ["EADDRINUSE", "address already in use"],
  ["EACCES", "permission denied"],
]);
/** A computer without IPv6 has no such loopback: there the port is the other one's alone. */
const NO_SUCH_ADDRESS = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"]);

/**
 * A connection on which nothing was said ends no sooner, in real milliseconds. Somebody in this very process may not
 * listen to it yet: the first fetch() of Node 20 waits for ever if its connection ends while it prepares its parser.
 */
const SILENCE_MS = 50;

/** What becomes of an attempt to listen. */
interface Outcome {
  readonly onListening: () => void;
  readonly onError: (error: Error) => void;
}

/** The listeners of one engine, which asks for them from the moment that this is made. */
export class PublishedPorts implements OutsidePorts {
  readonly #engine: Engine;
  /** By address and port: "127.0.0.1:8080", "127.0.0.1:53/udp". */
  readonly #listeners = new Map<string, { close(): void }>();

  /** Ports of containers that start from now on are opened on this computer. */
  constructor(engine: Engine) {
    this.#engine = engine;
    engine.networks.outside = this;
  }

  /** Where it listens by now. */
  get addresses(): readonly string[] {
    return [...this.#listeners.keys()];
  }

  /** Opens the ports of containers that run already, and of services. */
  openRunning(): Promise<readonly RefusedPort[]> {
    const running = this.#engine.containers.list({ all: false });
    const { mesh } = this.#engine.networks;
    return this.open([...running.flatMap(({ sandbox }) => sandbox?.ports ?? []), ...(mesh?.ports ?? [])]);
  }

  async open(ports: readonly PublishedPort[]): Promise<readonly RefusedPort[]> {
    const problems = await Promise.all(ports.map((port) => this.#open(port)));
    return ports.flatMap((port, at) => {
      const problem = problems[at];
      return problem === undefined ? [] : [{ port, problem }];
    });
  }

  close(ports: readonly PublishedPort[]): void {
    for (const port of ports) {
      const place = placeOf(port);
      if (place !== undefined) this.#stop(textOf(place, port.protocol));
    }
  }

  /** Ends all connections, and listens no more. */
  shutDown(): void {
    this.#engine.networks.outside = undefined;
    for (const key of this.addresses) this.#stop(key);
  }

  /** Resolves to what is wrong with it. */
  #open(published: PublishedPort): Promise<string | undefined> {
    const place = placeOf(published);
    if (place === undefined) return Promise.resolve(undefined);
    const key = textOf(place, published.protocol);
    if (this.#listeners.has(key)) return Promise.resolve(undefined);
    const listen = published.protocol === "udp" ? listenForDatagrams : listenForConnections;
    return new Promise((resolve) => {
      const onError = (error: Error): void => {
        this.#stop(key);
        const code = "code" in error ? String(error.code) : "";
        resolve(NO_SUCH_ADDRESS.has(code) ? undefined : (PROBLEMS.get(code) ?? error.message));
      };
      this.#listeners.set(key, listen(this.#engine, place, { onListening: () => resolve(undefined), onError }));
    });
  }

  #stop(key: string): void {
    this.#listeners.get(key)?.close();
    this.#listeners.delete(key);
  }
}

function listenForConnections(engine: Engine, { host, port }: Place, { onListening, onError }: Outcome) {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    join(engine, socket, { address: host, port });
  });
  server.on("error", onError);
  server.listen({ port, host, exclusive: true }, onListening);
  return {
    close: (): void => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Where a port is on this computer. */
function placeOf({ protocol, hostIp, hostPort }: PublishedPort): Place | undefined {
  if ((protocol !== "tcp" && protocol !== "udp") || hostPort === 0) return undefined;
  const host = hostIp === "0.0.0.0" ? "127.0.0.1" : hostIp === "::" ? "::1" : hostIp;
  return host === "::1" || host.startsWith("127.") ? { host, port: hostPort } : undefined;
}

function textOf({ host, port }: Place, protocol: string): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}${protocol === "tcp" ? "" : `/${protocol}`}`;
}

/** Makes one of a connection from here and one on the machine. */
function join(engine: Engine, socket: Socket, to: { readonly address: string; readonly port: number }): void {
  const acceptedMs = performance.now();
  const leave = (how: () => void): void => {
    if (socket.bytesWritten > 0) how();
    else setTimeout(how, Math.max(0, acceptedMs + SILENCE_MS - performance.now()));
  };
  const connection = new MachineConnection(engine.kernel, to, {
    onData: (bytes) => {
      if (!socket.write(bytes)) connection.pause();
    },
    onEnd: () => leave(() => socket.end()),
    onClose: (error) => leave(() => (error === undefined ? socket.end() : socket.resetAndDestroy())),
  });
  socket.on("data", (chunk: Uint8Array) => connection.write(chunk));
  socket.on("drain", () => connection.resume());
  socket.on("end", () => connection.end());
  socket.on("error", () => connection.destroy());
  socket.on("close", () => connection.destroy());
  // Somebody outside waits: the world goes on as long as the connection does.
  const options = { ...UNLIMITED, isPatient: true, what: `connection to port ${to.port} to end` };
  engine.world.until(() => !connection.isOpen, options).catch(() => socket.destroy());
}
