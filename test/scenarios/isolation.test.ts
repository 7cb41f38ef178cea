/**
 * What a container cannot get at: other containers' files, processes, sockets and memory, and the machine.
 *
 * A program in one container tries every way that there is, as root, while another container has something to lose.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as abi from "@bottleship/core/abi";
import type { Engine } from "@bottleship/core/engine";
import { defineProgram } from "@bottleship/core/programs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const SECRET = "the crown jewels";
const DOOR = { family: "unix", path: "\0door" } as const;
const codeOf = (answer: unknown): string => (answer instanceof abi.Errno ? answer.code : "ok");

/** What the thief's program does next. */
let plan: () => abi.Routine<void>;

/** Runs a routine as the program of a container; returns what it returned. */
async function inside<T>(engine: Engine, options: string, routine: () => abi.Routine<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  plan = function* () {
    result = { value: yield* routine() };
  };
  await docker(engine, `run --rm ${options} thief`);
  if (result === undefined) throw new Error("the program did not come to its end");
  return result.value;
}

/** Has something to lose: files, shared memory, a port, an abstract socket. */
function* victim(): abi.Routine<number> {
  for (const path of ["/secret", "/dev/shm/secret"]) {
    yield* abi.write(yield* abi.open(path, abi.O_CREAT | abi.O_WRONLY), new TextEncoder().encode(SECRET));
  }
  for (const address of [{ family: "inet", address: "0.0.0.0", port: 7777 } as const, DOOR]) {
    const fd = yield* abi.socket(address.family, "stream");
    yield* abi.bind(fd, address);
    yield* abi.listen(fd, 1);
  }
  return yield* abi.pause();
}

async function prepare(): Promise<Engine> {
  const engine = await machine();
  engine.images.define("victim", { program: defineProgram("victim", victim) });
  engine.images.define("thief", { program: defineProgram("thief", () => plan()) });
  await docker(engine, "run -d --name victim --hostname victim victim");
  return engine;
}

let engine: Engine;
beforeAll(async () => {
  engine = await prepare();
});

