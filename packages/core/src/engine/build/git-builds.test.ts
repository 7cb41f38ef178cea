/** Builds from git repositories, as BuildKit was seen to do with git 2.39.5 and a server on its machine. */
import { describe, expect, it } from "vitest";
import { recordedRepository } from "../../git/testing/recorded-repository.ts";
import { createEngine, type Engine } from "../index.ts";

const URL = "https://git.example/r.git";
const FIRST = "220183242b436dd44ff3538f4a1e2134e1fc6e62";
const SECOND = "13cda92a925849e1db411e719f66b985ef5e2795";
const UNKNOWN = "0123456789012345678901234567890123456789";

function world(): Engine {
  const engine = createEngine();
  engine.git.add(URL, recordedRepository());
  engine.git.add("https://git.example/empty.git", {});
  engine.git.add("git@git.example:r.git", recordedRepository());
  return engine;
}

async function run(engine: Engine, dockerfile: string, command: string): Promise<string> {
  await engine.build({ context: { files: {} }, dockerfile, tags: ["t"] });
  const { stdout, stderr } = await engine.docker(`run --rm t sh -c '${command}'`);
  return stdout + stderr;
}

const added = (words: string, command: string): Promise<string> =>
  run(world(), `FROM busybox\nADD ${words}\n`, command);

describe("ADD of a repository", () => {
  it("has the files of its default branch, their modes and links, and no .git", async () => {
    const text = await added(`${URL} /d`, 'cd /d; find . | sort | xargs stat -c "%A %u %s %N"');
    expect(text.replaceAll(/ 4096 /g, " D ").split("\n")).toEqual([
      "drwxr-xr-x 0 D .",
      "-rw-r--r-- 0 5 ./.gitignore",
      "-rw-r--r-- 0 41 ./Dockerfile",
      "-rw-r--r-- 0 4 ./a.txt",
      "lrwxrwxrwx 0 7 './dang' -> 'missing'",
      "drwxr-xr-x 0 D ./dir",
      "-rw-r--r-- 0 25 ./dir/Dockerfile",
      "-rw-r--r-- 0 2 ./dir/s.txt",
      "drwxr-xr-x 0 D ./dir/sub",
      "-rw-r--r-- 0 2 ./dir/sub/d.txt",
      "lrwxrwxrwx 0 3 './dlink' -> 'dir'",
      "lrwxrwxrwx 0 5 './link' -> 'a.txt'",
      "-rwxr-xr-x 0 19 ./run.sh",
      "",
    ]);
  });

  it.each([
    ["#v1", "one\n"],
    ["#v2", "two\n"],
    ["#both", "one\n"],
    ["#refs/tags/both", "two\n"],
    ["#heads/main", "two\n"],
    [`#${FIRST}`, "one\n"],
    ["?ref=v1", "one\n"],
    ["?branch=main", "two\n"],
    ["?tag=v1", "one\n"],
    ["#main:.", "two\n"],
  ])("understands %s", async (ref, text) => {
    expect(await added(`${URL}${ref} /d`, "cat /d/a.txt")).toBe(text);
  });

  it.each([
    [`${URL}#feature/x:dir /d`, "Dockerfile\ns.txt\nsub\n"],
    [`${URL}#refs/heads/main:/dir/ /d`, "Dockerfile\ns.txt\nsub\n"],
    [`${URL}#:dir/sub /d`, "d.txt\n"],
    [`--exclude=dir --exclude=*.txt ${URL} /d/`, "Dockerfile\ndang\ndlink\nlink\nrun.sh\n"],
    [`--keep-git-dir=true ${URL}#feature/x:dir /d`, "Dockerfile\ns.txt\nsub\n"],
    [`--checksum=13cda92 ${URL}#:dir/sub /d`, "d.txt\n"],
  ])("takes a part of it: ADD %s", async (words, names) => {
    expect(await added(words, "ls /d")).toBe(names);
  });

  it("gives what it makes another owner and mode", async () => {
    const text = await added(`--chown=5:6 --chmod=700 ${URL}#v1:dir /d`, 'stat -c "%A %u:%g %n" /d /d/s.txt /d/sub');
    expect(text).toBe("drwx------ 5:6 /d\n-rwx------ 5:6 /d/s.txt\ndrwx------ 5:6 /d/sub\n");
  });

  it("keeps .git if it is told to", async () => {
    const text = await added(
      `--keep-git-dir=true ${URL}#v2 /d`,
      "cd /d/.git; find . -type f | grep -v objects | sort; cat HEAD shallow refs/tags/v2; find objects -type f | wc -l; cat config",
    );
    expect(text.split("\n")).toEqual([
      ...["./HEAD", "./config", "./logs/HEAD", "./refs/tags/v2", "./shallow", SECOND, SECOND],
      ...["a7dd819f8fd64296a3fe31993d39192a5bdfa241", "15", "[core]", "\trepositoryformatversion = 0"],
      ...["\tfilemode = true", "\tbare = false", "\tlogallrefupdates = true", '[remote "origin"]', `\turl = ${URL}`],
      ...["\tfetch = +refs/heads/*:refs/remotes/origin/*", ""],
    ]);
  });

  it("is known again by its commit, whatever the ref", async () => {
    const engine = world();
    const build = (ref: string) =>
      engine.build({ context: { files: {} }, dockerfile: `FROM busybox\nADD ${URL}#${ref} /d\n` });
    await build("v1");
    expect((await build(FIRST)).misses).toEqual([]);
    expect((await build("both")).misses).toEqual([]);
    expect((await build("main")).misses).toMatchObject([{ changed: "the content of file /a.txt", reason: "changed" }]);
  });

  it("goes on with what a branch has come to", async () => {
    const engine = createEngine();
    const dockerfile = `FROM busybox\nADD ${URL} /d\nRUN cat /d/f > /g\n`;
    engine.git.add(URL, { branches: { main: { files: { f: "before\n" } } } });
    expect(await run(engine, dockerfile, "cat /g")).toBe("before\n");
    engine.git.add(URL, { branches: { main: { files: { f: "after\n" } } } });
    expect(await run(engine, dockerfile, "cat /g")).toBe("after\n");
  });

  it("tells what git says", async () => {
    const { stderr } = await world().docker("build -", { stdin: `FROM busybox\nADD ${URL}#v2 /d\n` });
    expect(stderr).toMatch(
      / a7dd819f8fd64296a3fe31993d39192a5bdfa241\trefs\/tags\/v2\n.* 13cda92\w+\trefs\/tags\/v2\^\{\}\n/,
    );
  });
});

