import { expect, test } from "vitest";
import type { RuntimeSpec } from "../oci/index.ts";
import { splitMounts } from "./mount-plan.ts";

test("containers with the same mounts and other masked paths have plans of their own", () => {
  const mounts: RuntimeSpec["mounts"] = [{ destination: "/proc", type: "proc", source: "proc", options: [] }];
  const plan = (maskedPaths: readonly string[], readonlyPaths: readonly string[]) =>
    splitMounts({ mounts, linux: { maskedPaths, readonlyPaths } } as unknown as RuntimeSpec, "").plan.requests.map(
      ({ kind, target }) => `${kind} ${target}`,
    );
  const usual = plan(["/proc/keys"], ["/proc/sys"]);
  expect(usual).toEqual(["mount /proc", "protect /proc/sys", "mask /proc/keys"]);
  expect(plan([], [])).toEqual(["mount /proc"]);
  expect(plan(["/proc/keys"], [])).toEqual(["mount /proc", "mask /proc/keys"]);
});
