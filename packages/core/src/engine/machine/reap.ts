/** What Ryuk asks an engine to remove: everything that bears the labels of tests that are over. */
import { StatusError } from "../../lib/index.ts";
import type { Reap, Reaped, ReaperFilter } from "../../programs/index.ts";
import type { EngineDoor } from "../client/index.ts";

/** Ryuk does not remove itself: it ends, and removes itself by that. */
const OWN_LABEL = "org.testcontainers.ryuk=true";

const KINDS = {
  containers: { list: ["ps", "-a", "-q", "--no-trunc"], remove: ["rm", "-f", "-v"] },
  networks: { list: ["network", "ls", "-q", "--no-trunc"], remove: ["network", "rm"] },
  volumes: { list: ["volume", "ls", "-q"], remove: ["volume", "rm", "-f"] },
  images: { list: ["images", "-q", "--no-trunc"], remove: ["rmi", "-f"] },
} as const;

export function reaper(engine: EngineDoor): Reap {
  return async (sets) => {
    const reaped = { containers: 0, networks: 0, volumes: 0, images: 0 };
    const own = new Set(await listed(engine, "containers", [{ name: "label", value: OWN_LABEL }]));
    for (const kind of ["containers", "networks", "volumes", "images"] as const satisfies readonly (keyof Reaped)[]) {
      for (const filters of sets) {
        for (const name of await listed(engine, kind, filters)) {
          if (own.has(name)) continue;
          const { exitCode } = await engine.docker([...KINDS[kind].remove, name]);
          if (exitCode === 0) reaped[kind]++;
        }
      }
    }
    return reaped;
  };
}

async function listed(
  engine: EngineDoor,
  kind: keyof typeof KINDS,
  filters: readonly ReaperFilter[],
): Promise<readonly string[]> {
  const words = filters.flatMap(({ name, value }) => ["--filter", `${name}=${value}`]);
  const { exitCode, stdout, stderr } = await engine.docker([...KINDS[kind].list, ...words]);
  if (exitCode !== 0) throw new StatusError("invalid-argument", stderr.trim());
  return [...new Set(stdout.split("\n").filter((line) => line !== ""))];
}