describe("refuses", () => {
  const key = "failed to load cache key: ";
  it.each([
    [`${URL}#nope`, `${key}repository does not contain ref nope, output: ""`],
    [`${URL}#2201832`, `${key}repository does not contain ref 2201832, output: ""`],
    [`${URL}#HEAD`, `${key}repository does not contain ref HEAD, output: "${SECOND}\\tHEAD\\n"`],
    [`${URL}#ma*`, `${key}repository does not contain ref ma*, output: "${SECOND}\\trefs/heads/main\\n"`],
    [`${URL}#:nodir`, 'invalid subdir /nodir: failed to lstat "nodir": statat nodir: no such file or directory'],
    [`${URL}#main:../x`, 'invalid subdir /x: failed to lstat "x": statat x: no such file or directory'],
    [`${URL}#:a.txt`, 'invalid subdir /a.txt: git subpath "/a.txt" contains non-directory "a.txt"'],
    [`${URL}#:dlink/sub`, 'invalid subdir /dlink/sub: git subpath "/dlink/sub" contains non-directory "dlink"'],
    [
      `${URL}#${UNKNOWN}`,
      `failed to checkout remote ${URL}: git stderr:\nfatal: reference is not a tree: ${UNKNOWN}\n: exit status 128`,
    ],
    [
      "https://git.example/empty.git",
      `${key}could not find default branch for repository: https://git.example/empty.git`,
    ],
    [`--checksum=2201832 ${URL}`, `${key}expected checksum to match 2201832, got ${SECOND}`],
    [`--checksum=${SECOND} ${URL}#v1`, `expected checksum to match ${SECOND}, got ${FIRST}`],
    [`--checksum=${SECOND} --keep-git-dir ${URL}#v1`, `${key}expected checksum to match ${SECOND}, got ${FIRST}`],
    [`--checksum=sha256:abc ${URL}`, `${key}invalid checksum sha256:abc for Git URL, expected hex commit hash`],
    [`${URL}?foo=1`, 'unexpected query "foo"'],
    [`${URL}?ref=a#b`, 'ref conflicts: "b" vs "a"'],
    [`${URL}?tag=a&branch=b`, "branch conflicts with tag"],
    [`${URL}?ref=`, 'query "ref" has no value'],
    [`${URL}?keep-git-dir=x`, 'invalid keep-git-dir value: "x"'],
    [`--keep-git-dir=false ${URL}?keep-git-dir`, "inconsistent keep-git-dir configuration"],
    [`--checksum=abc ${URL}?checksum=def`, 'checksum mismatch "abc" != "def"'],
    ["git@git.example:r.git", "unset ssh forward key default"],
  ])("ADD %s", async (words, message) => {
    await expect(added(`${words} /d`, "true")).rejects.toMatchObject({ message });
  });

  it("everything on a machine without git", async () => {
    const engine = createEngine({ profile: "recorded" });
    engine.git.add(URL, recordedRepository());
    const noGit = 'git stderr:\n: exec: "git": executable file not found in $PATH';
    const build = (url: string) =>
      engine.build({ context: { files: {} }, dockerfile: `FROM scratch\nADD ${url} /d\n` });
    await expect(build(URL)).rejects.toThrow(`error fetching default branch for repository ${URL}: ${noGit}`);
    await expect(build(`${URL}#v1`)).rejects.toThrow(`${key}failed to fetch remote ${URL}: ${noGit}`);
    await expect(build(`${URL}#${FIRST}`)).rejects.toThrow(
      /^failed to init repo at \/var\/lib\/docker\/overlay2\/\w{25}\/diff: git stderr/,
    );
    await expect(build("https://me:secret@git.example/r.git")).rejects.toThrow(
      "https://xxxxx:xxxxx@git.example/r.git: ",
    );
  });
});

