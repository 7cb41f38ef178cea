/** A container's file system is made when somebody looks at it, and nothing tells that it was not there before. */
import { describe, expect, it } from "vitest";
import { mkdir, nanosleep, open, type Routine, setns } from "../abi/index.ts";
import { OverlayFs } from "../fs/index.ts";
import type { Process } from "../kernel/index.ts";
import { defineProgram } from "../programs/index.ts";
import { run } from "../testing/docker.ts";
import type { Inode } from "../vfs/index.ts";
import { createEngine, type Engine } from "./index.ts";

/** A machine on which containers like the next have been started. */
async function machine(options = ""): Promise<Engine> {
  const engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  for (let i = 0; i < 3; i++) await run(engine, `run -d ${options} busybox sleep infinity`);
  return engine;
}

function processOf(engine: Engine, name: string): Process {
  const { process } = engine.containers.get(name).oci ?? {};
  if (process === undefined) throw new TypeError(`${name} has not been started`);
  return process;
}

const isSeen = (engine: Engine, name: string): boolean => processOf(engine, name).ns.mnt.unseen === undefined;

/** What the machine and the container's own tools show of it. */
const LOOK = [
  "cat /proc/self/mountinfo",
  "stat -c '%n %d %i %a' / /bin /bin/sleep /etc/hosts /dev /proc /sys /dev/shm",
  "ls -l /proc/1/exe /proc/1/cwd /proc/1/root; cat /proc/1/maps | head -3",
].join("; ");

describe("a root that nobody has looked at", () => {
  it.each(["", "--workdir /etc", "--user 33:44", "--read-only", "--network none"])(
    "is the same whenever somebody looks: %s",
    async (options) => {
      const [soon, late] = await Promise.all(
        [true, false].map(async (looksSoon) => {
          const engine = await machine(options);
          await run(engine, `run -d --name it ${options} busybox sleep infinity`);
          if (looksSoon) expect(processOf(engine, "it").exe?.dentry.name).toBe("sleep");
          expect(isSeen(engine, "it")).toBe(looksSoon);
          // Others take numbers of mounts, devices and files.
          await run(engine, "volume create --opt type=tmpfs --opt device=tmpfs data");
          await run(engine, "run --rm -v data:/data --tmpfs /tmp busybox touch /data/one /tmp/two");
          await run(engine, `run -d ${options} busybox sleep infinity`);
          await engine.world.advance("3h");
          if (!looksSoon) expect(isSeen(engine, "it")).toBe(false);
          const seen = await run(engine, ["exec", "it", "sh", "-c", LOOK]);
          expect(isSeen(engine, "it")).toBe(true);
          return { seen, state: engine.kernel.state, hash: engine.world.trace.hash };
        }),
      );
      expect(soon?.seen).toContain("/proc/1/exe -> /bin/sleep");
      expect(late?.seen).toBe(soon?.seen);
    },
  );

  it("is there for who copies to it, and the program's children find what was copied", async () => {
    const engine = await machine();
    await run(engine, "run -d --name it busybox sleep infinity");
    expect(await run(engine, "diff it")).toBe("");
    expect(isSeen(engine, "it")).toBe(false);
    engine.archives.write(
      engine.containers.get("it"),
      "/etc",
      engine.archives.read(engine.containers.get("it"), "/bin/true").entries,
    );
    expect(await run(engine, "diff it")).toBe("C /etc\nA /etc/true\n");
    expect(await run(engine, "exec it ls -l /etc/true")).toContain("/etc/true");
  });

  it("is what another mount of the same layer shows", async () => {
    const engine = await machine();
    const { overlays } = engine.kernel;
    await run(engine, "run -d --name it busybox sleep infinity");
    const upper = upperOf(engine, "it");
    await run(engine, "restart -t 0 it");
    expect(overlays.has(upper)).toBe(true);
    expect(isSeen(engine, "it")).toBe(false);
    const overlay = overlays.get(upper);
    expect(isSeen(engine, "it")).toBe(true);
    expect(processOf(engine, "it").root.mount.fs).toBe(overlay);
  });

  it("goes unseen, and its layer can be mounted again", async () => {
    const engine = await machine();
    const { overlays } = engine.kernel;
    await run(engine, "run -d --name it busybox sleep infinity");
    const upper = upperOf(engine, "it");
    await run(engine, "restart -t 0 it");
    const first = processOf(engine, "it");
    await run(engine, "kill it");
    expect(first.ns.mnt.unseen?.isDropped).toBe(true);
    expect(overlays.has(upper)).toBe(false);
    await run(engine, "start it");
    expect(isSeen(engine, "it")).toBe(false);
    // Whoever still remembers the dead one finds a root that is mounted nowhere, and does not get in the way.
    expect(first.root.mount.parent).toBeUndefined();
    expect(overlays.get(upper)).toBe(processOf(engine, "it").root.mount.fs);
    expect(await run(engine, "exec it sh -c 'echo well > /told; cat /told'")).toBe("well\n");
  });

  it("is there for who enters its mount namespace", async () => {
    const engine = await machine();
    await run(engine, "run -d --name it busybox sleep infinity");
    const process = processOf(engine, "it");
    function* enter(): Routine<number> {
      yield* setns(yield* open(`/proc/${process.pid}/ns/mnt`), "mnt");
      yield* mkdir("/entered");
      return 0;
    }
    const entering = engine.kernel.spawn(enter, { argv: ["enter"] });
    await engine.world.until(() => !entering.isAlive);
    expect(entering.status).toEqual({ exited: 0 });
    expect(await run(engine, "diff it")).toBe("A /entered\n");
    expect(await run(engine, "exec it ls -l /proc/1/exe")).toContain("-> /bin/sleep");
  });

  it("is there as soon as the program names a file, and the program is where it was told to start", async () => {
    const engine = createEngine({ seed: 7 });
    function* late(): Routine<number> {
      yield* nanosleep(5_000_000);
      yield* mkdir("told");
      yield* nanosleep(Number.POSITIVE_INFINITY);
      return 0;
    }
    engine.images.define("late", { program: defineProgram("late", late) });
    for (let i = 0; i < 3; i++) await run(engine, "run -d --workdir /etc late");
    await run(engine, "run -d --name it --workdir /etc late");
    await engine.world.advance("1s");
    expect(isSeen(engine, "it")).toBe(false);
    await engine.world.advance("9s");
    expect(isSeen(engine, "it")).toBe(true);
    expect(await run(engine, "diff it")).toBe("C /etc\nA /etc/told\n");
  });
});

/** The upper directory of a container's root. */
function upperOf(engine: Engine, name: string): Inode {
  const { fs } = processOf(engine, name).root.mount;
  const upper = fs instanceof OverlayFs ? fs.root.upper : undefined;
  if (upper === undefined) throw new TypeError("its root is no overlay");
  return upper;
}
