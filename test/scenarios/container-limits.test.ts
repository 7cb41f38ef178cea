/** What a container is given and held to: memory, processes, processors, capabilities, mounts, variables, labels. */
import { expect } from "vitest";
import { onEngines } from "./engines.ts";

onEngines("limits", (it) => {
  it("is killed when it takes more memory than it may, and says so", async ({ client, docker, seconds }) => {
    const hog = ["dd", "if=/dev/zero", "of=/dev/null", "bs=64M", "count=1"];
    const { exitCode } = await client.docker([
      "run",
      "--name",
      "limits-oom",
      "-m",
      "24m",
      "--memory-swap",
      "24m",
      "busybox",
      ...hog,
    ]);
    expect(exitCode).toBe(137);
    expect(await docker("inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' limits-oom")).toBe("true 137\n");
    await docker(
      "run -d --name limits-child -m 24m --memory-swap 24m busybox sh -c 'head -c 64m /dev/zero | tail; sleep 1; echo on'",
    );
    await docker("wait limits-child");
    await seconds(0.2);
    expect(await docker("logs limits-child")).toBe("on\n");
  });

  it("cannot fork without end", async ({ client, docker }) => {
    const bomb = "f() { f | f & }; f; sleep 1; echo over";
    const result = await client.docker(["run", "--rm", "--pids-limit", "20", "busybox", "sh", "-c", bomb]);
    expect(result.stderr).toContain("can't fork: Resource temporarily unavailable");
    const count = "for i in $(seq 30); do sleep 5 & done; echo not reached";
    const { stderr: refusal } = await client.docker([
      "run",
      "--rm",
      "--pids-limit",
      "10",
      "busybox",
      "sh",
      "-c",
      count,
    ]);
    expect(refusal).toMatch(/^sh: (line 0: )?can't fork: Resource temporarily unavailable\n$/);
    expect(await docker("run --rm busybox sh -c 'sleep 0 & wait; echo ok'")).toBe("ok\n");
  });

  it("has the limits of files, cores and processes that it is given", async ({ sh, refused }) => {
    const ulimits = "--ulimit nofile=64:128 --ulimit core=0 --ulimit fsize=4096";
    expect(await sh(ulimits, "ulimit -n; ulimit -Hn; ulimit -c")).toBe("64\n128\n0\n");
    expect(await sh(ulimits, "head -c 9000 /dev/zero > /f; echo $?; wc -c < /f")).toMatch(
      /^153\n4096\nFile size limit exceeded.*\n$/,
    );
    expect(await refused("run --rm --ulimit nofile=9:5 busybox true")).toMatch(
      /^125: invalid argument "nofile=9:5" for "--ulimit" flag: ulimit soft limit must be less than or equal to hard limit: 9 > 5\n/,
    );
  });

  it("has Docker's capabilities, with those added and dropped", async ({ sh }) => {
    const effective = "grep CapEff /proc/self/status | cut -f2";
    expect(await sh("", effective)).toBe("00000000a80425fb\n");
    expect(await sh("--cap-drop ALL --cap-add NET_BIND_SERVICE", effective)).toBe("0000000000000400\n");
    expect(await sh("--cap-drop CHOWN", "chown 1 /etc/passwd")).toBe("chown: /etc/passwd: Operation not permitted\n");
    expect(await sh("--user 1000", effective)).toBe("0000000000000000\n");
    expect(await sh("--cap-add NET_ADMIN", "ip link set lo down && ip link show lo | head -n 1")).toContain(
      "lo: <LOOPBACK>",
    );
    expect(await sh("", "ip link set lo down")).toBe("ip: SIOCSIFFLAGS: Operation not permitted\n");
  });

  it("cannot write where it is read-only, and can on tmpfs and volumes", async ({ sh, docker }) => {
    const script = "for d in / /etc /tmp /data /run; do touch $d/x 2>/dev/null && echo $d; done";
    expect(await sh("--read-only --tmpfs /tmp --tmpfs /run:ro -v limits-data:/data", script)).toBe("/tmp\n/data\n");
    expect(await sh("-v limits-data:/data:ro", "touch /data/y")).toBe("touch: /data/y: Read-only file system\n");
    expect(await sh("--tmpfs /small:size=8k", "head -c 9000 /dev/zero > /small/f; wc -c < /small/f")).toMatch(
      /^8192\nhead: .*: No space left on device\n$/,
    );
    expect(await sh("--tmpfs /t:mode=700,uid=5", "stat -c '%a %u' /t; mount | grep ' /t '")).toMatch(
      /^700 5\ntmpfs on \/t type tmpfs \(rw,nosuid,nodev,noexec,relatime.*\)\n$/,
    );
    await docker("volume rm limits-data");
  });

  it("keeps access times as they were when a mount is changed, and synchronous writing with the file system", async ({
    sh,
  }) => {
    const shown = (path: string): string => `grep ' ${path} ' /proc/self/mountinfo | cut -d' ' -f6,8-`;
    expect(await sh("--tmpfs /t:ro,sync", shown("/t"))).toBe("ro,nosuid,nodev,noexec,relatime tmpfs tmpfs rw,sync\n");
    const changes = "bind,ro bind,rw sync strictatime rw bind,nodiratime ro";
    const script = `mkdir /m; mount -t tmpfs -o noatime x /m; for o in ${changes}; do mount -o remount,$o /m; ${shown("/m")}; done`;
    expect((await sh("--privileged", script)).replaceAll(" tmpfs x ", " + ").split("\n")).toEqual([
      ...["ro,noatime + rw", "rw,noatime + rw", "rw,noatime + rw,sync", "rw + rw,sync", "rw + rw,sync"],
      ...["rw,nodiratime,relatime + rw,sync", "ro,nodiratime,relatime + ro,sync", ""],
    ]);
  });

  it("has devices, sysctls, a hostname, hosts and a name server of its own", async ({ sh, refused }) => {
    expect(await sh("--hostname box --domainname lan", "hostname; hostname -f; cat /etc/hostname")).toBe(
      "box\nbox.lan\nbox\n",
    );
    const hops =
      "for a in 127.0.0.1 ::1; do ping -c 1 $a | grep -o 'ttl=[0-9]*'; done; grep -c '^Ip: 2 100 ' /proc/net/snmp";
    expect(await sh("--sysctl net.ipv4.ip_default_ttl=100", hops)).toBe("ttl=100\nttl=64\n1\n");
    expect(await sh("--add-host db:10.9.8.7", "grep db /etc/hosts")).toBe("10.9.8.7\tdb\n");
    expect(
      await sh("--dns 10.1.1.1 --dns-search lan --dns-option ndots:2", "grep -v ^# /etc/resolv.conf | grep ."),
    ).toBe("nameserver 10.1.1.1\nsearch lan\noptions ndots:2\n");
    expect(
      await sh(
        "--sysctl net.ipv4.ip_forward=0 --sysctl kernel.msgmax=9000",
        "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax",
      ),
    ).toBe("0\n9000\n");
    expect(await refused("run --rm --sysctl kernel.panic=1 busybox true")).toContain(
      "sysctl 'kernel.panic=1' is not allowed",
    );
    expect(await sh("--device /dev/zero:/dev/nil:r", "head -c 3 /dev/nil | wc -c; ls -l /dev/nil | cut -c1")).toBe(
      "3\nc\n",
    );
    expect(await sh("--shm-size 1m", "df -k /dev/shm | tail -n 1 | awk '{print $2}'")).toBe("1024\n");
  });

  it("has an init that reaps and passes signals on, if it is asked for one", async ({ docker, sh }) => {
    expect(await sh("--init", "ps -o pid,comm | head -n 2 | tail -n 1")).toMatch(/^ +1 (docker-init|tini)\n$/);
    expect(await sh("--init", "(sleep 0.1 &) ; sleep 0.5; ps -o stat,comm | grep -c ^Z")).toBe("0\n");
    await docker("run -d --name limits-init --init busybox sleep 1000");
    await docker("stop limits-init");
    expect(await docker("inspect -f {{.State.ExitCode}} limits-init")).toBe("143\n");
  });

  it("has variables and labels from options and from files", async ({ docker, sh }) => {
    await docker([
      "create",
      "--name",
      "limits-l",
      "--label",
      "a=1",
      "--label",
      "b",
      "-e",
      "X=1",
      "-e",
      "Y=",
      "busybox",
      "true",
    ]);
    expect(await docker("inspect -f '{{json .Config.Labels}} {{len .Config.Env}}' limits-l")).toBe(
      '{"a":"1","b":""} 2\n',
    );
    expect(await docker("ps -a --filter label=a=1 --filter name=limits-l --format {{.Labels}}")).toMatch(
      /^(a=1,b=|b=,a=1)\n$/,
    );
    expect(await sh("-e HOME=/x -e A=b", "echo $HOME $A $HOSTNAME")).toMatch(/^\/x b \w{12}\n$/);
  });
});
