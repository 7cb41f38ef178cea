/** `bottleship serve`: a simulated engine that Docker's clients can talk to. */
import * as fs from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { createEngine, type Engine, type ProfileName } from "@bottleship/core/engine";
import type { TimePolicy } from "@bottleship/core/sim";
import {
  CODECS,
  type EngineServer,
  type FetchServer,
  type ListenAddress,
  type OpenState,
  openState,
  PublishedPorts,
  parseAddress,
  REAL_HOST,
  serve,
  type TlsOptions,
} from "@bottleship/node";
import { type Terminal, UsageError } from "../terminal.ts";
import { registryAddress, serveRegistry } from "./registry.ts";
import { tlsOf } from "./tls.ts";

export const SERVE_USAGE = `Usage: bottleship serve --host unix:///PATH [OPTIONS]

Serve a simulated engine to the docker client and everything else that speaks the Docker Engine API.
It prints where it listens and what to set DOCKER_HOST to, and serves until it is interrupted (Ctrl-C).

Options:
      --host ADDRESS    Listen on a socket (unix:///PATH), which only you can use; may be repeated
      --tcp HOST:PORT   Listen on TCP as well; without HOST on 127.0.0.1. Whoever can connect controls the engine
      --registry HOST:PORT
                        Serve a registry as well, for docker push HOST:PORT/NAME and for other tools. It is
                        empty, unless there is a state
      --setup FILE      A JavaScript module whose default export gets the engine before anybody else: there it can be
                        given programs, images, faults
      --dir DIRECTORY   A directory of yours that containers can mount, under its own path; may be repeated
      --no-publish      Published ports stay on the simulated machine; otherwise they are ports of this computer's
                        loopback, too
      --state DIR       Keep everything in a directory, and go on from what is there; one process at a time. After an
                        interrupt containers are stopped first; a second one does not wait for them
      --tlscert FILE    TCP speaks TLS with this certificate (PEM)…
      --tlskey FILE     …and this key
      --tlscacert FILE  Lets in only clients whose certificates are signed by these (what --tlsverify is to dockerd)
      --time POLICY     real: the world's clock goes with the computer's (default)
                        skip: whoever waits for an end, waits for nothing; time stands still otherwise
      --seed N          Decides every draw of chance: names, ids, orders (default 1)
      --profile NAME    modern (default), or recorded: the machine that the recordings come from

The exit code is 0 after an interrupt, 1 if an address cannot be had, 2 for bad usage.
`;

interface Options {
  readonly listen: readonly ListenAddress[];
  readonly tls: TlsOptions | undefined;
  readonly registry: ReturnType<typeof registryAddress> | undefined;
  readonly policy: TimePolicy;
  readonly seed: string;
  readonly profile: ProfileName;
  readonly publishes: boolean;
  readonly state: string | undefined;
  readonly setup: string | undefined;
  /** Directories of the user's that containers can mount; absolute. */
  readonly directories: readonly string[];
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export async function serveCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { listen, tls, registry, publishes, state, setup, ...options } = parse(argv);
  const tell = (error: unknown): void =>
    terminal.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  const setUp = setup === undefined ? undefined : await setupIn(setup);
  let kept: OpenState | undefined;
  let engine: Engine;
  let server: EngineServer;
  let registryServer: FetchServer | undefined;
  try {
    kept = state === undefined ? undefined : openState(state);
    engine = newEngine(options, kept);
    // What restart policies start may need what is registered now.
    await Promise.all([setUp?.(engine), engine.restored]);
    kept?.keep(engine, tell);
    registryServer = await serveRegistry(engine, registry, kept?.state);
    server = await serve(engine, { listen, ...(tls && { tls }), onBug: tell });
  } catch (error) {
    await registryServer?.close();
    kept?.release();
    terminal.err(`bottleship serve: ${messageOf(error)}\n`);
    return 1;
  }
  const ports = publishes ? new PublishedPorts(engine) : undefined;
  for (const { port, problem } of (await ports?.openRunning()) ?? []) {
    terminal.err(`bottleship serve: port ${port.hostPort} stays on the machine: ${problem}\n`);
  }
  if (registryServer !== undefined) terminal.out(`registry listen on ${registryServer.url}\n`);
  terminal.out(`API listen on ${server.addresses.join(", ")}\nexport DOCKER_HOST=${server.addresses[0]}\n`);
  await interrupted();
  ports?.shutDown();
  await Promise.all([server.close(), registryServer?.close()]);
  if (kept === undefined) return 0;
  try {
    await engine.close();
    return 0;
  } catch (error) {
    terminal.err(`bottleship serve: ${messageOf(error)}\n`);
    return 1;
  } finally {
    kept.release();
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function newEngine(
  { policy, seed, profile, directories }: Pick<Options, "policy" | "seed" | "profile" | "directories">,
  kept: OpenState | undefined,
): Engine {
  const state = kept && { state: kept.state };
  const disks = Object.fromEntries(directories.map((path) => [path, { disk: fs, base: path }]));
  return createEngine({ policy, seed, profile, host: REAL_HOST, codecs: CODECS, disks, ...state });
}

/** The module's function. @throws UsageError if there is none */
async function setupIn(file: string): Promise<(engine: Engine) => unknown> {
  if (!fs.existsSync(file)) throw new UsageError(`--setup: ${file}: no such file`);
  const module: { readonly default?: unknown } = await import(pathToFileURL(resolve(file)).href);
  const setUp = module.default;
  if (typeof setUp !== "function") throw new UsageError(`--setup: ${file} has no function as default export`);
  return (engine) => setUp(engine);
}

function interrupted(): Promise<void> {
  return new Promise((done) => {
    const stop = (): void => {
      for (const signal of SIGNALS) process.off(signal, stop);
      done();
    };
    for (const signal of SIGNALS) process.on(signal, stop);
  });
}

function parse(argv: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        host: { type: "string", multiple: true },
        tcp: { type: "string", multiple: true },
        registry: { type: "string" },
        setup: { type: "string" },
        dir: { type: "string", multiple: true },
        "no-publish": { type: "boolean", default: false },
        time: { type: "string", default: "real" },
        state: { type: "string" },
        seed: { type: "string", default: "1" },
        profile: { type: "string", default: "modern" },
        tlscert: { type: "string" },
        tlskey: { type: "string" },
        tlscacert: { type: "string" },
      },
    });
    const listen = [...(values.host ?? []), ...(values.tcp ?? [])].map(parseAddress);
    if (listen.length === 0) throw new UsageError("where to listen is missing: --host unix:///PATH");
    return {
      listen,
      tls: tlsOf(values, listen),
      registry: values.registry === undefined ? undefined : registryAddress(parseAddress(values.registry)),
      policy: policyOf(values.time),
      seed: values.seed,
      profile: profileOf(values.profile),
      setup: values.setup,
      directories: (values.dir ?? []).map(existingDirectory).map((path) => resolve(path)),
      publishes: !values["no-publish"],
      state: values.state,
    };
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

export function policyOf(text: string): TimePolicy {
  if (text === "real" || text === "skip") return text;
  throw new UsageError(`--time is real or skip, not ${text}`);
}

export function profileOf(text: string): ProfileName {
  if (text === "modern" || text === "recorded") return text;
  throw new UsageError(`--profile is modern or recorded, not ${text}`);
}

/** @throws UsageError if there is none at the path */
export function existingDirectory(path: string): string {
  if (fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  throw new UsageError(`--dir: ${path} is no directory`);
}
