/** Images: names, lists, history, removal and its rules, archives. */

import * as disk from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { onEngines, type StoryEngine } from "./engines.ts";

/** An image with a layer of its own. */
async function make({ docker }: StoryEngine, name: string, script: string): Promise<string> {
  await docker(["run", "--name", "image-maker", "busybox", "sh", "-c", script]);
  const id = await docker(`commit image-maker ${name}`);
  await docker("rm image-maker");
  return id.trim();
}

onEngines("image", (it) => {
  it("has several names, is listed by each, and goes with the last", async (engine) => {
    const { docker, refused } = engine;
    const id = await make(engine, "image-a:1", "echo a > /a");
    await docker("tag image-a:1 image-a:2");
    await docker(`tag ${id} image-b`);
    const names = await docker("images --format '{{.Repository}}:{{.Tag}}' image-*");
    expect(names.trimEnd().split("\n").sort()).toEqual(["image-a:1", "image-a:2", "image-b:latest"]);
    expect(await docker("images -q image-*")).toBe(`${id.slice(7, 19)}\n`.repeat(3));
    expect(await docker("rmi image-a:1")).toBe("Untagged: image-a:1\n");
    expect(await refused(`rmi ${id}`)).toBe(
      `1: Error response from daemon: conflict: unable to delete ${id.slice(7, 19)} (must be forced) - image is referenced in multiple repositories\n`,
    );
    expect(await docker("rmi image-b image-a:2")).toMatch(
      new RegExp(`^Untagged: image-b:latest\nUntagged: image-a:2\nDeleted: ${id}\nDeleted: sha256:\\w{64}\n$`),
    );
    expect(await refused("rmi image-b")).toBe("1: Error response from daemon: No such image: image-b:latest\n");
    expect(await refused("tag image-zz x")).toBe("1: Error response from daemon: No such image: image-zz:latest\n");
    expect(await refused("tag busybox UPPER")).toBe(
      '1: Error parsing reference: "UPPER" is not a valid repository/tag: invalid reference format: repository name (library/UPPER) must be lowercase\n',
    );
  });

  it("is kept for a container that has it, and without a name when another takes that", async (engine) => {
    const { docker, refused } = engine;
    const first = await make(engine, "image-c", "echo 1 > /f");
    await docker("create --name image-user image-c");
    const user = (await docker("inspect -f {{.Id}} image-user")).slice(0, 12);
    expect(await refused("rmi image-c")).toBe(
      `1: Error response from daemon: conflict: unable to remove repository reference "image-c" (must force) - container ${user} is using its referenced image ${first.slice(7, 19)}\n`,
    );
    const second = await make(engine, "image-c", "echo 2 > /f");
    expect(await docker("run --rm image-c cat /f")).toBe("2\n");
    expect(await docker(`images --no-trunc -q --filter dangling=true --filter since=busybox`)).toContain(first);
    expect(await refused(`rmi ${first}`)).toContain("(must be forced) - image is being used by stopped container");
    await docker("rm image-user");
    const goes = /^(Untagged: image-c:latest\n)?Deleted: (sha256:[0-9a-f]{64})\nDeleted: sha256:[0-9a-f]{64}\n$/;
    expect(goes.exec(await docker(`rmi ${first}`))?.[2]).toBe(first);
    expect(goes.exec(await docker(`rmi ${second}`))?.[2]).toBe(second);
  });

  it("has a history and a configuration, with what was changed on the way", async (engine) => {
    const { docker } = engine;
    await docker(["run", "--name", "image-h", "busybox", "sh", "-c", "echo xyz > /h"]);
    await docker([
      "commit",
      "-m",
      "why",
      "-c",
      "ENV A=b",
      "-c",
      "EXPOSE 80",
      "-c",
      "USER 5",
      "-c",
      "WORKDIR /tmp",
      "image-h",
      "image-d",
    ]);
    const [newest = ""] = (await docker("history --format '{{.Comment}}|{{.CreatedBy}}|{{.Size}}' image-d")).split(
      "\n",
    );
    expect(newest).toMatch(/^why\|sh -c echo xyz > \/h\|\dB$/);
    expect(
      await docker(
        "inspect -f '{{json .Config.ExposedPorts}} {{.Config.User}} {{.Config.WorkingDir}} {{.Os}}' image-d",
      ),
    ).toBe('{"80/tcp":{}} 5 /tmp linux\n');
    expect(await docker("run --rm image-d sh -c 'id -u; pwd; echo $A'")).toBe("5\n/tmp\nb\n");
    await docker("rm image-h");
    await docker("rmi image-d");
  });

  it("is saved with its names and its layers, and loaded again", async (engine) => {
    const { client, docker } = engine;
    const directory = mkdtempSync(join(tmpdir(), "bottleship-image-"));
    try {
      const id = await make(engine, "image-e:1", "echo e > /e");
      await client.docker("save -o e.tar image-e:1", { disk, cwd: directory });
      await docker("rmi image-e:1");
      const loaded = await client.docker("load -i e.tar", { disk, cwd: directory });
      expect(loaded).toMatchObject({ exitCode: 0, stdout: "Loaded image: image-e:1\n" });
      expect(await docker("inspect -f {{.Id}} image-e:1")).toBe(`${id}\n`);
      expect(await docker("run --rm image-e:1 cat /e")).toBe("e\n");
      await docker("rmi image-e:1");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("is made of a container's files, with one layer and no history", async (engine) => {
    const { client, docker } = engine;
    const directory = mkdtempSync(join(tmpdir(), "bottleship-import-"));
    try {
      await docker(["run", "--name", "image-x", "-e", "LOST=1", "busybox", "sh", "-c", "echo x > /x"]);
      await client.docker("export -o x.tar image-x", { disk, cwd: directory });
      await docker("rm image-x");
      const imported = await client.docker(["import", "-m", "by hand", "-c", 'CMD ["cat", "/x"]', "x.tar", "image-f"], {
        ...{ disk, cwd: directory },
      });
      expect(imported.stdout).toMatch(/^sha256:\w{64}\n$/);
      expect(await docker("run --rm image-f")).toBe("x\n");
      expect(await docker("inspect -f '{{len .RootFS.Layers}} {{.Comment}} {{.Config.Env}}' image-f")).toBe(
        "1 by hand []\n",
      );
      await docker("rmi image-f");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
