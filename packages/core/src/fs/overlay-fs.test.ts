import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chmod,
  close,
  Errno,
  getxattr,
  link,
  mkdir,
  mknod,
  mount,
  O_APPEND,
  O_WRONLY,
  open,
  type Routine,
  read,
  readlink,
  rename,
  rmdir,
  S_IFCHR,
  setxattr,
  stat,
  symlink,
  truncate,
  unlink,
  write,
} from "../abi/index.ts";
import { decode, encode } from "../lib/index.ts";
import { codeOf, get, names, put } from "../testing/describe-file-system.ts";
import { TestMachine } from "../testing/machine.ts";

/** A lower layer with `d/{a,b}`, `f` and `g` (two names of one file), `h`; mounted at /m. */
function* lowerAndMount(): Routine<void> {
  for (const path of ["/l", "/u", "/w", "/m", "/l/d", "/l/d/sub"]) yield* mkdir(path);
  yield* put("/l/d/a", "A");
  yield* put("/l/d/b", "B");
  yield* put("/l/f", "lower f");
  yield* link("/l/f", "/l/g");
  yield* put("/l/h", "lower h");
  yield* mount("overlay", "/m", "overlay", 0, "lowerdir=/l,upperdir=/u,workdir=/w");
}

function run<T>(routine: () => Routine<T>): Promise<T> {
  return new TestMachine().run(function* () {
    yield* lowerAndMount();
    return yield* routine();
  });
}

describe("copy-up", () => {
  it("happens at the first change, keeps inode number, mode and time, and leaves the layer alone", async () => {
    const told = await run(function* () {
      const before = yield* stat("/m/h");
      yield* chmod("/m/h", 0o600);
      const after = yield* stat("/m/h");
      return [
        after.ino === before.ino,
        after.mtimeUs === before.mtimeUs,
        after.mode & 0o777,
        (yield* stat("/l/h")).mode & 0o777,
        yield* names("/u"),
      ];
    });
    expect(told).toEqual([true, true, 0o600, 0o644, ["h"]]);
  });

  it("makes the directories above, and merges them with the layer's", async () => {
    const told = await run(function* () {
      yield* put("/m/d/sub/new", "N");
      return [yield* names("/u/d"), yield* names("/m/d"), (yield* stat("/m/d")).nlink, (yield* stat("/m/d/sub")).nlink];
    });
    expect(told).toEqual([["sub"], ["a", "b", "sub"], 1, 1]);
  });

  it("splits one name of a hard link off: it gets an inode of its own, the others keep theirs", async () => {
    const told = await run(function* () {
      const same = (yield* stat("/m/f")).ino === (yield* stat("/m/g")).ino;
      const fd = yield* open("/m/f", O_WRONLY | O_APPEND);
      yield* write(fd, encode("!"));
      yield* close(fd);
      const [f, g] = [yield* stat("/m/f"), yield* stat("/m/g")];
      return [same, yield* get("/m/f"), yield* get("/m/g"), f.nlink, g.nlink, f.ino === g.ino];
    });
    expect(told).toEqual([true, "lower f!", "lower f", 1, 2, false]);
  });

  it("a descriptor that was open for reading sees what is written afterwards", async () => {
    const text = await run(function* () {
      const fd = yield* open("/m/h");
      yield* put("/m/h", "upper");
      return decode(yield* read(fd, 100));
    });
    expect(text).toBe("upper");
  });

  it("truncation alone copies no data, and a new name goes up with the whole file", async () => {
    const told = await run(function* () {
      yield* truncate("/m/h", 0);
      yield* link("/m/f", "/m/z");
      return [yield* get("/m/h"), yield* get("/m/z"), (yield* stat("/m/z")).nlink, yield* names("/u")];
    });
    expect(told).toEqual(["", "lower f", 2, ["f", "h", "z"]]);
  });
});

