/** Containers alike are set up as if each of their calls had been made; and one that is not quite like them notices. */
import { describe, expect, it, vi } from "vitest";
import { mount, type Routine, rename, rmdir, sysctl } from "../abi/index.ts";
import type { Process } from "../kernel/index.ts";
import { run } from "../testing/docker.ts";
import { createEngine, type Engine } from "./index.ts";

async function machine(): Promise<Engine> {
  const engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  return engine;
}

/** Often enough for the last ones to be repetitions. */
async function startSome(engine: Engine): Promise<void> {
  for (let i = 0; i < 4; i++) await run(engine, "run -d busybox true");
}

/** How many calls it took to do that. */
async function callsOf(engine: Engine, work: () => Promise<unknown>): Promise<number> {
  const called = vi.spyOn(engine.kernel, "called");
  await work();
  const count = called.mock.calls.length;
  called.mockRestore();
  return count;
}

/** What a container shows of how it was set up. */
const LOOK = [
  "cat /proc/self/mountinfo /proc/self/status /proc/self/limits /proc/1/stat",
  "hostname; id; pwd; ls -lan / /dev /dev/shm /proc/sys/net/ipv4/ping_group_range; stat / /dev /proc /sys /etc/hosts",
  "cat /proc/sys/net/ipv4/ping_group_range /proc/sys/net/ipv4/ip_unprivileged_port_start /etc/hosts /etc/hostname",
  "ls -l /proc/1/ns /proc/1/fd /proc/1/cwd /proc/1/exe; cat /proc/1/cgroup /proc/1/environ | tr '\\0' ' '; uname -a; env",
].join("; ");

/** Options of `docker run`, and whether containers that have them are repeated. */
const OPTIONS = [
  ["", true],
  ["--network none", true],
  ["--read-only", true],
  ["--user 33:44 --group-add 55", true],
  ["--workdir /etc", true],
  ["--hostname other --domainname example.org", true],
  ["--cap-drop ALL --cap-add NET_ADMIN --security-opt no-new-privileges", true],
  ["--ulimit nofile=100:200 --pids-limit 50 --memory 64m --cpus 0.5", true],
  ["--sysctl net.ipv4.ip_forward=1", true],
  ["--sysctl net.ipv6.conf.all.disable_ipv6=1", true],
  ["-e PATH=/nowhere:/bin", true],
  ["--cgroupns host --network host", true],
  ["--security-opt seccomp=unconfined", true],
  ["--shm-size 1m", true],
  ["--privileged", false],
  ["--init", false],
  ["--tmpfs /tmp", false],
  ["-v data:/data", false],
  ["-t", false],
] as const;

describe("containers alike", () => {
  it.each(OPTIONS)("begin as if each call had been made: %s", async (options, areRepeated) => {
    const [alone, watched] = await Promise.all(
      [false, true].map(async (isWatched) => {
        const engine = await machine();
        if (isWatched) engine.kernel.strace(0);
        const calls: number[] = [];
        for (let i = 0; i < 4; i++) {
          calls.push(await callsOf(engine, () => run(engine, `run -d ${options} busybox sleep infinity`)));
        }
        const seen: string[] = [];
        for (let i = 0; i < 3; i++) {
          seen.push(await run(engine, ["run", ...options.split(" ").filter(Boolean), "busybox", "sh", "-c", LOOK]));
        }
        const { world, kernel, events } = engine;
        const { hash } = world.trace;
        return {
          life: {
            seen,
            hash,
            turns: world.turns,
            nowUs: world.clock.nowUs,
            state: kernel.state,
            events: events.past(),
          },
          calls,
        };
      }),
    );
    expect(alone?.life).toEqual(watched?.life);
    const [first = 0, second, third = 0, fourth] = alone?.calls ?? [];
    expect(watched?.calls).toEqual([first, first, first, first]);
    expect(second).toBe(first);
    expect(fourth).toBe(third);
    if (areRepeated) expect(third).toBeLessThan(first - 20);
    else expect(third).toBe(first);
  });
});

