/** Random system calls from processes on a machine and in two of its containers, with the kernel's books looked at. */
import { createEngine } from "@bottleship/core";
import { Errno, executable, O_CREAT, O_RDWR, SIGKILL } from "@bottleship/core/abi";
import type { Process } from "@bottleship/core/kernel";
import { open } from "@bottleship/core/vfs";
import { expect } from "vitest";
import { Fuzz, Tally } from "./fuzz.ts";
import { violations } from "./invariants.ts";

const CALLS_PER_CHECK = 5000;
const WORKERS_PER_REALM = 5;
const MAX_MOUNTS = 400;
/** A worker that makes no call for so many checks is ended. */
const PATIENCE = 3;

/** Where workers live. */
interface Realm {
  readonly name: string;
  /** Whose namespaces, cgroup and rights they have; `undefined` if it is not there any more. */
  readonly home: () => Process | undefined;
}

/** Makes `calls` calls, on as many machines as that takes. Fails, and prints the last of them, at what is wrong first. */
export async function fuzz(seed: string, calls: number): Promise<Tally> {
  const tally = new Tally();
  while (tally.calls < calls) {
    const machine = `${seed}.${++tally.machines}`;
    const { fuzz, realms } = await prepare(machine, tally);
    try {
      await run(fuzz, realms, calls);
    } catch (error) {
      console.log(`seed ${machine}, after ${tally.calls} calls, the last of them:\n${fuzz.last.join("\n")}`);
      throw error;
    }
  }
  return tally;
}

/** A machine with two containers, one of them privileged. */
async function prepare(
  seed: string,
  tally: Tally,
): Promise<{ readonly fuzz: Fuzz; readonly realms: readonly Realm[] }> {
  const engine = createEngine({ seed });
  const { kernel, containers } = engine;
  await engine.docker("pull --quiet busybox");
  for (const options of ["--name one --pids-limit 40 --memory 64m", "--name two --privileged --cpus 0.5"]) {
    await engine.docker(`run -d ${options} busybox sleep infinity`);
  }
  const fuzz = new Fuzz(engine, seed, tally);
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

/** Something to execute. */
function furnish({ home }: Realm): void {
  const owner = home();
  if (owner === undefined) return;
  for (const path of ["/bin/fuzz", "/tmp/fuzz"]) {
    try {
      const file = open(owner, path, O_CREAT | O_RDWR, 0o755);
      try {
        file.write(executable("fuzz"));
      } finally {
        file.release();
      }
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
  }
}

/** Until all calls are made, or the machine is beyond repair. */
async function run(fuzz: Fuzz, realms: readonly Realm[], calls: number): Promise<void> {
  const { tally, engine } = fuzz;
  const { world, kernel } = engine;
  kernel.events.on("crashed", ({ process: crashed, error }) => {
    throw new Error(`${crashed.name} crashed: ${error instanceof Error ? error.stack : String(error)}`);
  });
  look(fuzz, realms);
  for (let stalls = 0; tally.calls < calls; ) {
    const before = tally.calls;
    await step(fuzz, before + CALLS_PER_CHECK);
    stalls = tally.calls > before ? 0 : stalls + 1;
    expect(stalls, `nobody makes calls any more\n${world.explain()}`).toBeLessThan(10);
    tally.checks++;
    expect(violations(kernel)).toEqual([]);
    if (tally.calls < before + CALLS_PER_CHECK) rouse(fuzz);
    if (!(await restart(fuzz, realms))) return;
    look(fuzz, realms);
  }
}

/** Lets workers run until so many calls are made, or nobody can go on. */
async function step({ engine: { world }, tally }: Fuzz, calls: number): Promise<void> {
  for (let steps = 0; tally.calls < calls && steps < CALLS_PER_CHECK * 20; steps++) {
    if (world.step()) continue;
    // A promise is awaited, or there is nothing to do.
    for (let i = 0; i < 20; i++) await undefined;
    if (!world.step()) return;
  }
}

/** Ends workers that have not done anything for long, and hires others. */
function look(fuzz: Fuzz, realms: readonly Realm[]): void {
  const { kernel } = fuzz.engine;
  for (const [pid, check] of fuzz.busy) {
    const worker = kernel.processes.get(pid);
    if (worker === undefined || !worker.isAlive) fuzz.busy.delete(pid);
    else if (fuzz.tally.checks - check >= PATIENCE) kernel.signals.send(worker, SIGKILL);
  }
  for (const realm of realms) {
    const owner = realm.home();
    const here = [...fuzz.busy.keys()].filter((pid) => kernel.processes.get(pid)?.ns.pid === owner?.ns.pid);
    for (let count = here.length; count < WORKERS_PER_REALM; count++) hire(fuzz, realm);
  }
  const trees = new Set([...kernel.processes.values()].filter((one) => one.isAlive).map(({ ns }) => ns.mnt.tree));
  fuzz.mayMount = [...trees].reduce((sum, tree) => sum + tree.mounts().length, 0) < MAX_MOUNTS;
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
    if (owner.seccomp !== undefined) worker.alter({ seccomp: owner.seccomp });
    fuzz.busy.set(worker.pid, fuzz.tally.checks);
  } catch (error) {
    // A limit that a worker has set stands in the way.
    if (!(error instanceof Errno)) throw error;
  }
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

/** Containers whose first process has ended are started again. False if workers on the machine have made that impossible. */
async function restart({ engine }: Fuzz, realms: readonly Realm[]): Promise<boolean> {
  for (const realm of realms) {
    if (realm.home() !== undefined) continue;
    try {
      if ((await engine.docker(`start ${realm.name}`)).exitCode !== 0) return false;
    } catch (error) {
      if (error instanceof Errno) return false;
      throw error;
    }
    furnish(realm);
  }
  return true;
}
