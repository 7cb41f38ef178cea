import { expect, it } from "vitest";
import { createEngine } from "../index.ts";
import { parseSecurityOptions } from "./security-options.ts";

it("takes the last of each kind, with either separator", () => {
  expect(parseSecurityOptions(["seccomp:b", "seccomp=a", "writable-cgroups", "no-new-privileges:0"])).toEqual({
    noNewPrivileges: false,
    writableCgroups: true,
    seccompProfile: "a",
  });
});

it.each([
  ["writable-cgroups=potato", 'invalid --security-opt 2: "writable-cgroups=potato"'],
  ["writeable-cgroups=true", 'invalid --security-opt 2: "writeable-cgroups=true"'],
  ["nope", 'invalid --security-opt 1: "nope"'],
])("refuses %s", (option, message) => {
  expect(() => parseSecurityOptions([option])).toThrow(message);
});

it.each([
  ["", false],
  ["--security-opt writable-cgroups=true", true],
  ["--security-opt writable-cgroups=1", true],
  ["--security-opt writable-cgroups:true --read-only", true],
  ["--security-opt writable-cgroups=false", false],
  ["--privileged", true],
  ["--privileged --cgroupns private --security-opt writable-cgroups=false", false],
])("lets a container with '%s' make a cgroup: %s", async (options, may) => {
  const engine = createEngine();
  const { exitCode, stdout, stderr } = await engine.docker([
    ...["run", "--rm", ...options.split(" ").filter(Boolean), "busybox", "sh", "-c"],
    "mkdir /sys/fs/cgroup/foo && ls -d /sys/fs/cgroup/foo; grep -o ' cgroup2 r.' /proc/mounts",
  ]);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(may ? "/sys/fs/cgroup/foo\n cgroup2 rw\n" : " cgroup2 ro\n");
  if (!may) expect(stderr).toContain("mkdir: can't create directory '/sys/fs/cgroup/foo': Read-only file system");
});