describe("whiteouts and opaque directories", () => {
  it("a removed name is gone, and a whiteout in the upper layer says so", async () => {
    const told = await run(function* () {
      yield* unlink("/m/h");
      const whiteout = yield* stat("/u/h");
      return [yield* codeOf(stat("/m/h")), yield* names("/m"), whiteout.type, whiteout.rdev, yield* get("/l/h")];
    });
    expect(told).toEqual(["ENOENT", ["d", "f", "g"], "char", 0, "lower h"]);
  });

  it("what only the upper layer had leaves no whiteout", async () => {
    const told = await run(function* () {
      yield* put("/m/new", "N");
      yield* unlink("/m/new");
      return yield* names("/u");
    });
    expect(told).toEqual([]);
  });

  it("a directory made over a removed one is opaque: nothing of the old shows through", async () => {
    const told = await run(function* () {
      for (const path of ["/m/d/a", "/m/d/b"]) yield* unlink(path);
      yield* rmdir("/m/d/sub");
      yield* rmdir("/m/d");
      yield* mkdir("/m/d");
      const opaque = decode(yield* getxattr("/u/d", "trusted.overlay.opaque"));
      const hidden = yield* codeOf(getxattr("/m/d", "trusted.overlay.opaque"));
      return [yield* names("/m/d"), opaque, hidden, (yield* stat("/m/d")).nlink];
    });
    expect(told).toEqual([[], "y", "ENODATA", 2]);
  });

  it("a merged directory is empty when only whiteouts are left, and its own whiteouts go with it", async () => {
    const told = await run(function* () {
      const full = yield* codeOf(rmdir("/m/d"));
      for (const path of ["/m/d/a", "/m/d/b"]) yield* unlink(path);
      yield* rmdir("/m/d/sub");
      const empty = yield* codeOf(rmdir("/m/d"));
      return [full, empty, yield* names("/u"), (yield* stat("/u/d")).type];
    });
    expect(told).toEqual(["ENOTEMPTY", "ok", ["d"], "char"]);
  });

  it("making a whiteout through the overlay, or setting its private attributes, is refused", async () => {
    const told = await run(function* () {
      return [
        yield* codeOf(mknod("/m/w", S_IFCHR, 0)),
        yield* codeOf(setxattr("/m/d", "trusted.overlay.opaque", encode("y"))),
      ];
    });
    expect(told).toEqual(["EPERM", "EPERM"]);
  });
});

describe("rename", () => {
  it("moves a lower file and covers its old name", async () => {
    const told = await run(function* () {
      const { ino } = yield* stat("/m/h");
      yield* rename("/m/h", "/m/d/moved");
      return [(yield* stat("/m/d/moved")).ino === ino, yield* codeOf(stat("/m/h")), yield* get("/m/d/moved")];
    });
    expect(told).toEqual([true, "ENOENT", "lower h"]);
  });

  it("of a directory that is lower or merged is EXDEV, of an upper one is not", async () => {
    const told = await run(function* () {
      const lower = yield* codeOf(rename("/m/d", "/m/e"));
      yield* put("/m/d/new", "N");
      const merged = yield* codeOf(rename("/m/d", "/m/e"));
      yield* mkdir("/m/own");
      yield* put("/m/own/x", "X");
      const upper = yield* codeOf(rename("/m/own", "/m/mine"));
      return [lower, merged, upper, yield* get("/m/mine/x")];
    });
    expect(told).toEqual(["EXDEV", "EXDEV", "ok", "X"]);
  });

  it("of a directory to the place of a removed one hides what was there", async () => {
    const told = await run(function* () {
      for (const path of ["/m/d/a", "/m/d/b"]) yield* unlink(path);
      yield* rmdir("/m/d/sub");
      yield* rmdir("/m/d");
      yield* mkdir("/m/own");
      yield* put("/m/own/x", "X");
      yield* rename("/m/own", "/m/d");
      return yield* names("/m/d");
    });
    expect(told).toEqual(["x"]);
  });
});

describe("layers", () => {
  it("of which the topmost wins, and whose whiteouts count", async () => {
    const told = await new TestMachine().run(function* () {
      for (const path of ["/l1", "/l2", "/l3", "/m", "/l1/d", "/l2/d", "/l3/d"]) yield* mkdir(path);
      yield* put("/l3/d/x", "bottom");
      yield* put("/l3/d/y", "bottom");
      yield* put("/l2/d/x", "middle");
      yield* mknod("/l2/d/y", S_IFCHR, 0);
      yield* put("/l1/d/z", "top");
      yield* mount("overlay", "/m", "overlay", 0, "lowerdir=/l1:/l2:/l3");
      return [
        yield* get("/m/d/x"),
        yield* codeOf(stat("/m/d/y")),
        yield* names("/m/d"),
        yield* codeOf(mkdir("/m/new")),
        yield* codeOf(symlink("x", "/m/d/l")),
      ];
    });
    expect(told).toEqual(["middle", "ENOENT", ["x", "z"], "EROFS", "EROFS"]);
  });
});

