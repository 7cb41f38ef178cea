import { expect, test } from "vitest";
import { verifyTaskMounts } from "./verify-task-mounts.ts";

test.each([
  [{ Type: "volume", Target: "x" }, "invalid mount target, must be an absolute path: x"],
  [{ Type: "bind", Source: "x", Target: "/x" }, "invalid bind mount source, must be an absolute path: x"],
  [{ Type: "volume", Source: "/x", Target: "/x" }, "invalid volume mount source, must not be an absolute path: /x"],
  [{ Type: "tmpfs", Source: "x", Target: "/x" }, "invalid tmpfs source, source must be empty"],
])("a worker refuses %o", (mount, problem) => {
  expect(() => verifyTaskMounts([{ Type: "volume", Source: "fine", Target: "/fine" }, mount])).toThrow(problem);
});
