import { describe, expect, it } from "vitest";
import { write } from "../../abi/index.ts";
import { encode } from "../../lib/index.ts";
import { ContainerBox } from "../../testing/container-box.ts";
import { defineProgram } from "../define.ts";

describe("apt-get", () => {
  it("knows no package before an update, and none after its lists are gone", async () => {
    const one = await ContainerBox.of("debian:bookworm-slim");
    const before = await one.sh("apt-get install -y curl");
    expect([before.code, before.stdout, before.stderr]).toEqual([
      100,
      "Reading package lists...\nBuilding dependency tree...\nReading state information...\n",
      "E: Unable to locate package curl\n",
    ]);
    const after = await one.sh(
      "apt-get update -qq && apt-get install -yqq tree && rm -rf /var/lib/apt/lists/* && apt-get install -y jq; tree --version >/dev/null && echo here",
    );
    expect([after.stdout.split("\n").at(-2), after.stderr.includes("E: Unable to locate package jq")]).toEqual([
      "here",
      true,
    ]);
  });

  it("installs a package with what it needs, in dpkg's words", async () => {
    const one = await ContainerBox.of("debian:bookworm-slim");
    const ran = await one.sh(
      "apt-get update >/dev/null; apt-get install -y --no-install-recommends jq; dpkg -s jq | head -2; dpkg -L jq; jq; apt-get install jq",
    );
    expect(ran.stdout.replace(/\(Reading database[^\n]*\r/, "")).toBe(`Reading package lists...
Building dependency tree...
Reading state information...
The following additional packages will be installed:
  libjq1 libonig5
The following NEW packages will be installed:
  jq libjq1 libonig5
0 upgraded, 3 newly installed, 0 to remove and 0 not upgraded.
Need to get 389 kB of archives.
After this operation, 1170 kB of additional disk space will be used.
Get:1 http://deb.debian.example/debian bookworm/main amd64 libonig5 amd64 6.9.8-1 [188 kB]
Get:2 http://deb.debian.example/debian bookworm/main amd64 libjq1 amd64 1.6-2.1+deb12u3 [136 kB]
Get:3 http://deb.debian.example/debian bookworm/main amd64 jq amd64 1.6-2.1+deb12u3 [64.4 kB]
Fetched 389 kB in 0s (3887 kB/s)
Selecting previously unselected package libonig5:amd64.
(Reading database ... 6090 files and directories currently installed.)
Preparing to unpack .../libonig5_6.9.8-1_amd64.deb ...
Unpacking libonig5:amd64 (6.9.8-1) ...
Selecting previously unselected package libjq1:amd64.
Preparing to unpack .../libjq1_1.6-2.1+deb12u3_amd64.deb ...
Unpacking libjq1:amd64 (1.6-2.1+deb12u3) ...
Selecting previously unselected package jq.
Preparing to unpack .../jq_1.6-2.1+deb12u3_amd64.deb ...
Unpacking jq (1.6-2.1+deb12u3) ...
Setting up libonig5:amd64 (6.9.8-1) ...
Setting up libjq1:amd64 (1.6-2.1+deb12u3) ...
Setting up jq (1.6-2.1+deb12u3) ...
Processing triggers for libc-bin (2.36-9+deb12u14) ...
Package: jq
Status: install ok installed
/usr/share/doc/jq/copyright
/usr/bin/jq
Reading package lists...
Building dependency tree...
Reading state information...
jq is already the newest version (1.6-2.1+deb12u3).
0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
`);
    expect(ran.stderr).toContain('engine.programs.register("jq", program);');
  });

  it("asks where more than what was named is to be installed, removes, and cleans up", async () => {
    const one = await ContainerBox.of("ubuntu:24.04");
    const asked = await one.sh("apt-get update -qq; apt-get install jq </dev/null; echo $?");
    expect(asked.stdout).toContain("Do you want to continue? [Y/n] Abort.\n1\n");
    const removed = await one.sh(
      "apt-get install -yqq jq >/dev/null 2>&1; apt-get purge -y jq | sed -n 4,7p; apt-get autoremove -y | grep '  lib'; ls /usr/bin/jq",
    );
    expect(removed.stdout).toBe(
      "The following packages will be REMOVED:\n  jq*\n0 upgraded, 0 newly installed, 1 to remove and 0 not upgraded.\nAfter this operation, 114 kB disk space will be freed.\n  libjq1 libonig5\n",
    );
    expect(removed.code).not.toBe(0);
  });

  it.each([
    ["apt-get frob", 100, "E: Invalid operation frob\n"],
    [
      "apt-get install -y --frob x",
      100,
      "E: Command line option --frob is not understood in combination with the other options\n",
    ],
  ])("%s fails with %i", async (command, code, stderr) => {
    const ran = await (await ContainerBox.of("debian")).sh(command);
    expect([ran.code, ran.stderr]).toEqual([code, stderr]);
  });

  it("is for root", async () => {
    const ran = await (await ContainerBox.of("debian")).sh("apt-get update", ["-u", "www-data"]);
    expect([ran.code, ran.stderr]).toEqual([
      100,
      "E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)\nE: Unable to lock directory /var/lib/apt/lists/\n",
    ]);
  });
});

describe("the engine's indexes", () => {
  it("take packages of one's own, whose programs one may write", async () => {
    const one = await ContainerBox.of("debian");
    one.engine.packages.debian.add({ name: "acme", programs: ["bin/acme", "bin/acme-dummy"] });
    one.engine.programs.register(
      defineProgram("acme", function* (argv) {
        yield* write(1, encode(`acme ${argv.slice(1).join(" ")}\n`));
      }),
    );
    const ran = await one.sh("apt-get update -qq; apt-get install -yqq acme >/dev/null; acme 1 2; acme-dummy; echo $?");
    expect([ran.stdout, ran.stderr.includes('engine.programs.register("acme-dummy", program);')]).toEqual([
      "acme 1 2\n1\n",
      true,
    ]);
  });
});

describe("apk", () => {
  it("adds and removes packages with what they need", async () => {
    const one = await ContainerBox.of("alpine");
    const ran = await one.sh("apk add --no-cache jq; cat /etc/apk/world | tr '\\n' ' '; apk del jq; ls /usr/bin/jq");
    expect(ran.stdout).toBe(`fetch https://dl-cdn.alpinelinux.org/alpine/v3.21/main/x86_64/APKINDEX.tar.gz
fetch https://dl-cdn.alpinelinux.org/alpine/v3.21/community/x86_64/APKINDEX.tar.gz
(1/2) Installing oniguruma (6.9.9-r0)
(2/2) Installing jq (1.7.1-r0)
Executing busybox-1.37.0-r12.trigger
OK: 9 MiB in 17 packages
alpine-baselayout alpine-keys alpine-release apk-tools busybox jq musl-utils (1/2) Purging jq (1.7.1-r0)
(2/2) Purging oniguruma (6.9.9-r0)
Executing busybox-1.37.0-r12.trigger
OK: 8 MiB in 15 packages
`);
  });

  it("keeps a virtual group together, and needs an index", async () => {
    const one = await ContainerBox.of("alpine");
    const ran = await one.sh(
      "apk add nope; apk add -q --no-cache --virtual .deps gcc musl-dev; apk info -e .deps gcc; apk del -q .deps; apk info -e gcc; echo $?",
    );
    expect(ran.stdout).toBe(".deps\ngcc\n1\n");
    expect(ran.stderr).toContain(
      "ERROR: unable to select packages:\n  nope (no such package):\n    required by: world[nope]\n",
    );
  });
});
