/** State: what an engine keeps in a directory, for the engine of a later process. */
import { MemoryContentDisk } from "@bottleship/core/content";
import { createEngine, type Engine, type MachineSnapshot } from "@bottleship/core/engine";
import { describe, expect, it } from "vitest";
import { copyOf, MortalDisk } from "./mortal-disk.ts";
import { docker, machine, outputs } from "./support.ts";

const PATH = "/var/bottleship";
const DOCKERFILE = "FROM busybox\nRUN echo hi > /greeting && ln /greeting /again\nCMD cat /greeting\n";

/** The engine of a new process: nothing but the disk is left of the former one. */
async function boot(disk: MemoryContentDisk): Promise<Engine> {
  const engine = createEngine({ seed: 8, state: { disk, path: PATH } });
  await engine.restored;
  return engine;
}

/** Everything that a client can see of a machine and that has no time in it. */
async function described(engine: Engine): Promise<string> {
  const lines = [
    "ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.Image}} {{.State}} {{.Command}} {{.Mounts}} {{.Networks}}'",
    "images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}'",
    "volume ls",
    "network ls --no-trunc",
    "system df -v --format '{{json .Volumes}}'",
  ];
  const ids = (await docker(engine, "ps -aq")).trim().split("\n").filter(Boolean);
  return (await outputs(engine, [...lines, ...ids.flatMap((id) => [`logs ${id}`, `diff ${id}`])])).join("\n");
}

const sh = (script: string): readonly string[] => ["sh", "-c", script];

describe("a machine with a state", () => {
  it("is there again in a new process: containers, images, volumes with data, networks, the build cache", async () => {
    const disk = new MemoryContentDisk();
    const engine = await machine({ seed: 3, state: { disk, path: PATH } });
    await engine.build({ context: { files: {} }, dockerfile: DOCKERFILE, tags: ["greeter"] });
    await docker(engine, "network create --subnet 10.9.0.0/24 --label a=b net");
    await docker(engine, "volume create --label k=v data");
    const script = "echo one > /data/f; ln -s f /data/l; mkdir /new; rm /bin/true; echo logged; echo bad >&2; exit 3";
    await engine.docker([..."run --name worker --network net -v data:/data greeter".split(" "), ...sh(script)]);
    await docker(engine, "create --name child --restart always -e A=1 busybox");
    const before = await described(engine);
    const inspected = await docker(engine, "inspect worker child data net greeter");

    const later = await boot(disk);
    expect(await described(later)).toBe(before);
    expect(await docker(later, "inspect worker child data net greeter")).toBe(inspected);
    expect(await docker(later, ["run", "--rm", "-v", "data:/data", "greeter", ...sh("cat /data/l /again")])).toBe(
      "one\nhi\n",
    );
    const { misses } = await later.build({ context: { files: {} }, dockerfile: DOCKERFILE, tags: ["again"] });
    expect(misses).toEqual([]);
    // Nothing that is new takes the name, the id or the address of something that was there.
    const fresh = await docker(later, "create --network net greeter");
    expect(before).not.toContain(fresh.trim());
  });

  it("starts what restart policies want when it comes back from a crash", async () => {
    const disk = new MemoryContentDisk();
    const engine = await machine({ state: { disk, path: PATH } });
    const run = (name: string, policy: string): Promise<string> =>
      docker(engine, `run -d --name ${name} --restart ${policy} busybox sleep 100000`);
    await run("never", "no");
    await run("always", "always");
    await run("failing", "on-failure");
    await run("unless", "unless-stopped");
    await run("rested", "unless-stopped");
    await docker(engine, "run -d --rm --name gone busybox sleep 100000");
    await docker(engine, "stop -t 0 rested");
    await engine.pass("1m");
    engine.flush();

    const later = await boot(disk);
    expect(await docker(later, "ps -a --format '{{.Names}} {{.State}}'")).toBe(
      "rested exited\nunless running\nfailing running\nalways running\nnever exited\n",
    );
    expect(await docker(later, "inspect -f '{{.State.ExitCode}} {{.RestartCount}}' never always")).toBe("255 0\n0 0\n");
    expect(later.world.clock.nowUs).toBeGreaterThanOrEqual(engine.world.clock.nowUs);
  });

  it("has stopped its containers in order when it was closed", async () => {
    const disk = new MemoryContentDisk();
    const engine = await machine({ state: { disk, path: PATH } });
    const script = "trap 'echo bye > /data/last; exit 0' TERM; sleep 100000 & wait";
    await docker(engine, [..."run -d --name web --restart always -v data:/data busybox".split(" "), ...sh(script)]);
    await docker(engine, "run -d --name deaf busybox sleep 100000");
    await engine.pass("1s");
    expect(await engine.close()).toEqual({ containers: ["deaf", "web"], volumes: ["data"], networks: [] });

    const later = await boot(disk);
    expect(await docker(later, "exec web cat /data/last")).toBe("bye\n");
    expect(await docker(later, "inspect -f '{{.State.Status}} {{.State.ExitCode}}' deaf")).toBe("exited 137\n");
  });

  it("refuses a directory with something else, and a snapshot where there is a state", async () => {
    const disk = new MemoryContentDisk();
    disk.mkdirSync(PATH, { recursive: true });
    disk.writeSync(disk.openSync(`${PATH}/state.journal`, "w"), new TextEncoder().encode("my diary\n"));
    expect(() => createEngine({ state: { disk, path: PATH } })).toThrow(
      `${PATH}/state.journal is no state, or one of another version`,
    );
    const snapshot = (await machine()).snapshot();
    const state = { disk, path: "/empty" };
    await docker(createEngine({ from: snapshot, state }), "tag busybox mine");
    expect(await docker(createEngine({ state }), "images -q mine")).not.toBe("");
    expect(() => createEngine({ from: snapshot, state })).toThrow(
      "a machine cannot begin as a snapshot where there is a state of another one",
    );
  });
});