describe("a container with default rights", () => {
  it("finds no way to another container's files", async () => {
    const told = await inside(engine, "", function* () {
      const seen: string[] = [];
      for (let pid = 0; pid < 400; pid++) {
        const fd = yield* abi.open(`/proc/${pid}/root/secret`).attempt();
        if (!(fd instanceof abi.Errno)) seen.push(`/proc/${pid}/root`);
      }
      for (const path of ["../".repeat(50), "/var/lib/docker", "/proc/self/root/..", "/proc/self/cwd/../.."]) {
        seen.push(codeOf(yield* abi.stat(`${path}/secret`).attempt()));
      }
      yield* abi.mkdir("/jail", 0o755);
      yield* abi.chroot("/jail");
      yield* abi.chroot("../".repeat(50));
      seen.push(codeOf(yield* abi.stat("secret").attempt()), codeOf(yield* abi.stat("usr/local/bin/thief").attempt()));
      return seen;
    });
    expect(told).toEqual(["ENOENT", "ENOENT", "ENOENT", "ENOENT", "ENOENT", "ok"]);
  });

  it("sees no process but its own, and reaches none by number, group or all at once", async () => {
    const told = await inside(engine, "", function* () {
      const seen = new Set<string>();
      for (let pid = 2; pid < 3000; pid++) {
        seen.add(codeOf(yield* abi.kill(pid, 0).attempt()));
        seen.add(codeOf(yield* abi.kill(-pid, abi.SIGKILL).attempt()));
        seen.add(codeOf(yield* abi.setpriority("process", pid, 19).attempt()));
        seen.add(codeOf(yield* abi.prlimit(pid, "nofile").attempt()));
        seen.add(codeOf(yield* abi.getpgid(pid).attempt()));
      }
      seen.add(codeOf(yield* abi.kill(-1, abi.SIGKILL).attempt()));
      const fd = yield* abi.open("/proc");
      const entries = (yield* abi.getdents(fd)).map(({ name }) => name).filter((name) => /^\d+$/.test(name));
      return [[...seen], entries];
    });
    expect(told).toEqual([["ESRCH"], ["1"]]);
    expect(await docker(engine, "inspect -f {{.State.Running}} victim")).toBe("true\n");
  });

  it("has a network, a host name, queues and shared memory of its own", async () => {
    const told = await inside(engine, "--network none", function* () {
      const fd = yield* abi.socket("inet", "stream");
      const other = yield* abi.socket("unix", "stream");
      const address = "172.17.0.2";
      return {
        connect: codeOf(yield* abi.connect(fd, { family: "inet", address, port: 7777 }).attempt()),
        loopback: codeOf(yield* abi.connect(fd, { family: "inet", address: "127.0.0.1", port: 7777 }).attempt()),
        abstract: codeOf(yield* abi.connect(other, DOOR).attempt()),
        devices: (yield* abi.netlink_get()).links.map(({ name }) => name),
        memory: codeOf(yield* abi.stat("/dev/shm/secret").attempt()),
        isVictim: (yield* abi.uname()).nodename === "victim",
      };
    });
    expect(told).toEqual({
      connect: "ENETUNREACH",
      loopback: "ECONNREFUSED",
      abstract: "ECONNREFUSED",
      devices: ["lo"],
      memory: "ENOENT",
      isVictim: false,
    });
  });

  it("cannot mount, make namespaces, enter them, open disks, or change what belongs to the machine", async () => {
    const told = await inside(engine, "", function* () {
      const ask = function* (call: abi.Call): abi.Routine<string> {
        return codeOf(yield* call.attempt());
      };
      yield* abi.mknod("/disk", abi.S_IFBLK | 0o600, abi.makedev(254, 0));
      yield* abi.mknod("/mem", abi.S_IFCHR | 0o600, abi.makedev(1, 1));
      const own = yield* abi.open("/proc/self/ns/uts");
      return {
        mount: yield* ask(abi.mount("/dev/vda1", "/tmp", "ext4")),
        tmpfs: yield* ask(abi.mount("t", "/tmp", "tmpfs")),
        remount: yield* ask(abi.mount("", "/proc/sys", "", abi.MS_REMOUNT | abi.MS_BIND)),
        umount: yield* ask(abi.umount2("/proc/timer_list", abi.MNT_DETACH)),
        pivot: yield* ask(abi.pivot_root("/tmp", "/tmp")),
        user: yield* ask(abi.unshare(new Set(["user"]))),
        pid: yield* ask(abi.unshare(new Set(["pid"]))),
        clone: yield* ask(abi.clone(() => abi.exit(0) as never, undefined, { namespaces: new Set(["user"]) })),
        setns: yield* ask(abi.setns(own)),
        disk: yield* ask(abi.open("/disk")),
        memory: yield* ask(abi.open("/mem")),
        hostname: yield* ask(abi.sethostname("mine")),
        sysctl: yield* ask(abi.open("/proc/sys/kernel/hostname", abi.O_WRONLY)),
        cgroup: yield* ask(abi.mkdir("/sys/fs/cgroup/mine", 0o755)),
        clock: yield* ask(abi.clock_settime(0)),
        reboot: yield* ask(abi.reboot("halt")),
        network: yield* ask(abi.netlink_set({ kind: "link-set", name: "eth0", up: false })),
        limit: yield* ask(abi.prlimit(0, "memlock", { soft: 2 ** 40, hard: 2 ** 40 })),
        nice: yield* ask(abi.setpriority("process", 0, -5)),
      };
    });
    expect(told).toEqual({
      ...Object.fromEntries(
        ["mount", "tmpfs", "remount", "umount", "pivot", "user", "pid"].map((key) => [key, "EPERM"]),
      ),
      ...Object.fromEntries(["clone", "setns", "disk", "memory", "hostname"].map((key) => [key, "EPERM"])),
      ...{ sysctl: "EROFS", cgroup: "EROFS", clock: "EPERM", reboot: "EPERM" },
      ...{ network: "EPERM", limit: "EPERM", nice: "EACCES" },
    });
  });

  it("has the capabilities and the masked files that Docker gives", async () => {
    const status = await docker(engine, "run --rm busybox cat /proc/self/status");
    expect(status).toContain("CapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\n");
    expect(status).toContain("Seccomp:\t2\n");
    const masked = "/proc/keys /proc/timer_list /proc/interrupts /proc/acpi /sys/firmware";
    const script = `for f in ${masked}; do echo $f $(stat -c %F $f) $(ls $f | wc -l) $(cat $f 2>/dev/null | wc -c); done`;
    expect(await docker(engine, ["run", "--rm", "busybox", "sh", "-c", script])).toBe(
      [
        ...["keys", "timer_list", "interrupts"].map((name) => `/proc/${name} character special file 1 0\n`),
        ...["/proc/acpi", "/sys/firmware"].map((path) => `${path} directory 0 0\n`),
      ].join(""),
    );
  });

  it("cannot make itself safe from the OOM killer", async () => {
    const script = "echo 5 > /proc/1/oom_score_adj && echo -5 > /proc/1/oom_score_adj; cat /proc/1/oom_score_adj";
    const { stdout, stderr } = await engine.docker(["run", "--rm", "busybox", "sh", "-c", script]);
    expect([stdout, stderr]).toEqual(["5\n", "sh: write error: Permission denied\n"]);
  });
});