describe("a context that is a repository", () => {
  it.each([
    [URL, "two\n"],
    [`${URL}#v1`, "one\n"],
    [`${URL}?ref=v1`, "one\n"],
  ])("%s", async (context, text) => {
    const engine = world();
    const { exitCode, stderr } = await engine.docker(`build -t t ${context}`);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`[internal] load git source ${context}\n`)]);
    expect((await engine.docker("run --rm t cat /ctx/a.txt")).stdout).toBe(text);
  });

  it("can be a part of it, have its .git, and another Dockerfile", async () => {
    const engine = world();
    await engine.docker(`build -t a ${URL}#feature/x:dir`);
    expect((await engine.docker("run --rm a ls /sub")).stdout).toBe("Dockerfile\ns.txt\nsub\n");
    await engine.docker(`build -t b -f dir/Dockerfile --build-arg BUILDKIT_CONTEXT_KEEP_GIT_DIR=1 ${URL}#v1`);
    expect((await engine.docker("run --rm b cat /sub/.git/HEAD")).stdout).toBe(`${FIRST}\n`);
    await engine.docker(`build -t c -f - ${URL}`, { stdin: "FROM busybox\nCOPY a.txt /\n" });
    expect((await engine.docker("run --rm c cat a.txt")).stdout).toBe("two\n");
  });

  it("has a name, and stands in for a stage", async () => {
    const engine = world();
    const from = "FROM busybox\nCOPY --from=x a.txt /\n";
    await engine.docker(`buildx build -t a --build-context x=${URL}#v1 -`, { stdin: from });
    expect((await engine.docker("run --rm a cat a.txt")).stdout).toBe("one\n");
    await engine.docker(`buildx build -t b --build-context x=${URL}#v1:dir -`, { stdin: "FROM x\nCOPY <<f /g\nf\n" });
    expect((await engine.docker("create --name c b")).exitCode).toBe(1);
    expect(engine.images.get("b").config.history).toMatchObject([{}, { comment: "buildkit.exporter.image.v0" }]);
  });

  it.each([
    [
      `${URL}#nope`,
      'failed to read dockerfile: failed to load cache key: repository does not contain ref nope, output: ""',
    ],
    [
      `${URL}#:nodir`,
      'failed to read dockerfile: invalid subdir /nodir: failed to lstat "nodir": statat nodir: no such file or directory',
    ],
    [`${URL}#:dir/sub`, "failed to read dockerfile: open Dockerfile: no such file or directory"],
    [`${URL}?foo=1`, 'unexpected query "foo"'],
  ])("is refused: %s", async (context, message) => {
    const { exitCode, stderr } = await world().docker(`build ${context}`);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining(`ERROR: failed to build: failed to solve: ${message}\n`),
    ]);
  });
});

describe("an agent of the client", () => {
  it("lets git reach a repository through ssh", async () => {
    const engine = world();
    const dockerfile = "FROM busybox\nADD git@git.example:r.git#v1 /d\n";
    await engine.build({ context: { files: {} }, dockerfile, ssh: ["default"], tags: ["t"] });
    expect((await engine.docker("run --rm t cat /d/a.txt")).stdout).toBe("one\n");
  });

  it.each([
    ["type=ssh", "/run/buildkit/ssh_agent.0 srw------- 0:0"],
    ["type=ssh,id=k,target=/a/s,mode=0666,uid=5,gid=6", "/a/s srw-rw-rw- 5:6"],
  ])("has its socket in a mount of %s", async (mount, text) => {
    const dockerfile = `FROM busybox\nRUN --mount=${mount} stat -c "%n %A %u:%g" $SSH_AUTH_SOCK > /out\n`;
    const engine = world();
    await engine.build({ context: { files: {} }, dockerfile, ssh: ["default", "k"], tags: ["t"] });
    expect((await engine.docker("run --rm t cat /out")).stdout).toBe(`${text}\n`);
  });

  it("is missed if it is required", async () => {
    const dockerfile = "FROM busybox\nRUN --mount=type=ssh,id=other,required true\n";
    const build = world().build({ context: { files: {} }, dockerfile, ssh: ["default"] });
    await expect(build).rejects.toThrow("unset ssh forward key other");
  });
});
