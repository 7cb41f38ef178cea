import { expect, it } from "vitest";
import { createEngine } from "../engine.ts";

it("names entries that lead out as the archive does: directories end in a slash", async () => {
  const engine = createEngine();
  await engine.docker("create --name box busybox");
  const container = engine.containers.get("box");
  const about = { mode: 0o755, uid: 0, gid: 0, mtimeUs: 0 };
  const write = (type: "dir" | "file") => () =>
    engine.archives.write(container, "/tmp", [{ ...about, type, path: "../../out" }], { reference: "box" });
  expect(write("file")).toThrow('invalid entry name "../../out"');
  expect(write("dir")).toThrow('invalid entry name "../../out/"');
});