describe("root in a user namespace", () => {
  const UNCONFINED = "--user 1000 --security-opt seccomp=unconfined";

  it("has every capability, and none outside of what the namespace owns", async () => {
    const told = await inside(engine, UNCONFINED, function* () {
      const ask = function* (call: abi.Call): abi.Routine<string> {
        return codeOf(yield* call.attempt());
      };
      const say = function* (file: string, text: string): abi.Routine<string> {
        const fd = yield* abi.open(file, abi.O_WRONLY).attempt();
        return fd instanceof abi.Errno ? fd.code : yield* ask(abi.write(fd, new TextEncoder().encode(text)));
      };
      yield* abi.unshare(new Set(["user"]));
      const maps = [yield* say("/proc/self/setgroups", "deny"), yield* say("/proc/self/uid_map", "0 1000 1")];
      const { effective } = yield* abi.capget();
      return {
        maps,
        uid: (yield* abi.getresuid()).effective,
        isRoot: effective.equals(abi.CapabilitySet.FULL),
        others: yield* say("/etc/shadow", "root::"),
        owner: yield* ask(abi.chown("/etc/passwd", 0, -1)),
        device: yield* ask(abi.mknod("/tmp/d", abi.S_IFCHR | 0o600, abi.makedev(1, 1))),
        hostname: yield* ask(abi.sethostname("mine")),
        mount: yield* ask(abi.mount("t", "/tmp", "tmpfs")),
        network: yield* ask(abi.netlink_set({ kind: "link-set", name: "eth0", up: false })),
        limit: yield* ask(abi.prlimit(0, "memlock", { soft: 2 ** 40, hard: 2 ** 40 })),
        nice: yield* ask(abi.setpriority("process", 0, -5)),
        safety: yield* say("/proc/self/oom_score_adj", "-1000"),
        again: yield* ask(abi.setresuid(1)),
      };
    });
    expect(told).toEqual({
      ...{ maps: ["ok", "ok"], uid: 0, isRoot: true, others: "EACCES", owner: "EPERM", device: "EPERM" },
      ...{ hostname: "EPERM", mount: "EPERM", network: "EPERM", limit: "EPERM", nice: "EACCES" },
      ...{ safety: "EACCES", again: "EINVAL" },
    });
  });
});

describe("bind mounts", () => {
  const directory = mkdtempSync(join(tmpdir(), "bottleship-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  it("reach the machine's disk, and never the one of the computer that runs it", async () => {
    writeFileSync(join(directory, "file"), SECRET);
    const seen = await docker(engine, ["run", "--rm", "-v", `${directory}:/host`, "busybox", "ls", "-A", "/host"]);
    expect(seen).toBe("");
    await docker(engine, ["run", "--rm", "-v", `${directory}:/host`, "busybox", "touch", "/host/made"]);
    expect(existsSync(join(directory, "made"))).toBe(false);
    const read = await engine.docker(["run", "--rm", "-v", "/:/host", "busybox", "cat", `/host${directory}/file`]);
    expect([read.exitCode, read.stdout]).toEqual([1, ""]);
  });
});
