/** Submodules in builds from git repositories. Ids and layout are those of git 2.39.5 for the same repositories. */
import { expect, it } from "vitest";
import { GitRepository } from "../../git/index.ts";
import { createEngine, type Engine } from "../index.ts";

const HOST = "https://git.example";
const NESTED = "9565eaac99179c231d58032828a968ed55b3005d";
const SUB = "76a914e63983d83610caa303bf8ae57a8654e15e";
const TOP = "bdd50f852c7d2e1de998d0074a90200cfaabd666";

const modules = (...all: readonly (readonly [name: string, path: string, url: string])[]): string =>
  all.map(([name, path, url]) => `[submodule "${name}"]\n\tpath = ${path}\n\turl = ${url}\n`).join("");

const NESTED_FILES = { n: "n\n" };
const SUB_FILES = {
  s: "s\n",
  ".gitmodules": modules(["in", "deep/in", "../nested.git"]),
  "deep/in": { submodule: NESTED },
};
const TOP_FILES = {
  "dir/u": "u\n",
  ".gitmodules": modules(["mod", "mod", `${HOST}/sub.git`], ["two", "dir/two", "./../nested.git"]),
  mod: { submodule: SUB },
  "dir/two": { submodule: NESTED },
};

function world(): Engine {
  const engine = createEngine();
  engine.git.add(`${HOST}/nested.git`, { branches: { main: { files: NESTED_FILES } } });
  engine.git.add(`${HOST}/sub.git`, { branches: { main: { files: SUB_FILES } } });
  engine.git.add(`${HOST}/top.git`, { branches: { main: { files: TOP_FILES } } });
  return engine;
}

async function added(address: string, engine = world()): Promise<readonly string[]> {
  await engine.build({ context: { files: {} }, dockerfile: `FROM busybox\nADD ${address} /d/\n`, tags: ["t"] });
  const { stdout } = await engine.docker("run --rm t sh -c 'cd /d; find . -type f | sort; find . -type d -empty'");
  return stdout.trimEnd().split("\n");
}

it("gives commits with submodules the ids that git gives them", () => {
  expect(new GitRepository({ branches: { main: { files: SUB_FILES } } }).refs()).toEqual([["refs/heads/main", SUB]]);
  expect(new GitRepository({ branches: { main: { files: TOP_FILES } } }).refs()).toEqual([["refs/heads/main", TOP]]);
});

it("brings submodules and theirs, each with the place of its .git", async () => {
  expect(await added(`${HOST}/top.git`)).toEqual([
    "./.gitmodules",
    "./dir/two/.git",
    "./dir/two/n",
    "./dir/u",
    "./mod/.git",
    "./mod/.gitmodules",
    "./mod/deep/in/.git",
    "./mod/deep/in/n",
    "./mod/s",
  ]);
});

it("leaves them out if the address says so", async () => {
  expect(await added(`${HOST}/top.git?submodules=false`)).toEqual(["./.gitmodules", "./dir/u", "./dir/two", "./mod"]);
});

it.each([
  ["sub.git", `fatal: repository '${HOST}/sub.git/' not found\nFailed to clone 'mod'. Retry scheduled\n`],
  ["nested.git", `fatal: repository '${HOST}/nested.git/' not found\nFailed to clone 'dir/two'. Retry scheduled\n`],
])("tells that %s cannot be had", async (name, why) => {
  const engine = world();
  engine.git.add(`${HOST}/${name}`, {})();
  await expect(added(`${HOST}/top.git`, engine)).rejects.toThrow(
    `failed to update submodules for ${HOST}/top.git: git stderr:\n${why}`,
  );
});

it("tells of a commit that a submodule has not, and of one without an address", async () => {
  const engine = world();
  const files = { mod: { submodule: TOP } };
  engine.git.add(`${HOST}/a.git`, {
    branches: { main: { files: { ...files, ".gitmodules": modules(["mod", "mod", "../nested.git"]) } } },
  });
  engine.git.add(`${HOST}/b.git`, { branches: { main: { files } } });
  await expect(added(`${HOST}/a.git`, engine)).rejects.toThrow(
    `fatal: Fetched in submodule path 'mod', but it did not contain ${TOP}. Direct fetching of that commit failed.\n: exit status 128`,
  );
  await expect(added(`${HOST}/b.git`, engine)).rejects.toThrow(
    "fatal: No url found for submodule path 'mod' in .gitmodules\n: exit status 128",
  );
});
