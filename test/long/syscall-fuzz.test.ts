/**
 * A million random system calls from processes on a machine and in two of its containers: nothing but an Errno comes
 * out, nobody hangs, and the kernel's books are right all along.
 *
 * `FUZZ_SEED` and `FUZZ_CALLS` in the environment repeat a run, or make it longer.
 */

import { createEngine, type Engine } from "@bottleship/core";
import { type Call, Errno, executable, O_CREAT, O_RDWR, type Routine, SIGKILL } from "@bottleship/core/abi";
import type { Process } from "@bottleship/core/kernel";
import { Prng } from "@bottleship/core/sim";
import { open } from "@bottleship/core/vfs";
import { expect, it } from "vitest";
import { Draw } from "./fuzz/arguments.ts";
import { drawCall } from "./fuzz/calls.ts";
import { violations } from "./fuzz/invariants.ts";

const CALLS = Number(process.env["FUZZ_CALLS"] ?? 1_000_000);
const SEED = process.env["FUZZ_SEED"] ?? "1";
const CALLS_PER_CHECK = 5000;
const WORKERS_PER_REALM = 5;
const MAX_PROCESSES = 120;
const MAX_MOUNTS = 400;
/** A worker that makes no call for so many checks is ended. */
const PATIENCE = 3;
const LAST_CALLS = 40;

/** Where workers live. */
interface Realm {
  readonly name: string;
  /** Whose namespaces, cgroup and rights they have; `undefined` if it is not there any more. */
  readonly home: () => Process | undefined;
}

class Fuzz {
  readonly engine: Engine;
  readonly draw: Draw;
  readonly last: string[] = [];
  readonly counts = new Map<string, number>();
  /** Workers, and in which check each has made its last call. */
  readonly busy = new Map<number, number>();
  readonly tolerated: ReadonlySet<number>;
  calls = 0;
  checks = 0;
  mayMount = true;

  constructor(engine: Engine, seed: string, tolerated: ReadonlySet<number>) {
    this.engine = engine;
    this.draw = new Draw(new Prng(seed));
    this.tolerated = tolerated;
  }

  /** Makes calls for ever. */
  *worker(): Routine<number> {
    const pids: number[] = [];
    for (;;) {
      const call = drawCall(this.draw, {
        pids,
        child: () => this.worker(),
        mayClone: this.engine.kernel.processes.size < MAX_PROCESSES,
        mayMount: this.mayMount,
      });
      if (call.name === "kill" && this.#isHarmful(call)) continue;
      this.#note(call);
      const answer = (yield* call.attempt()) as unknown;
      if (call.name === "clone" && typeof answer === "number") pids.push(answer);
      if (pids.length > 8) pids.shift();
    }
  }

  /** It would end what the engine itself needs. */
  #isHarmful({ a }: Call): boolean {
    const { current } = this.engine.kernel;
    return current?.ns.pid.parent === undefined && (Number(a) === -1 || this.tolerated.has(Math.abs(Number(a))));
  }

  #note(call: Call): void {
    const { current } = this.engine.kernel;
    this.calls++;
    this.counts.set(call.name, (this.counts.get(call.name) ?? 0) + 1);
    if (current !== undefined) this.busy.set(current.pid, this.checks);
    this.last.push(`${current?.pid}: ${call.name}(${call.args.map(shown).join(", ")})`);
    if (this.last.length > LAST_CALLS) this.last.shift();
  }
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return value instanceof Set
    ? `{${[...value].join()}}`
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
}

/** A machine with two containers, one of them privileged. */
async function prepare(): Promise<{ readonly fuzz: Fuzz; readonly realms: readonly Realm[] }> {
  const engine = createEngine({ seed: SEED });
  const { kernel, containers } = engine;
  await engine.docker("pull --quiet busybox");
  for (const options of ["--name one --pids-limit 40 --memory 64m", "--name two --privileged --cpus 0.5"]) {
    await engine.docker(`run -d ${options} busybox sleep infinity`);
  }
  const tolerated = new Set(kernel.processes.keys());
  const fuzz = new Fuzz(engine, SEED, tolerated);
  kernel.programs.set("fuzz", () => fuzz.worker());
  const home = (name: string) => (): Process | undefined => {
    const container = [...containers.list()].find((one) => one.name === name);
    const first = container?.oci?.process;
    return first?.isAlive === true ? first : undefined;
  };
  const realms: Realm[] = [{ name: "machine", home: () => kernel.init }];
  for (const name of ["one", "two"]) realms.push({ name, home: home(name) });
  for (const realm of realms) furnish(realm);
  return { fuzz, realms };
}

