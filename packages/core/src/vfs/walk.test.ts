import { describe, expect, it } from "vitest";
import { stat } from "../abi/index.ts";
import { ContainerBox } from "../testing/container-box.ts";
import { codeOf } from "../testing/describe-file-system.ts";
import { TestMachine } from "../testing/machine.ts";
import { Glimpses, walk } from "./walk.ts";

const DIRECTORY = { type: "dir", mode: 0o755, uid: 0, gid: 0 } as const;

/** A machine with the directories /a and /a/b, which nobody has looked at. */
function machineWithDirectories() {
  const machine = new TestMachine();
  const { root } = machine.kernel.init;
  machine.kernel.disk.root.create("a", DIRECTORY).create("b", DIRECTORY);
  const failure = (path: string): Promise<string> => machine.run(() => codeOf(stat(path)));
  return { machine, root: root.dentry, failure };
}

describe("the dentries of a walk", () => {
  it("are not kept if it ends where there is nothing", async () => {
    const { root, failure } = machineWithDirectories();
    expect(await failure("/a/b/missing")).toBe("ENOENT");
    expect(root.known("a")).toBeUndefined();
  });

  it("stay the same once a walk has arrived, whatever fails below them later", async () => {
    const { machine, root, failure } = machineWithDirectories();
    await machine.run(function* () {
      return yield* stat("/a");
    });
    const kept = root.known("a");
    expect(kept).toBeDefined();
    expect(await failure("/a/b/missing")).toBe("ENOENT");
    expect(root.known("a")).toBe(kept);
    expect(kept?.known("b")).toBeUndefined();
  });

  it("stay if a mount was made on one of them on the way", async () => {
    const box = await ContainerBox.of("busybox");
    const script =
      "cat /sys/fs/cgroup/missing; cat /sys/fs/cgroup/cgroup.procs >/dev/null && grep -c ' /sys/fs/cgroup ' /proc/mounts";
    expect((await box.sh(script)).stdout).toBe("1\n");
  });
});

describe("glimpses", () => {
  it("are what walks arrive at, whichever directory the path before was in", () => {
    const { machine } = machineWithDirectories();
    const { init, disk } = machine.kernel;
    const b = disk.root.lookup("a")?.lookup("b");
    b?.create("link", { type: "symlink", mode: 0o777, uid: 0, gid: 0, target: "../b" });
    b?.create("file", { type: "file", mode: 0o644, uid: 0, gid: 0 });
    const glimpses = new Glimpses(init);
    const outcome = (look: () => unknown): unknown => {
      try {
        return look();
      } catch (error) {
        return String(error);
      }
    };
    const loop = "/a/b/link".padEnd(9 + 41 * 5, "/link");
    const paths = ["/a/b/file", "/a/b/link", "/a/b/link/file", "/a/b/.", "/a/b/..", "/a/b/", "/a/b/file/", "/a/b/gone"];
    for (const path of [
      ...paths,
      "/a/b/file/x",
      "/a/none/x",
      "/proc",
      "a/b",
      "/",
      "",
      loop,
      `/a/b/${"n".repeat(300)}`,
    ]) {
      const found = outcome(() => walk(init, path, { follow: true }).inode);
      expect(outcome(() => glimpses.at(path))).toBe(found);
    }
  });

  it("keep no dentries", () => {
    const { machine, root } = machineWithDirectories();
    const glimpses = new Glimpses(machine.kernel.init);
    for (const path of ["/a/b", "/a", "/a/b"]) expect(glimpses.at(path).type).toBe("dir");
    expect(root.known("a")).toBeUndefined();
  });
});
