/** What a client is pointed to: an engine of the caller's, or a simulated one of its own for each case. */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "@bottleship/core/engine";
import { CODECS, REAL_HOST, serve } from "@bottleship/node";

/**
 * Calls `work` with an address for DOCKER_HOST, which is good until `work` ends. Clients and engine were on one machine
 * when things were recorded: a `shared` directory is on both.
 */
export type WithDaemon = <T>(work: (host: string) => Promise<T>, shared?: string) => Promise<T>;

/** The engine that listens there, whatever it is; what cases leave behind, others see. */
export function daemonAt(host: string): WithDaemon {
  return (work) => work(host);
}

/** The machine of the recordings, with its image, new for each call. Its clock goes with the computer's. */
export const ownDaemon: WithDaemon = async (work, shared) => {
  const directory = fs.mkdtempSync(join(tmpdir(), "bottleship-daemon-"));
  const disks = shared === undefined ? {} : { [shared]: { disk: fs, base: shared } };
  const engine = createEngine({ profile: "recorded", policy: "real", host: REAL_HOST, codecs: CODECS, disks });
  const path = join(directory, "docker.sock");
  const server = await serve(engine, { listen: [{ kind: "unix", path }] });
  try {
    await engine.images.pull("busybox");
    return await work(`unix://${path}`);
  } finally {
    await server.close();
    fs.rmSync(directory, { recursive: true, force: true });
  }
};
