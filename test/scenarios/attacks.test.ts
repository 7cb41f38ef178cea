/**
 * What root in a container tries with the commands that it has: to get out, to get at others, to get at the machine, to
 * use it up. `isolation.test.ts` does the same with system calls.
 */
import { encode, packTar, tarHeader } from "@bottleship/core/lib";
import { expect } from "vitest";
import { onEngines } from "./engines.ts";

onEngines("attack", (it) => {
  it("does not find the files of others by paths, links, archives or its own /proc", async (engine) => {
    const { client, docker, sh } = engine;
    await docker("run -d --name attack-victim busybox sh -c 'echo crown > /secret; cd /; exec sleep 1000'");
    expect(
      await sh("", "cat /../../../secret /proc/1/root/../secret /proc/self/cwd/../../secret 2>&1 | sort | uniq"),
    ).toBe(
      [
        "cat: can't open '/../../../secret': No such file or directory\n",
        "cat: can't open '/proc/1/root/../secret': No such file or directory\n",
        "cat: can't open '/proc/self/cwd/../../secret': No such file or directory\n",
      ].join(""),
    );
    const climb = "mkdir /jail; cp /bin/busybox /jail/; chroot /jail /busybox ls ../../../../../";
    expect(await sh("", climb)).toBe("busybox\n");
    // A link in the container means a place in the container, also to the engine.
    await docker("run --name attack-thief busybox ln -s /etc /evil");
    await client.container("attack-thief").writeFile("/evil/attack-made", "x");
    expect(await client.container("attack-thief").readFile("/etc/attack-made")).toBe("x");
    expect(await sh("-v /etc:/machine:ro", "ls /machine/attack-made")).toBe(
      "ls: /machine/attack-made: No such file or directory\n",
    );
    await docker("run --name attack-far busybox ln -s ../../../../../../../../etc/passwd /passwd");
    const { stdout } = await client.docker("cp -L attack-far:/passwd -");
    expect(stdout).toContain("root:x:0:0:root:/root:/bin/sh");
  });

  it("does not climb out of the directory that an archive is unpacked into", async ({ client, docker }) => {
    await docker("create --name attack-target -v attack-vol:/v busybox true");
    const file = (name: string) => ({
      header: tarHeader({ name, type: "file", mode: 0o644, size: 4 }),
      data: encode("evil"),
    });
    const link = (name: string, linkName: string, type: "symlink" | "hardlink") => ({
      header: tarHeader({ name, type, linkName, mode: 0o777, size: 0 }),
      data: new Uint8Array(),
    });
    const unpack = async (to: string, ...entries: ReturnType<typeof file>[]) => {
      const { exitCode, stderr } = await client.docker(`cp - attack-target:${to}`, { stdin: packTar(entries) });
      return `${exitCode}: ${stderr}`;
    };
    for (const to of ["/tmp", "/v"]) {
      expect(await unpack(to, file("../attack-evil"))).toBe(
        '1: Error response from daemon: invalid entry name "../attack-evil"\n',
      );
      expect(await unpack(to, link("h", "../../../etc/passwd", "hardlink"))).toBe(
        '1: Error response from daemon: invalid hardlink target "../../../etc/passwd"\n',
      );
      expect(await unpack(to, file("/attack-plain"))).toBe("0: ");
      expect(await client.container("attack-target").readFile(`${to}/attack-plain`)).toBe("evil");
      await unpack(to, link("x", "/", "symlink"), file("x/attack-evil"));
      await unpack(to, link("y", "../../../../../../..", "symlink"), file("y/attack-evil"));
    }
    const machine = "ls -d /m/attack-evil /m/var/lib/docker/attack-evil /m/var/lib/docker/volumes/attack-evil";
    expect((await client.docker(["run", "--rm", "-v", "/:/m:ro", "busybox", "sh", "-c", machine])).stdout).toBe("");
  });

  it("does not leave a volume through a link of its own", async ({ docker, sh, refused }) => {
    await docker("volume create attack-vol");
    await sh(
      "-v attack-vol:/v",
      "ln -s / /v/root; ln -s ../../.. /v/up; echo mine > /v/f; mkdir /v/d; touch /v/d/inside; ln -s d /v/in",
    );
    const part = (path: string) => `--mount type=volume,src=attack-vol,dst=/x,volume-subpath=${path}`;
    for (const path of ["../..", "..", "../d", "/etc", "a/../.."]) {
      expect(await refused(`run --rm ${part(path)} busybox ls /x`)).toContain(
        'invalid mount config for type "volume": subpath must be a relative path within the volume\n',
      );
    }
    for (const path of ["up", "root", "root/etc"]) {
      expect(await refused(`run --rm ${part(path)} busybox ls /x`)).toMatch(
        /path concatenation escapes the base directory, base: [^ ]*\/volumes\/attack-vol\/_data, subpath: /,
      );
    }
    expect(await refused(`run --rm ${part("nope")} busybox ls /x`)).toMatch(
      /cannot access path ([^ ]*\/_data\/nope): lstat \1: no such file or directory\n/,
    );
    expect(await sh(part("in"), "ls /x; cd /x/..; ls -d etc")).toBe("inside\netc\n");
    await docker(`create --name attack-thief ${part("up")} busybox true`);
    expect(await refused("cp attack-thief:/x -")).toMatch(/^1: Error response from daemon: /);
    expect(await sh("-v attack-vol:/v", "ls /v/root/attack-mark 2>&1; cat /v/f")).toBe(
      "ls: /v/root/attack-mark: No such file or directory\nmine\n",
    );
  });

  it("sees and hits no process of others, unless it may see them, and then as its user may", async ({ docker, sh }) => {
    await docker("run -d --name attack-victim -e PASSWORD=secret busybox sleep 4321");
    expect(await sh("", "ps -o args | grep -c [4]321; kill -9 -1 $(seq 2 400) 2>/dev/null; echo alive")).toBe(
      "0\nalive\n",
    );
    const find = "pid=$(ps -o pid,args | awk '/[s]leep 4321/{print $1; exit}')";
    const hit = `${find}; kill -9 $pid 2>&1; cat /proc/$pid/environ 2>&1 | grep -c PASSWORD; ls /proc/$pid/root/bin 2>&1 | grep -c sleep`;
    expect(await sh("--pid host --user 1000", hit)).toMatch(/Operation not permitted\n0\n0\n$/);
    expect(await sh("--pid container:attack-victim --user 1000", "kill -9 1 2>&1 | grep -c permitted")).toBe("1\n");
    expect(await docker("inspect -f {{.State.Running}} attack-victim")).toBe("true\n");
  });

  it("cannot change the machine: clock, kernel, names, modules, disks, sysctls", async ({ sh }) => {
    const lines = async (script: string, options = "") => (await sh(options, script)).trimEnd().split("\n");
    expect(await lines("date -s 2000-01-01 2>&1 >/dev/null; hostname x; dmesg")).toEqual([
      "date: can't set date: Operation not permitted",
      "hostname: sethostname: Operation not permitted",
      "dmesg: klogctl: Operation not permitted",
    ]);
    expect(await sh("", "echo 1 > /proc/sys/kernel/panic")).toMatch(
      /can't create \/proc\/sys\/kernel\/panic: Read-only file system/,
    );
    expect(await sh("", "echo b > /proc/sysrq-trigger")).toMatch(
      /can't create \/proc\/sysrq-trigger: (Read-only file system|nonexistent directory)/,
    );
    expect(await sh("", "echo 0 > /sys/class/net/lo/mtu")).toMatch(/Read-only file system/);
    expect(await sh("", "mount -o remount,rw /proc/sys")).toMatch(/permission denied|Operation not permitted/);
    expect(await sh("", "umount /proc/sysrq-trigger")).toMatch(/Operation not permitted/);
    expect(await sh("", "mount -t tmpfs t /mnt")).toMatch(/permission denied|Operation not permitted|No such file/);
    expect(await sh("", "mknod /disk b 254 0 && cat /disk")).toBe("cat: can't open '/disk': Operation not permitted\n");
    expect(await sh("", "mknod /mem c 1 1 && head -c 1 /mem")).toBe("head: /mem: Operation not permitted\n");
    expect(await sh("", "ls /proc/acpi /sys/firmware; ls /var/run/docker.sock")).toBe(
      "/proc/acpi:\n\n/sys/firmware:\nls: /var/run/docker.sock: No such file or directory\n",
    );
    expect(await sh("", "unshare -U true")).toBe("unshare: unshare(0x10000000): Operation not permitted\n");
    expect(await sh("", "nice -n -5 true; renice -n -5 1")).toMatch(/Permission denied|Operation not permitted/);
  });

  it("gains nothing by programs that belong to root, if that is not wanted", async ({ docker, sh }) => {
    await docker(["run", "--name", "attack-maker", "busybox", "sh", "-c", "chmod 4755 /bin/busybox"]);
    await docker("commit attack-maker attack-image");
    const who = (...options: readonly string[]) =>
      docker([
        "run",
        "--rm",
        "--user",
        "1000",
        ...options,
        "attack-image",
        "grep",
        "CapBnd\\|NoNewPrivs",
        "/proc/self/status",
      ]);
    expect(await who()).toBe("CapBnd:\t00000000a80425fb\nNoNewPrivs:\t0\n");
    expect(await who("--security-opt", "no-new-privileges")).toBe("CapBnd:\t00000000a80425fb\nNoNewPrivs:\t1\n");
    expect(await sh("--cap-drop ALL", "touch /f; chmod 0 /f; chown 1 /f; cat /f")).toBe(
      "chown: /f: Operation not permitted\ncat: can't open '/f': Permission denied\n",
    );
    await docker("rm attack-maker");
    await docker("rmi attack-image");
  });

  it("mounts nothing that others see, even with every right", async ({ docker, sh }) => {
    await docker("volume create attack-vol");
    await docker([
      "run",
      "-d",
      "--name",
      "attack-root",
      "--privileged",
      "-v",
      "attack-vol:/v",
      "busybox",
      "sh",
      "-c",
      "mkdir /v/m; mount -t tmpfs t /v/m; touch /v/m/hidden; sleep 1000",
    ]);
    await docker("exec attack-root ls /v/m/hidden");
    expect(await sh("-v attack-vol:/v", "ls /v/m; mount | grep -c /v/m")).toBe("0\n");
  });

  it("has its own shared memory, message queues and semaphores", async ({ docker, sh }) => {
    await docker("run -d --name attack-victim busybox sh -c 'echo x > /dev/shm/x; sleep 1000'");
    expect(await sh("", "ls /dev/shm /dev/mqueue")).toBe("/dev/mqueue:\n\n/dev/shm:\n");
    expect(await docker("exec attack-victim cat /dev/shm/x")).toBe("x\n");
  });

  it("uses up nothing that others need: processes, memory, disk, processors", async ({ client, docker, seconds }) => {
    await docker("run -d --name attack-other busybox sh -c 'while :; do date +%s%N > /alive; sleep 0.2; done'");
    const bomb = "f() { f | f & }; f; sleep 1000";
    await docker([
      "run",
      "-d",
      "--name",
      "attack-bomb",
      "--pids-limit",
      "40",
      "--cpus",
      "0.5",
      "busybox",
      "sh",
      "-c",
      bomb,
    ]);
    const hog = "a=x; while :; do a=$a$a; done";
    await docker([
      "run",
      "-d",
      "--name",
      "attack-hog",
      "-m",
      "32m",
      "--memory-swap",
      "32m",
      "busybox",
      "sh",
      "-c",
      hog,
    ]);
    const spin = "while :; do :; done";
    await docker(["run", "-d", "--name", "attack-spin", "--cpus", "0.1", "busybox", "sh", "-c", spin]);
    const fill = await client.docker("run --rm --tmpfs /t:size=64k busybox sh -c 'cat /dev/zero > /t/f; wc -c < /t/f'");
    expect(fill.stdout).toBe("65536\n");
    await seconds(2);
    expect(await docker("inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' attack-hog")).toBe("true 137\n");
    const before = await docker("exec attack-other cat /alive");
    await seconds(1);
    expect(await docker("exec attack-other cat /alive")).not.toBe(before);
    const [cpu] = (await docker("stats --no-stream --format {{.CPUPerc}} attack-spin")).split("%");
    expect(Number(cpu)).toBeLessThan(20);
    const [pids] = (await docker("stats --no-stream --format {{.PIDs}} attack-bomb")).split("\n");
    expect(Number(pids)).toBeLessThanOrEqual(40);
    await docker("rm -f attack-bomb attack-spin");
  });
});
