/** System calls that fail or take their time, and disks that are full, slow or tear writes. */
import { describe, expect, it } from "vitest";
import { docker, machine } from "./support.ts";

describe("a rule on system calls", () => {
  it("fails the nth call about a file, in one container and nowhere else", async () => {
    const engine = await machine();
    for (const name of ["db", "web"]) await docker(engine, `run -d --name ${name} busybox sleep 1000`);
    using rule = engine.faults.add({
      on: "syscall",
      call: "write",
      container: "db",
      path: "/data/*",
      nth: 2,
      errno: "EIO",
    });
    const script = "mkdir -p /data; echo 1 >> /data/log; echo 2 >> /data/log; echo 3 >> /data/log; cat /data/log";
    const hit = await engine.docker(["exec", "db", "sh", "-c", script]);
    expect(hit.stdout).toBe("1\n3\n");
    expect(hit.stderr).toBe("sh: write error: Input/output error\n");
    expect((await engine.docker(["exec", "web", "sh", "-c", script])).stdout).toBe("1\n2\n3\n");
    const [fired] = engine.faults.fired;
    expect(fired?.what).toMatch(/^sh\[\d+\] write \/data\/log failed with EIO$/);
    expect(fired?.container?.name).toBe("db");
    rule.undo();
    expect(engine.kernel.interceptor).toBeUndefined();
  });

  it("chooses by program and by what the call is", async () => {
    const engine = await machine();
    using _ = engine.faults.add({
      on: "syscall",
      program: "cat",
      errno: "EMFILE",
      if: ({ call, path }) => call === "open" && path === "/etc/passwd",
    });
    expect((await engine.docker("run --rm busybox cat /etc/passwd")).stderr).toBe(
      "cat: can't open '/etc/passwd': Too many open files\n",
    );
    expect((await engine.docker("run --rm busybox head -n1 /etc/passwd")).exitCode).toBe(0);
  });

  it("takes longer, and only SIGKILL ends that", async () => {
    const engine = await machine();
    using _ = engine.faults.add({ on: "syscall", call: "mkdir", container: "web", slow: "30s" });
    await docker(engine, "run -d --name web busybox sh -c 'mkdir /x; echo done'");
    await engine.pass("29s");
    expect(await docker(engine, "logs web")).toBe("");
    await engine.pass("2s");
    expect(await docker(engine, "logs web")).toBe("done\n");
    await docker(engine, "start web");
    await docker(engine, "kill web");
    expect(await docker(engine, "inspect -f {{.State.ExitCode}} web")).toBe("137\n");
  });
});

describe("a rule on disks", () => {
  const fill = "run --rm busybox sh -c 'echo x > /f || echo no; echo x > /dev/shm/f && cat /dev/shm/f'";

  it("finds a full disk full, but not the memory beside it", async () => {
    const engine = await machine();
    using _ = engine.faults.add({ on: "disk", full: true });
    const { stdout, stderr } = await engine.docker(fill);
    expect([stdout, stderr]).toEqual(["no\nx\n", "sh: write error: No space left on device\n"]);
  });

  it("reads and writes slowly", async () => {
    const engine = await machine();
    const copy = "run --rm busybox dd if=/bin/busybox of=/copy bs=1k count=10";
    const tookUs = async (): Promise<number> => {
      const startUs = engine.world.clock.nowUs;
      await docker(engine, copy);
      return engine.world.clock.nowUs - startUs;
    };
    const fastUs = await tookUs();
    using _ = engine.faults.add({ on: "disk", slow: "50ms" });
    const seconds = ((await tookUs()) - fastUs) / 1e6;
    expect(seconds.toFixed(1)).toBe("1.0");
  });

  it("tears a write: what has arrived stays, and the program is told of an error", async () => {
    const engine = await machine();
    await docker(engine, "run -d --name db busybox sleep 1000");
    using _ = engine.faults.add({ on: "disk", container: "db", path: "/journal", tornAfterBytes: 4, times: 1 });
    const torn = await engine.docker(["exec", "db", "sh", "-c", "echo commit-1 >> /journal || echo lost"]);
    expect(torn.stdout).toBe("lost\n");
    await docker(engine, ["exec", "db", "sh", "-c", "echo commit-2 >> /journal"]);
    expect(await engine.client.container("db").readFile("/journal")).toBe("commcommit-2\n");
  });
});