/** What a tree of files looks like to a program. */
function* dump(path: string): Routine<readonly string[]> {
  const lines: string[] = [];
  for (const name of yield* names(path)) {
    const full = `${path}/${name}`;
    const link = yield* readlink(full).attempt();
    if (!(link instanceof Errno)) lines.push(`${name} -> ${link}`);
    else if ((yield* stat(full)).type === "dir") {
      lines.push(`${name}/`);
      for (const line of yield* dump(full)) lines.push(`${name}/${line}`);
    } else lines.push(`${name}=${yield* get(full)}`);
  }
  return lines;
}

type Step = readonly [operation: string, from: string, to: string];

/** The same step in any tree. Directories are renamed as mv does it where the overlay says EXDEV: here, not at all. */
function* apply(root: string, [operation, from, to]: Step): Routine<string> {
  const a = `${root}/${from}`;
  const b = `${root}/${to}`;
  switch (operation) {
    case "put": {
      const fd = yield* open(a, 0o101).attempt();
      if (fd instanceof Errno) return fd.code;
      yield* write(fd, encode(to));
      yield* close(fd);
      return "ok";
    }
    case "mkdir":
      return yield* codeOf(mkdir(a));
    case "unlink":
      return yield* codeOf(unlink(a));
    case "rmdir":
      return yield* codeOf(rmdir(a));
    case "link":
      return yield* codeOf(link(a, b));
    case "symlink":
      return yield* codeOf(symlink(to, a));
    case "rename": {
      const source = yield* stat(a).attempt();
      if (!(source instanceof Errno) && source.type === "dir") return "skipped";
      return yield* codeOf(rename(a, b));
    }
    default:
      return "unknown";
  }
}

describe("random operations", () => {
  const path = fc
    .array(fc.constantFrom("a", "b", "d", "e"), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join("/"));
  // Hard links are made in the top layer only: those of lower layers are split by copy-up, on Linux too.
  const below = fc.constantFrom("put", "put", "mkdir", "unlink", "rmdir", "symlink", "rename");
  const operation = fc.oneof(below, fc.constant("link"));
  const lowerSteps = fc.array(fc.tuple(below, path, path), { minLength: 1, maxLength: 40 });
  const steps = fc.array(fc.tuple(operation, path, path), { minLength: 1, maxLength: 40 });

  it("on an overlay over two layers give what they give on a plain directory", async () => {
    await fc.assert(
      fc.asyncProperty(lowerSteps, lowerSteps, steps, async (bottom, middle, top) => {
        const outcome = await new TestMachine().run(function* () {
          for (const made of ["/l1", "/l2", "/u", "/w", "/w2", "/m", "/plain"]) yield* mkdir(made);
          for (const step of bottom) {
            yield* apply("/l2", step);
            yield* apply("/plain", step);
          }
          yield* mount("overlay", "/m", "overlay", 0, "lowerdir=/l2,upperdir=/l1,workdir=/w");
          for (const step of middle) {
            yield* apply("/m", step);
            yield* apply("/plain", step);
          }
          const halfway = [yield* dump("/m"), yield* dump("/plain")];
          yield* mount("overlay", "/m", "overlay", 0, "lowerdir=/l1:/l2,upperdir=/u,workdir=/w2");
          const codes: string[] = [];
          const expected: string[] = [];
          for (const step of top) {
            codes.push(yield* apply("/m", step));
            expected.push(yield* apply("/plain", step));
          }
          return { halfway, codes, expected, overlay: yield* dump("/m"), plain: yield* dump("/plain") };
        });
        expect(outcome.halfway[0]).toEqual(outcome.halfway[1]);
        expect(outcome.codes).toEqual(outcome.expected);
        expect(outcome.overlay).toEqual(outcome.plain);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