describe("a state that is damaged", () => {
  const FILE = `${PATH}/state.journal`;

  function write(disk: MemoryContentDisk, bytes: Uint8Array): void {
    disk.writeSync(disk.openSync(FILE, "w"), bytes);
  }

  it("is refused, and left as it is, unless it is only its end that is missing", async () => {
    const disk = new MemoryContentDisk();
    const engine = await machine({ seed: 8, state: { disk, path: PATH } });
    await docker(engine, "volume create first");
    const { length: before } = disk.readFileSync(FILE);
    await docker(engine, "volume create last");
    const whole = disk.readFileSync(FILE).slice();
    for (const at of [100, before - 1]) {
      const damaged = whole.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      write(disk, damaged);
      await expect(boot(disk)).rejects.toThrow(
        /^\/var\/bottleship\/state\.journal is damaged at byte \d+, and is left/,
      );
      expect(Buffer.compare(disk.readFileSync(FILE), damaged)).toBe(0);
    }
    const zeros = new Uint8Array(4096);
    for (const torn of [
      whole.slice(0, -1),
      whole.slice(0, before + 2),
      new Uint8Array([...whole.slice(0, before), ...zeros]),
    ]) {
      write(disk, torn);
      expect(await docker(await boot(copyOf(disk)), "volume ls -q")).toBe("first\n");
    }
    write(disk, whole);
    expect(await docker(await boot(disk), "volume ls -q")).toBe("first\nlast\n");
  });
});

describe("a state whose disk is full for a while", () => {
  it("fails what it cannot keep, and is whole again when there is room", async () => {
    const disk = new FullDisk();
    const engine = await machine({ seed: 8, state: { disk, path: PATH } });
    await docker(engine, "volume create kept");
    disk.isFull = true;
    await expect(engine.docker("volume create big")).rejects.toThrow("ENOSPC");
    expect(await docker(await boot(copyOf(disk)), "volume ls -q")).toBe("kept\n");
    disk.isFull = false;
    await docker(engine, "volume create more");
    expect(await docker(await boot(copyOf(disk)), "volume ls -q")).toBe("big\nkept\nmore\n");
  });
});

class FullDisk extends MemoryContentDisk {
  isFull = false;

  override writeSync(fd: number, buffer: Uint8Array): number {
    if (!this.isFull) return super.writeSync(fd, buffer);
    super.writeSync(fd, buffer.subarray(0, buffer.length >> 1));
    throw new Error("ENOSPC: no space left on device, write");
  }
}

describe("a process that is killed while it writes its state", () => {
  /** Enough to have the journal written anew in between. */
  const STORY = [
    "volume create data",
    [
      "run",
      "--name",
      "one",
      "-v",
      "data:/data",
      "busybox",
      ...sh("echo one > /data/f; dd if=/dev/urandom of=/x bs=3M count=1"),
    ],
    "rename one two",
    "run -d --name three --network host --restart always busybox sleep 1000",
    ["run", "--rm", "-v", "data:/data", "busybox", ...sh("rm /data/f; echo two >> /data/g")],
    "network create net",
    "rm two",
  ] as const;

  async function live(disk: MortalDisk, prepared: MachineSnapshot): Promise<void> {
    try {
      const engine = createEngine({ from: prepared, state: { disk, path: PATH } });
      for (const line of STORY) await docker(engine, line);
    } catch (error) {
      if (disk.isAlive) throw error;
    }
  }

  it("leaves the state before the write or the one after it, whichever write it was", async () => {
    const prepared = (await machine({ seed: 8 })).snapshot();
    /** What there is after each write of a whole state. */
    const states: string[] = [await described(createEngine({ seed: 8 }))];
    const whole = new MortalDisk();
    const copies: MemoryContentDisk[] = [];
    whole.onSaved = (copy) => void copies.push(copy);
    await live(whole, prepared);
    for (const copy of copies) states.push(await described(await boot(copy)));
    expect(new Set(states).size).toBeGreaterThanOrEqual(STORY.length);
    expect(whole.renames).toBe(2);
    const seen = { before: 0, after: 0 };
    for (let at = 0; at < whole.operations; at++) {
      const disk = new MortalDisk(at);
      await live(disk, prepared);
      expect(disk.isAlive).toBe(false);
      const found = await described(await boot(disk.rest()));
      const [before, after] = states.slice(disk.saved);
      if (found === before) seen.before++;
      else {
        expect(found, `killed at operation ${at}, after ${disk.saved} states`).toBe(after);
        seen.after++;
      }
    }
    expect(seen.before).toBeGreaterThan(10);
    expect(seen.after).toBeGreaterThan(2);
  });
});