/** Something to execute, and a place of one's own. */
function furnish({ home }: Realm): void {
  const owner = home();
  if (owner === undefined) return;
  for (const path of ["/bin/fuzz", "/tmp/fuzz"]) {
    try {
      const file = open(owner, path, O_CREAT | O_RDWR, 0o755);
      file.write(executable("fuzz"));
      file.release();
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
  }
}

/** Starts a worker with the rights of a realm, or of user 1000 in it. */
function hire(fuzz: Fuzz, { home }: Realm): void {
  const { kernel } = fuzz.engine;
  const owner = home();
  if (owner === undefined) return;
  const uids = { realUid: 1000, effectiveUid: 1000, savedUid: 1000 };
  try {
    const worker = kernel.start(() => fuzz.worker(), {
      argv: ["fuzz"],
      ns: { ...owner.ns, pidForChildren: owner.ns.pid, timeForChildren: owner.ns.time },
      root: owner.root,
      cgroup: owner.cgroup,
      creds: fuzz.draw.chance(1, 3) ? owner.creds.with(uids) : owner.creds,
    });
    worker.seccomp = owner.seccomp;
    fuzz.busy.set(worker.pid, fuzz.checks);
  } catch (error) {
    // A limit that a worker has set stands in the way.
    if (!(error instanceof Errno)) throw error;
  }
}

/** Ends workers that have not done anything for long, and hires others. */
function look(fuzz: Fuzz, realms: readonly Realm[]): void {
  const { kernel } = fuzz.engine;
  for (const [pid, check] of fuzz.busy) {
    const worker = kernel.processes.get(pid);
    if (worker === undefined || !worker.isAlive) fuzz.busy.delete(pid);
    else if (fuzz.checks - check >= PATIENCE) kernel.signals.send(worker, SIGKILL);
  }
  for (const realm of realms) {
    const owner = realm.home();
    const here = [...fuzz.busy.keys()].filter((pid) => kernel.processes.get(pid)?.ns.pid === owner?.ns.pid);
    for (let count = here.length; count < WORKERS_PER_REALM; count++) hire(fuzz, realm);
  }
  const trees = new Set([...kernel.processes.values()].filter((one) => one.isAlive).map(({ ns }) => ns.mnt.tree));
  fuzz.mayMount = [...trees].reduce((sum, tree) => sum + tree.mounts().length, 0) < MAX_MOUNTS;
}

/** Everybody sleeps: nothing that a worker has done may last for ever. */
function rouse(fuzz: Fuzz): void {
  const { kernel } = fuzz.engine;
  const thaw = (cgroup: typeof kernel.cgroups): void => {
    cgroup.thaw();
    for (const child of cgroup.children.values()) thaw(child);
  };
  thaw(kernel.cgroups);
  for (const pid of fuzz.busy.keys()) {
    const worker = kernel.processes.get(pid);
    if (worker !== undefined) kernel.signals.send(worker, SIGKILL);
  }
}

/** Containers whose first process has ended are started again. */
async function restart(fuzz: Fuzz, realms: readonly Realm[]): Promise<void> {
  for (const realm of realms) {
    if (realm.home() !== undefined) continue;
    await fuzz.engine.docker(`start ${realm.name}`);
    furnish(realm);
  }
}

async function run({ fuzz, realms }: Awaited<ReturnType<typeof prepare>>): Promise<void> {
  const { world, kernel } = fuzz.engine;
  kernel.events.on("crashed", ({ process: crashed, error }) => {
    throw new Error(`${crashed.name} crashed: ${error instanceof Error ? error.stack : String(error)}`);
  });
  look(fuzz, realms);
  for (let stalls = 0; fuzz.calls < CALLS; ) {
    const before = fuzz.calls;
    let steps = 0;
    while (fuzz.calls < before + CALLS_PER_CHECK && ++steps < CALLS_PER_CHECK * 20) {
      if (world.step()) continue;
      // A promise is awaited, or there is nothing to do.
      for (let i = 0; i < 20; i++) await undefined;
      if (!world.step()) break;
    }
    stalls = fuzz.calls > before ? 0 : stalls + 1;
    expect(stalls, `nobody makes calls any more\n${world.explain()}`).toBeLessThan(10);
    fuzz.checks++;
    expect(violations(kernel)).toEqual([]);
    if (fuzz.calls < before + CALLS_PER_CHECK) rouse(fuzz);
    await restart(fuzz, realms);
    look(fuzz, realms);
  }
}

it(`${CALLS} random calls leave the kernel as it should be (seed ${SEED})`, async () => {
  const prepared = await prepare();
  const { fuzz } = prepared;
  try {
    await run(prepared);
  } catch (error) {
    console.log(`after ${fuzz.calls} calls, the last of them:\n${fuzz.last.join("\n")}`);
    throw error;
  }
  const kinds = [...fuzz.counts].sort(([, a], [, b]) => b - a);
  console.log(
    `${fuzz.calls} calls of ${kinds.length} kinds, ${fuzz.checks} checks; ${fuzz.engine.world.clock.uptimeUs} µs`,
  );
  expect(kinds.length).toBeGreaterThan(100);
});
