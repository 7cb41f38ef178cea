import { createEngine } from "@bottleship/core/engine";
import { describe, expect, it } from "vitest";

/** What docker run prints on the machine that the recordings come from. */
const TABLE: readonly (readonly [
  behaviour: string,
  options: readonly string[],
  command: readonly string[],
  stdout: string,
  stderr: string,
  exitCode: number,
])[] = [
  [
    "--tmpfs takes mode, owner, size and flags, and the mode of what it covers",
    [
      "--tmpfs",
      "/a",
      "--tmpfs",
      "/b:exec,mode=700,uid=33,gid=33",
      "--tmpfs",
      "/c:size=1m,mode=0755,ro",
      "--tmpfs",
      "/var",
    ],
    [
      "sh",
      "-c",
      "for d in /a /b /c /var; do stat -c '%n %a %u:%g' $d; awk -v d=$d '$2==d{print $4}' /proc/mounts; done",
    ],
    "/a 1777 0:0\nrw,nosuid,nodev,noexec,relatime\n/b 700 33:33\nrw,nosuid,nodev,relatime,mode=700,uid=33,gid=33\n/c 755 0:0\nro,nosuid,nodev,noexec,relatime,size=1024k,mode=755\n/var 755 0:0\nrw,nosuid,nodev,noexec,relatime,mode=755\n",
    "",
    0,
  ],
  [
    "of variables the last counts, also for what every container has",
    ["-e", "A=1", "-e", "A=4", "-e", "HOSTNAME=", "-e", "PATH=/bin"],
    ["env"],
    "PATH=/bin\nHOSTNAME=\nA=4\nHOME=/root\n",
    "",
    0,
  ],
  [
    "too few descriptors are too few for runc itself",
    ["--ulimit", "nofile=8:8"],
    ["true"],
    "",
    "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: too many open files\n\nRun 'docker run --help' for more information\n",
    125,
  ],
  [
    "a hard limit above the machine's cannot be set",
    ["--ulimit", "nofile=30000:30000"],
    ["true"],
    "",
    "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error setting rlimits for ready process: error setting rlimit type 7: operation not permitted\n\nRun 'docker run --help' for more information\n",
    125,
  ],
  [
    "--init runs the command as a child, reaps, and forwards signals",
    ["--init"],
    ["sh", "-c", "cat /proc/1/comm; cut -d' ' -f4,6 /proc/$$/stat; kill -TERM 1; sleep 1; echo no"],
    "docker-init\n1 1\n",
    "",
    143,
  ],
  [
    "--init tells what it cannot run",
    ["--init"],
    ["nosuch"],
    "",
    "[FATAL tini (7)] exec nosuch failed: No such file or directory\n",
    127,
  ],
  [
    "a privileged container has all capabilities that the machine has, its devices, and writable sysctls",
    ["--privileged"],
    ["sh", "-c", "grep Cap /proc/self/status; ls /dev | grep -c loop; echo x > /proc/sys/kernel/hostname; hostname"],
    "CapInh:\t0000000000000000\nCapPrm:\t000001fffeffffff\nCapEff:\t000001fffeffffff\nCapBnd:\t000001fffeffffff\nCapAmb:\t0000000000000000\n9\nx\n",
    "",
    0,
  ],
  [
    "mount names what is wrong with device, type and place",
    ["--privileged"],
    [
      "sh",
      "-c",
      "mkdir /m; : > /f; for a in 'tmpfs t /nx' 'tmpfs t /f' 'nosuch t /m' 'ext4 /dev/null /m' 'ext4 /nx /m'; do mount -t $a; echo $?; done; mount -t tmpfs -o foo=bar t /m; echo $?; mount -t tmpfs t /m; exec 3> /m/f; mount -o remount,ro /m; echo $?; exec 3>&-; mount -o remount,ro /m; touch /m/x; mount -o remount,size=2m,rw /m; awk '$2==\"/m\"{print $4}' /proc/mounts",
    ],
    "255\n255\n255\n255\n255\n255\n255\nrw,relatime,size=2048k\n",
    "mount: mounting t on /nx failed: No such file or directory\nmount: mounting t on /f failed: Not a directory\nmount: mounting t on /m failed: No such device\nmount: mounting /dev/null on /m failed: Block device required\nmount: mounting /nx on /m failed: No such file or directory\nmount: mounting t on /m failed: Invalid argument\nmount: mounting t on /m failed: Device or resource busy\ntouch: /m/x: Read-only file system\n",
    0,
  ],
  [
    "/proc has no room for new names, and read-only files refuse the write",
    [],
    [
      "sh",
      "-c",
      "touch /proc/x; mkdir /proc/y; echo x > /proc/version; stat -c '%N %s' /proc/mounts; ls /proc/self/fd; cat /proc/kmsg",
    ],
    "'/proc/mounts' -> 'self/mounts' 11\n0\n1\n2\n3\n",
    "touch: /proc/x: No such file or directory\nmkdir: can't create directory '/proc/y': No such file or directory\nsh: write error: Input/output error\ncat: can't open '/proc/kmsg': Operation not permitted\n",
    1,
  ],
  [
    "a volume on /etc has the engine's files on top of it",
    ["-v", "/etc"],
    ["sh", "-c", "wc -c < /etc/hostname; ls -l /etc/hostname | cut -c1-10; ls /etc/passwd"],
    "13\n-rw-r--r--\n/etc/passwd\n",
    "",
    0,
  ],
  [
    "a user's processes are limited, root's are not",
    ["--ulimit", "nproc=5:5", "--user", "1000"],
    ["sh", "-c", "sleep 1 & sleep 1 & sleep 1 & sleep 1 & sleep 1 & sleep 1 & wait; echo no"],
    "",
    "sh: line 0: can't fork: Resource temporarily unavailable\n",
    2,
  ],
  [
    "unknown capabilities are refused",
    ["--cap-add", "FOO"],
    ["true"],
    "",
    "docker: Error response from daemon: invalid CapAdd: unknown capability: \"CAP_FOO\"\n\nRun 'docker run --help' for more information\n",
    125,
  ],
  [
    "reading /dev/fd of an empty pipe ends",
    [],
    ["sh", "-c", "echo p | cat - /dev/fd/0; exec 3< /etc/passwd; head -1 /dev/fd/3; head -1 <&3 | wc -l"],
    "p\nroot:x:0:0:root:/root:/bin/sh\n1\n",
    "",
    0,
  ],
];

describe("docker run", () => {
  it.each(TABLE)("%s", async (_behaviour, options, command, stdout, stderr, exitCode) => {
    const engine = createEngine({ profile: "recorded" });
    await engine.docker(["pull", "--quiet", "busybox"]);
    const result = await engine.docker(["run", "--rm", ...options, "busybox", ...command]);
    expect(result).toMatchObject({ stdout, stderr, exitCode });
  });

  it("takes whatever is not found for the image, and pulls it", async () => {
    const engine = createEngine();
    await engine.docker(["pull", "--quiet", "busybox"]);
    const { stderr } = await engine.docker("run --rm --volume-driver nope -v data:/data busybox true");
    const [first, ...rest] = stderr.split("\n");
    expect(first).toBe("Unable to find image 'busybox:latest' locally");
    expect(rest).toContain(
      'docker: Error response from daemon: create data: error looking up volume plugin nope: plugin "nope" not found',
    );
  });
});
