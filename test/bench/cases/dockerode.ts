/**
 * Unmodified dockerode: a container from its creation to its removal, in the process and over a socket, beside what the
 * engine's services and the API without a client take; long lists; many who follow a log.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { containerDocument, createEngine, type Engine } from "@bottleship/core/engine";
import { createModem } from "@bottleship/dockerode";
import { type ApiReply, EngineApi, Query, TextBody } from "@bottleship/engine-api";
import { serve } from "@bottleship/node";
import Docker from "dockerode";
import type { Case } from "../figure.ts";
import { elapsedMs, medianOf, mediansOf } from "../measure.ts";

const LISTED = 5_000;
const FOLLOWERS = 200;
const SLEEP = { Image: "busybox", Cmd: ["sleep", "infinity"] };

/** Does so many cycles of create, start, inspect, remove. */
type Cycles = (count: number) => Promise<void>;

export const dockerode: Case = async ({ rounds, scale }) => {
  const directory = mkdtempSync(join(tmpdir(), "bottleship-"));
  const socketPath = join(directory, "docker.sock");
  const engine = createEngine();
  await engine.images.pull("busybox");
  const server = await serve(engine, { listen: [{ kind: "unix", path: socketPath }] });
  try {
    const count = Math.round(2000 * scale);
    const rate =
      (cycles: Cycles, times = count) =>
      async (): Promise<number> =>
        (times * 1000) / (await elapsedMs(() => cycles(times)));
    const modem = throughDockerode(new Docker({ modem: createModem(engine) }));
    const [inProcess, services, api] = await mediansOf(
      rounds,
      rate(modem),
      rate(throughServices(engine)),
      rate(throughApi(engine)),
    );
    const few = Math.ceil(count / 10);
    const overSocket = await medianOf(rounds, rate(throughDockerode(new Docker({ socketPath })), few));
    const [usPerCycle, usOfServices, usOfApi] = [1e6 / inProcess, 1e6 / services, 1e6 / api];
    return [
      {
        name: "create + start + inspect + remove through dockerode, in the process",
        value: inProcess,
        unit: "/s",
        target: { atLeast: 20_000 },
      },
      { name: "  share of the engine", value: (100 * usOfServices) / usPerCycle, unit: "%" },
      { name: "  share of the API", value: (100 * (usOfApi - usOfServices)) / usPerCycle, unit: "%" },
      { name: "  share of dockerode and its modem", value: (100 * (usPerCycle - usOfApi)) / usPerCycle, unit: "%" },
      { name: "the same over a unix socket", value: overSocket, unit: "/s" },
      { name: "  in the process to over a socket", value: inProcess / overSocket, unit: "×" },
      ...(await lists(engine, socketPath, Math.round(LISTED * scale), rounds)),
      ...(await followers(socketPath, Math.round(FOLLOWERS * scale), rounds)),
    ];
  } finally {
    await server.close();
    rmSync(directory, { recursive: true });
  }
};

function throughServices({ containers }: Engine): Cycles {
  return async (count) => {
    for (let i = 0; i < count; i++) {
      const container = containers.create(SLEEP);
      await containers.start(container);
      containerDocument(container);
      await containers.remove(container, { force: true });
    }
  };
}

/** The API as the modem calls it. */
function throughApi(engine: Engine): Cycles {
  const api = new EngineApi(engine);
  const { signal } = new AbortController();
  const headers = new Headers({ "Content-Type": "application/json" });
  const call = async (method: string, path: string, document?: object): Promise<ApiReply> => {
    const [place = "", query = ""] = path.split("?", 2);
    const body = new TextBody(document === undefined ? "" : JSON.stringify(document));
    return api.handle({ method, path: place, query: new Query(query), headers, body, signal });
  };
  return async (count) => {
    for (let i = 0; i < count; i++) {
      const made = (await call("POST", "/containers/create", SLEEP)) as ApiReply & { document: { Id: string } };
      const path = `/containers/${made.document.Id}`;
      await call("POST", `${path}/start`);
      await call("GET", `${path}/json`);
      await call("DELETE", `${path}?force=1`);
    }
  };
}

function throughDockerode(docker: Docker): Cycles {
  return async (count) => {
    for (let i = 0; i < count; i++) {
      const container = await docker.createContainer(SLEEP);
      await container.start();
      await container.inspect();
      await container.remove({ force: true });
    }
  };
}

/** A list of all containers, while others follow a log over the same socket. */
async function lists(engine: Engine, socketPath: string, count: number, rounds: number) {
  const made = Array.from({ length: count - 1 }, () => engine.containers.create(SLEEP));
  const docker = new Docker({ socketPath });
  const logged = await docker.createContainer({ Image: "busybox", Cmd: ["sh", "-c", "echo up; sleep infinity"] });
  await logged.start();
  const following = await Promise.all(Array.from({ length: FOLLOWERS }, () => follow(logged)));
  const value = await medianOf(rounds, () =>
    elapsedMs(async () => {
      const listed = await docker.listContainers({ all: true });
      if (listed.length !== count) throw new Error(`${listed.length} containers listed, not ${count}`);
    }),
  );
  for (const one of following) one.destroy();
  await logged.remove({ force: true });
  for (const container of made) await engine.containers.remove(container);
  const name = `list of ${count} containers over a unix socket, beside ${FOLLOWERS} followers of a log`;
  return [{ name, value, unit: "ms", target: { atMost: 100 } }];
}

/** Answers when it has read the first of the log. */
async function follow(container: Docker.Container): Promise<Readable> {
  const stream = (await container.logs({ follow: true, stdout: true })) as Readable;
  await once(stream, "readable");
  stream.resume();
  return stream;
}

/** Each reads a log of a thousand lines to its end, all at once. */
async function followers(socketPath: string, count: number, rounds: number) {
  const docker = new Docker({ socketPath });
  const lines = 1_000;
  const container = await docker.createContainer({
    Image: "busybox",
    Cmd: ["sh", "-c", `seq ${lines}; sleep infinity`],
  });
  await container.start();
  const value = await medianOf(rounds, () =>
    elapsedMs(async () => {
      await Promise.all(Array.from({ length: count }, () => readLines(container, lines)));
    }),
  );
  await container.remove({ force: true });
  return [{ name: `${count} followers that read ${lines} lines each, over a unix socket`, value, unit: "ms" }];
}

async function readLines(container: Docker.Container, count: number): Promise<void> {
  const stream = await container.logs({ follow: true, stdout: true });
  let seen = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (const byte of chunk) if (byte === 0x0a) seen++;
    if (seen >= count) break;
  }
}
