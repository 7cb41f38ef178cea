/**
 * Random operations on a `HostFs` and on the machine's own disk: each must answer the same, and leave the same.
 */
import * as nodeFs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  type Call,
  chdir,
  chmod,
  close,
  Errno,
  fstat,
  ftruncate,
  getdents,
  link,
  lstat,
  mkdir,
  mknod,
  mount,
  O_CREAT,
  O_DIRECTORY,
  O_RDWR,
  O_TMPFILE,
  open,
  pread,
  pwrite,
  RENAME_EXCHANGE,
  type Routine,
  readlink,
  rename,
  rmdir,
  S_IFIFO,
  symlink,
  truncate,
  unlink,
} from "../../abi/index.ts";
import { decode, encode } from "../../lib/index.ts";
import { Prng } from "../../sim/index.ts";
import { codeOf } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";
import type { HostDisk } from "./host-disk.ts";
import { hostFileSystems } from "./host-file-systems.ts";
import { HostFs } from "./host-fs.ts";
import { memoryDisk } from "./memory-disk.ts";

const SEEDS = 12;
const STEPS = 240;
/** Steps between two looks at everything. */
const STEPS_PER_LOOK = 12;
const NAMES = ["a", "b", "c"];

/** One operation, on a side's own descriptors. */
type Step = (fds: number[]) => Routine<unknown>;

function randomStep(prng: Prng): Step {
  const name = (): string => NAMES[prng.below(NAMES.length)] ?? "a";
  const path = (): string =>
    prng.chance(1, 3) ? name() : prng.chance(2, 3) ? `${name()}/${name()}` : `a/${name()}/${name()}`;
  const [one, two, size, choice] = [path(), path(), prng.below(20_000), prng.below(100)];
  const text = encode("x".repeat(1 + prng.below(9_000)));
  const pick = prng.below(4);
  const call =
    (made: Call): Step =>
    () =>
      codeOf(made);
  const onFile = (use: (fd: number) => Call): Step =>
    function* (fds) {
      const fd = fds[pick];
      return fd === undefined ? "none" : yield* codeOf(use(fd));
    };
  if (choice < 14) return call(mkdir(one));
  if (choice < 19) return call(rmdir(one));
  if (choice < 30) return call(unlink(one));
  if (choice < 50) return call(rename(one, two));
  if (choice < 54) return call(rename(one, two, RENAME_EXCHANGE));
  if (choice < 61) return call(link(one, two));
  if (choice < 65) return call(symlink(two, one));
  if (choice < 67) return call(mknod(one, S_IFIFO | 0o600));
  if (choice < 70) return call(chmod(one, 0o600 + (size % 0o100)));
  if (choice < 75) return call(truncate(one, size));
  if (choice < 85) return opened(open(prng.chance(1, 8) ? "." : one, O_CREAT | O_RDWR), pick);
  if (choice < 87) return opened(open(".", O_TMPFILE | O_RDWR), pick);
  if (choice < 95) return onFile((fd) => pwrite(fd, text, size));
  if (choice < 97) return onFile((fd) => ftruncate(fd, size));
  if (choice < 98) return onFile((fd) => link(`/proc/self/fd/${fd}`, one, { follow: true }));
  return function* (fds) {
    const fd = fds[pick];
    const { nlink, size, blocks, mode } = fd === undefined ? NOTHING : yield* fstat(fd);
    return [nlink, size, blocks, mode, fd === undefined ? "" : summary(yield* pread(fd, 40_000, 0))];
  };
}

const NOTHING = { nlink: 0, size: 0, blocks: 0, mode: 0 };

/** Opens a file that is no FIFO in place of an older one. */
function opened(made: Call, slot: number): Step {
  return function* (fds) {
    const [path] = made.args as readonly string[];
    const found = yield* lstat(String(path)).attempt();
    if (!(found instanceof Errno) && found.type === "fifo") return "fifo";
    const fd = (yield* made.attempt()) as number | Errno;
    if (fd instanceof Errno) return fd.code;
    if ((yield* fstat(fd)).type !== "file") {
      yield* close(fd);
      return "no file";
    }
    if (fds[slot] !== undefined) yield* close(fds[slot]);
    fds[slot] = fd;
    return "opened";
  };
}

/** Bytes, run by run. */
const summary = (bytes: Uint8Array): string =>
  decode(bytes).replace(/(.)\1*/gs, (run, char: string) => `${char === "\0" ? "0" : char}${run.length} `);

/** Everything below the working directory, a line each. */
function* tree(path = "."): Routine<readonly string[]> {
  const fd = yield* open(path, O_DIRECTORY);
  const found = (yield* getdents(fd)).map(({ name }) => name).filter((name) => name !== "." && name !== "..");
  yield* close(fd);
  const lines: string[] = [];
  for (const name of found.sort()) {
    const below = `${path}/${name}`;
    const { type, mode, nlink, size, blocks } = yield* lstat(below);
    let rest = "";
    if (type === "symlink") rest = yield* readlink(below);
    if (type === "file") {
      const file = yield* open(below);
      rest = summary(yield* pread(file, 40_000, 0));
      yield* close(file);
    }
    lines.push(`${below} ${type} ${mode.toString(8)} ${nlink} ${size} ${blocks} ${rest}`);
    if (type === "dir") lines.push(...(yield* tree(below)));
  }
  return lines;
}

/** @returns what the side table says in the end, but for the names that the disk has for files */
async function compare(disk: HostDisk, base: string, seed: number): Promise<readonly unknown[]> {
  const machine = new TestMachine();
  const { kernel } = machine;
  const fs = new HostFs(kernel, disk, { base });
  kernel.fileSystems.set("hostfs", hostFileSystems(new Map([["host", fs]])));
  const prng = new Prng(seed);
  await machine.run(function* () {
    for (const path of ["/host", "/own"]) yield* mkdir(path);
    yield* mount("host", "/host", "hostfs");
  });
  const steps = Array.from({ length: STEPS }, () => randomStep(prng));
  const told = await machine.run(function* () {
    const sides: unknown[][] = [];
    for (const root of ["/host", "/own"]) {
      yield* chdir(root);
      const fds: number[] = [];
      const answers: unknown[] = [];
      yield* mkdir("a");
      yield* mkdir("a/b");
      for (const [count, step] of steps.entries()) {
        answers.push([yield* step(fds), count % STEPS_PER_LOOK === 0 ? yield* tree() : []]);
      }
      answers.push(yield* tree());
      for (const fd of fds) if (fd !== undefined) yield* close(fd);
      sides.push(answers);
    }
    return sides;
  });
  const [ours, theirs] = told;
  for (const [count, answer] of (ours ?? []).entries()) {
    expect(answer, `seed ${seed}, step ${count}`).toEqual(theirs?.[count]);
  }
  return fs.toJSON().files.map((entry) => ({ ...entry, id: "" }));
}

const top = nodeFs.mkdtempSync(join(tmpdir(), "bottleship-"));
afterAll(() => nodeFs.rmSync(top, { recursive: true, force: true }));

describe("HostFs does what the machine's own disk does", () => {
  it("over memfs", async () => {
    for (let seed = 1; seed <= SEEDS; seed++) await compare(memoryDisk(), "/", seed);
  });

  it("over node:fs, with the very times and owners that it keeps over memfs", async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const base = join(top, String(seed));
      nodeFs.mkdirSync(base);
      const kept = await compare(nodeFs, base, seed);
      expect(kept.length).toBeGreaterThan(0);
      expect(kept).toEqual(await compare(memoryDisk({ "/b": null }), "/b", seed));
    }
  });
});
