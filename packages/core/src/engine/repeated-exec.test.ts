/** What is executed again and again is not prepared each time; it notices all the same when something has changed. */
import { expect, it, vi } from "vitest";
import { run } from "../testing/docker.ts";
import { createEngine, type Engine } from "./index.ts";

const CONTAINER = "again";
/** The same list for all: only then are they the same command. */
const TELL = ["tell"];
/** In all that looks for it, the program is the second that PATH leads to. */
const IN_BIN = "/usr/bin/tell";
const IN_LOCAL = "/usr/local/bin/tell";
const MISSING = 'exec: "tell": executable file not found in $PATH';
const DENIED = 'exec: "tell": permission denied';

async function machine(options = "", first = "exec sleep infinity"): Promise<Engine> {
  const engine = createEngine();
  await engine.images.pull("busybox");
  await run(engine, [
    "run",
    "-d",
    "--name",
    CONTAINER,
    ...options.split(" ").filter(Boolean),
    "busybox",
    "sh",
    "-c",
    first,
  ]);
  return engine;
}

/** What somebody does in the container, with all rights, who has not come by exec: that would be a command between others. */
async function sh(engine: Engine, script: string): Promise<void> {
  const { ns, root } = engine.containers.get(CONTAINER).oci?.process ?? {};
  if (ns === undefined || root === undefined) throw new TypeError("it does not run");
  const env = new Map([["PATH", "/bin:/usr/bin"]]);
  const process = engine.kernel.exec("/bin/sh", { argv: ["sh", "-c", script], env, ns, root });
  await engine.world.until(() => !process.isAlive);
  expect(process.status).toEqual({ exited: 0 });
}

const script = (path: string, text: string): string =>
  `printf '#!/bin/sh\\necho ${text}\\n' > ${path}; chmod 755 ${path}`;

/** Executes `TELL` once. What it said, or why it could not be started. */
async function tell(engine: Engine): Promise<string> {
  const session = engine.exec.create(engine.containers.get(CONTAINER), { Cmd: TELL });
  try {
    await engine.exec.start(session);
  } catch (error) {
    return (error as Error).message;
  }
  await engine.exec.wait(session);
  return session.output.text().trim();
}

/** Often enough for the last one to be a repetition. */
async function tellOften(engine: Engine): Promise<readonly string[]> {
  const said = new Set<string>();
  for (let i = 0; i < 4; i++) said.add(await tell(engine));
  return [...said];
}

it("makes the calls of the third one no more", async () => {
  const engine = await machine();
  await sh(engine, script(IN_BIN, "one"));
  const called = vi.spyOn(engine.kernel, "called");
  const calls = async (): Promise<number> => {
    const before = called.mock.calls.length;
    await tell(engine);
    return called.mock.calls.length - before;
  };
  const first = await calls();
  expect(await calls()).toBe(first);
  const third = await calls();
  expect(third).toBeLessThan(first - 12);
  expect(await calls()).toBe(third);
});

it("finds what was put before it in PATH, was replaced, and is gone", async () => {
  const engine = await machine();
  expect(await tellOften(engine)).toEqual([expect.stringContaining(MISSING)]);
  await sh(engine, script(IN_BIN, "one"));
  expect(await tellOften(engine)).toEqual(["one"]);
  await sh(engine, `mkdir -p /srv /usr/local/bin; ${script(IN_LOCAL, "two")}`);
  expect(await tellOften(engine)).toEqual(["two"]);
  await sh(engine, `${script("/srv/new", "three")}; mv /srv/new ${IN_LOCAL}`);
  expect(await tellOften(engine)).toEqual(["three"]);
  await sh(engine, `mv ${IN_LOCAL} /srv/new`);
  expect(await tellOften(engine)).toEqual(["one"]);
  await sh(engine, `ln -s /srv/new ${IN_LOCAL}`);
  expect(await tellOften(engine)).toEqual(["three"]);
  await sh(engine, `rm ${IN_LOCAL}; ln /srv/new ${IN_LOCAL}`);
  expect(await tellOften(engine)).toEqual(["three"]);
  await sh(
    engine,
    "rm -r /usr/local/bin; mkdir /elsewhere; ln -s /elsewhere /usr/local/bin; mv /srv/new /elsewhere/tell",
  );
  expect(await tellOften(engine)).toEqual(["three"]);
  await sh(engine, `rm -r /elsewhere ${IN_BIN}`);
  expect(await tellOften(engine)).toEqual([expect.stringContaining(MISSING)]);
});

it("finds what the engine has copied into the container", async () => {
  const engine = await machine();
  await sh(engine, `mkdir -p /srv; ${script(IN_BIN, "one")}; ${script("/srv/tell", "two")}; mkdir -p /usr/local/bin`);
  expect(await tellOften(engine)).toEqual(["one"]);
  const own = engine.containers.get(CONTAINER);
  engine.archives.write(own, "/usr/local/bin", engine.archives.read(own, "/srv/tell").entries);
  expect(await tellOften(engine)).toEqual(["two"]);
});

it("heeds permissions of the file and of the way to it", async () => {
  const engine = await machine("--user 1000:1000 --cap-drop ALL");
  await sh(engine, script(IN_BIN, "one"));
  expect(await tellOften(engine)).toEqual(["one"]);
  await sh(engine, `chmod 644 ${IN_BIN}`);
  expect(await tellOften(engine)).toEqual([expect.stringContaining(DENIED)]);
  await sh(engine, `chmod 750 ${IN_BIN}`);
  expect(await tellOften(engine)).toEqual([expect.stringContaining(DENIED)]);
  await sh(engine, `chown 0:1000 ${IN_BIN}`);
  expect(await tellOften(engine)).toEqual(["one"]);
  await sh(engine, "chmod 700 /usr/bin");
  expect(await tellOften(engine)).toEqual([expect.stringContaining(DENIED)]);
  await sh(engine, "chmod 755 /usr/bin");
  expect(await tellOften(engine)).toEqual(["one"]);
});