describe("a container that is not quite like those before", () => {
  it("finds another program in another image of the same name", async () => {
    const engine = await machine();
    for (const text of ["one", "two"]) {
      await tellImage(engine, `echo ${text}`);
      expect(await tellOften(engine)).toEqual([text]);
    }
  });

  it("finds what was put into its layer before it was started", async () => {
    const engine = await machine();
    await tellImage(engine, "echo one");
    expect(await tellOften(engine)).toEqual(["one"]);
    await tellImage(engine, "echo two", "later");
    const own = engine.containers.create({ Image: "told", Cmd: ["tell"] }, "own");
    engine.archives.write(own, "/bin", engine.archives.read(engine.containers.get(TELLER), "/bin/tell").entries);
    expect(await run(engine, "start -a own")).toBe("two\n");
    expect(await tellOften(engine)).toEqual(["one"]);
  });

  it("does not lead others to a program that it alone has, earlier in PATH", async () => {
    const engine = await machine();
    await tellImage(engine, "echo one");
    expect(await tellOften(engine)).toEqual(["one"]);
    await tellImage(engine, "echo two", "later");
    const own = engine.containers.create({ Image: "told", Cmd: ["tell"] }, "own");
    engine.archives.write(own, "/sbin", engine.archives.read(engine.containers.get(TELLER), "/bin/tell").entries);
    expect(await run(engine, "start -a own")).toBe("two\n");
    expect(await tellOften(engine)).toEqual(["one"]);
  });

  it("finds in its second life what it has left in the first", async () => {
    const engine = await machine();
    await tellImage(engine, "rm /bin/tell; echo gone");
    expect(await tellOften(engine)).toEqual(["gone"]);
    await run(engine, "run --name own told tell");
    const { stderr, exitCode } = await engine.docker("start own");
    expect(stderr).toContain('exec: "tell": executable file not found in $PATH');
    expect(exitCode).toBe(1);
  });

  it("looks for its program elsewhere, or as somebody else", async () => {
    const engine = await machine();
    await tellImage(engine, "id -u");
    expect(await tellOften(engine)).toEqual(["0"]);
    expect(await run(engine, "run --rm --user 44 told tell")).toBe("44\n");
    const { stderr } = await engine.docker("run --rm -e PATH=/nowhere told tell");
    expect(stderr).toContain('exec: "tell": executable file not found in $PATH');
    expect(await tellOften(engine)).toEqual(["0"]);
  });

  it.each(Object.entries(MISHAPS))("does not find the machine's directories: %s", async (_name, mishap) => {
    const engine = await machine();
    await startSome(engine);
    await done(engine, engine.kernel.spawn(mishap, { argv: ["mishap"] }));
    const { stderr, exitCode } = await engine.docker("run busybox true");
    expect(stderr).toContain("no such file or directory");
    expect(exitCode).not.toBe(0);
  });

  it("sets what the others have not", async () => {
    const engine = await machine();
    await startSome(engine);
    const port = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
    for (const name of ["one", "two", "three"]) await run(engine, `run -d --name ${name} busybox sleep infinity`);
    const { ns } = engine.containers.get("two").oci?.process ?? {};
    if (ns === undefined) throw new TypeError("it does not run");
    function* change(): Routine<number> {
      yield* sysctl("net.ipv4.ip_unprivileged_port_start", "7");
      return 0;
    }
    await done(engine, engine.kernel.spawn(change, { argv: ["change"], ns }));
    await run(engine, "run -d --name four busybox sleep infinity");
    const seen = [];
    for (const name of ["one", "two", "three", "four"]) seen.push(await run(engine, `exec ${name} cat ${port}`));
    expect(seen).toEqual(["0\n", "7\n", "0\n", "0\n"]);
  });

  it("is refused a call", async () => {
    const engine = await machine();
    await startSome(engine);
    {
      using _ = engine.faults.add({ on: "syscall", call: "pivot_root", errno: "EINVAL" });
      expect((await engine.docker("run busybox true")).stderr).toContain("invalid argument");
    }
    expect(await run(engine, "run busybox echo well")).toBe("well\n");
  });
});

/** What becomes of directories that the machine's containers need. */
const MISHAPS: Readonly<Record<string, () => Routine<number>>> = {
  *renamed() {
    yield* rename("/run/containerd/rootfs", "/run/containerd/other");
    return 0;
  },
  *removed() {
    yield* rmdir("/run/containerd/rootfs");
    return 0;
  },
  *"one above them renamed"() {
    yield* rename("/var/lib/docker", "/var/lib/other");
    return 0;
  },
  *"mounted over"() {
    yield* mount("none", "/var/lib", "tmpfs");
    return 0;
  },
};

async function done(engine: Engine, process: Process): Promise<void> {
  await engine.world.until(() => !process.isAlive);
  expect(process.status).toEqual({ exited: 0 });
}

/** The container that the last image of `tellImage` was made of. */
const TELLER = "teller";

/** An image whose program `tell` is a script. */
async function tellImage(engine: Engine, text: string, name = "told"): Promise<void> {
  await engine.docker(`rm ${TELLER}`);
  const script = `printf '#!/bin/sh\\n${text}\\n' > /bin/tell; chmod 755 /bin/tell`;
  await run(engine, ["run", "--name", TELLER, "busybox", "sh", "-c", script]);
  await run(engine, `commit ${TELLER} ${name}`);
}

/** What `tell` says in containers, enough of them for the last ones to be repetitions. */
async function tellOften(engine: Engine): Promise<readonly string[]> {
  const said = new Set<string>();
  for (let i = 0; i < 4; i++) said.add((await run(engine, "run --rm told tell")).trim());
  return [...said];
}
