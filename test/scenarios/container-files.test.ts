/** The files of a container from outside: cp, diff, commit, export; and what stats tells of its processes. */

import * as disk from "node:fs";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode, readTar } from "@bottleship/core/lib";
import { expect } from "vitest";
import { onEngines } from "./engines.ts";

onEngines("files", (it) => {
  it("copies files in and out, into directories, under new names, whether it runs or not", async (engine) => {
    const { client, docker, refused } = engine;
    const directory = mkdtempSync(join(tmpdir(), "bottleship-cp-"));
    const cp = (...words: readonly string[]) => client.docker(["cp", ...words], { disk, cwd: directory });
    try {
      writeFileSync(join(directory, "one.txt"), "one\n");
      await docker("create --name files-a busybox sh -c 'cat /srv/sub/two.txt; ls /srv/sub'");
      expect((await cp("-q", "one.txt", "files-a:/etc/one.txt")).exitCode).toBe(0);
      const missing = await cp("-q", "one.txt", "files-a:/srv/sub/");
      expect([missing.exitCode, missing.stderr]).toEqual([1, expect.stringMatching(/no such directory\n$/)]);
      await client.container("files-a").writeFile("/etc/two.txt", "two\n");
      symlinkSync("gone/away", join(directory, "dangling"));
      expect((await cp("-L", "dangling", "files-a:/")).stderr).toBe(
        `lstat ${directory}/gone: no such file or directory\n`,
      );
      expect((await cp("no/such/one.txt", "files-a:/")).stderr).toBe(
        `lstat ${directory}/no: no such file or directory\n`,
      );
      expect((await cp("-q", "files-a:/etc/two.txt", "back.txt")).exitCode).toBe(0);
      expect(readFileSync(join(directory, "back.txt"), "utf8")).toBe("two\n");
      expect((await cp("-q", "files-a:/etc/one.txt", ".")).exitCode).toBe(0);
      expect(await client.container("files-a").readFile("/etc/one.txt")).toBe("one\n");
      expect(await refused("cp files-a:/nope -")).toBe(
        "1: Error response from daemon: Could not find the file /nope in container files-a\n",
      );
      expect(await refused("cp files-a:/etc files-a:/tmp")).toBe("1: copying between containers is not supported\n");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("tells what it has added, changed and deleted, and makes an image of that", async ({ docker, sh }) => {
    const script = "echo new > /etc/new; echo more >> /etc/group; rm /etc/shadow; mkdir -p /a/b; ln -s x /a/l";
    await docker(["run", "--name", "files-d", "busybox", "sh", "-c", script]);
    const lines = (await docker("diff files-d")).trimEnd().split("\n").sort();
    expect(lines).toEqual(["A /a", "A /a/b", "A /a/l", "A /etc/new", "C /etc", "C /etc/group", "D /etc/shadow"]);
    const id = await docker([
      ...["commit", "-m", "by hand", "-a", "me", "-c", "ENV K=v", "-c", 'CMD ["cat", "/etc/new"]'],
      ...["files-d", "files-image:1"],
    ]);
    expect(id).toMatch(/^sha256:\w{64}\n$/);
    expect(await docker("run --rm files-image:1")).toBe("new\n");
    expect(await docker("run --rm files-image:1 sh -c 'echo $K; ls /etc/shadow || readlink /a/l'")).toBe("v\nx\n");
    expect(
      await docker("inspect -f '{{.Comment}}|{{.Author}}|{{.Config.Cmd}}|{{len .RootFS.Layers}}' files-image:1"),
    ).toBe("by hand|me|[cat /etc/new]|2\n");
    expect(await sh("", "ls /etc/new")).toContain("No such file or directory");
    await docker("rmi files-image:1");
  });

  it("gives all its files as an archive, without its volumes", async ({ client, docker }) => {
    const directory = mkdtempSync(join(tmpdir(), "bottleship-export-"));
    try {
      await docker(["run", "--name", "files-e", "-v", "/data", "busybox", "sh", "-c", "echo x > /data/x; echo y > /y"]);
      await client.docker("export -o all.tar files-e", { disk, cwd: directory });
      const files = new Map(
        [...readTar(readFileSync(join(directory, "all.tar")))].map((one) => [one.header.name, one]),
      );
      expect(decode(files.get("y")?.data ?? new Uint8Array())).toBe("y\n");
      expect([files.has("data/"), files.has("data/x"), files.has("bin/sh"), files.has(".dockerenv")]).toEqual([
        ...[true, false, true, true],
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("tells what its processes use, and lists none of one that does not run", async ({ docker, refused, seconds }) => {
    await docker([
      "run",
      "-d",
      "--name",
      "files-top",
      "--memory",
      "64m",
      "busybox",
      "sh",
      "-c",
      "sleep 999 & sleep 998; true",
    ]);
    await seconds(0.3);
    const stats = await docker("stats --no-stream --format '{{.Name}} {{.PIDs}} {{.MemUsage}}' files-top");
    expect(stats).toMatch(/^files-top 3 [\d.]+(B|KiB|MiB) \/ 64MiB\n$/);
    await docker("kill files-top");
    expect(await refused("top files-top")).toMatch(
      /^1: Error response from daemon: container \w{64} is not running\n$/,
    );
  });

  it("has a handle that changes it, measures it, compares it and makes an image of it", async ({ client, docker }) => {
    const command = "echo one > /one; rm /etc/group; sleep 1000";
    const made = await client.run("busybox", { name: "files-held", memory: "64m", command });
    await client.pass("500ms");
    await made.update({ memory: "32m", memorySwap: "32m", restart: "on-failure:2" });
    const { HostConfig } = await made.inspect();
    expect([HostConfig.Memory, HostConfig.RestartPolicy]).toEqual([
      32 << 20,
      { Name: "on-failure", MaximumRetryCount: 2 },
    ]);
    expect(await made.stats()).toMatchObject({
      Name: "files-held",
      PIDs: "1",
      MemUsage: expect.stringMatching(/ \/ 32MiB$/),
    });
    expect(await made.diff()).toEqual([
      { kind: "changed", path: "/etc" },
      { kind: "deleted", path: "/etc/group" },
      { kind: "added", path: "/one" },
    ]);
    const id = await made.commit("files-image", { author: "Bo", change: ['CMD ["cat","/one"]'], pause: false });
    expect(await docker("image inspect -f '{{.Id}} {{.Author}}' files-image")).toBe(`${id} Bo\n`);
    expect(await docker("run --rm files-image")).toBe("one\n");
    await expect(made.update({ cpus: 1000 })).rejects.toThrow("range of CPUs is from 0.01 to");
    await expect(client.container("files-none").diff()).rejects.toThrow("No such container: files-none");
  });
});