it("sees what is mounted over a directory of PATH, and that it is gone again", async () => {
  const engine = await machine();
  await sh(engine, `${script(IN_BIN, "one")}; mkdir -p /usr/local/bin`);
  expect(await tellOften(engine)).toEqual(["one"]);
  await sh(engine, `mount -t tmpfs none /usr/local/bin; ${script(IN_LOCAL, "two")}`);
  expect(await tellOften(engine)).toEqual(["two"]);
  // On a file system whose changes nobody counts.
  await sh(engine, `rm ${IN_LOCAL}`);
  expect(await tellOften(engine)).toEqual(["one"]);
  await sh(engine, script(IN_LOCAL, "three"));
  expect(await tellOften(engine)).toEqual(["three"]);
  await sh(engine, "umount /usr/local/bin");
  expect(await tellOften(engine)).toEqual(["one"]);
  await sh(engine, "mount -o remount,noexec /");
  expect(await tellOften(engine)).toEqual([expect.stringContaining(DENIED)]);
});

it("goes where the first process of the container has gone", async () => {
  const engine = await machine("", "sleep 60; exec chroot /jail /bin/sleep infinity");
  await sh(engine, `mkdir -p /jail/bin /jail/usr/bin; cp /bin/sh /bin/sleep /jail/bin; ${script(IN_BIN, "one")}`);
  await sh(engine, script(`/jail${IN_BIN}`, "two"));
  expect(await tellOften(engine)).toEqual(["one"]);
  await engine.world.advance("61s");
  expect(await tellOften(engine)).toEqual(["two"]);
});

it("notices that its working directory is another", async () => {
  const engine = await machine("--workdir /place");
  await sh(engine, `printf '#!/bin/sh\\npwd; ls\\n' > ${IN_BIN}; chmod 755 ${IN_BIN}; touch /place/one`);
  expect(await tellOften(engine)).toEqual(["/place\none"]);
  await sh(engine, "mv /place /before; mkdir /place; touch /place/two");
  expect(await tellOften(engine)).toEqual(["/place\ntwo"]);
  await sh(engine, "rm -r /place");
  expect(await tellOften(engine)).toEqual([
    expect.stringContaining('chdir to cwd ("/place") set in config.json failed: no such file or directory'),
  ]);
});

it("is not mistaken for one with other variables, or of another user", async () => {
  const engine = await machine();
  await sh(engine, `mkdir -p /srv; ${script(IN_BIN, "one")}; ${script("/srv/tell", "two")}`);
  expect(await tellOften(engine)).toEqual(["one"]);
  expect(await run(engine, `exec -e PATH=/srv:/bin ${CONTAINER} tell`)).toBe("two\n");
  expect(await tellOften(engine)).toEqual(["one"]);
  await sh(engine, `printf '#!/bin/sh\\nid -u\\n' > ${IN_BIN}`);
  expect(await tellOften(engine)).toEqual(["0"]);
  await sh(engine, "echo somebody:x:1234:1234::/:/bin/sh >> /etc/passwd");
  expect(await run(engine, `exec -u somebody ${CONTAINER} tell`)).toBe("1234\n");
  expect(await tellOften(engine)).toEqual(["0"]);
});

it("begins anew in a container that was started again", async () => {
  const engine = await machine("--tmpfs /usr/local/bin:exec");
  await sh(engine, `${script(IN_BIN, "one")}; ${script(IN_LOCAL, "two")}`);
  expect(await tellOften(engine)).toEqual(["two"]);
  await run(engine, `restart -t 0 ${CONTAINER}`);
  expect(await tellOften(engine)).toEqual(["one"]);
});

it("leaves the world as it would be if somebody had looked at each call", async () => {
  const lives = await Promise.all(
    [false, true].map(async (traced) => {
      const engine = await machine("--health-cmd tell --health-interval 10s --user 33");
      if (traced) engine.kernel.strace(engine.containers.get(CONTAINER));
      for (const [at, change] of ["true", script(IN_BIN, "one"), "true", `chmod 600 ${IN_BIN}`].entries()) {
        await engine.world.advance("1m");
        await sh(engine, `sleep ${at}; ${change}`);
      }
      await engine.world.advance("1m");
      const { world, kernel, events } = engine;
      const { cpuUs, pidPeak } = engine.containers.get(CONTAINER).oci?.cgroup ?? {};
      const { health } = engine.containers.get(CONTAINER);
      return [world.trace.hash, world.turns, world.clock.nowUs, kernel.state, cpuUs, pidPeak, health, events.past()];
    }),
  );
  expect(lives[1]).toEqual(lives[0]);
});

it("shows each of its calls to strace, from the first that is made while somebody looks", async () => {
  const engine = await machine();
  await sh(engine, script(IN_BIN, "one"));
  await tellOften(engine);
  const trace = engine.kernel.strace(engine.containers.get(CONTAINER));
  await tell(engine);
  trace.stop();
  const names = trace.entries.flatMap((entry) => (entry.kind === "call" ? [entry.name] : []));
  expect(names.slice(0, names.indexOf("execve") + 1)).toEqual(
    expect.arrayContaining(["capset", "setresuid", "setgroups", "chdir", "stat", "access", "write", "execve"]),
  );
});
