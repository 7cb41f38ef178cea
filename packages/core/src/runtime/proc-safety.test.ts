/** What runc 1.3.6 says of mounts in /proc. */
import { expect, it } from "vitest";
import { createEngine } from "../engine/index.ts";

const run = async (flags: string) => {
  const engine = createEngine();
  await engine.images.pull("busybox");
  const { exitCode, stderr } = await engine.docker(`run --rm ${flags} busybox true`);
  return exitCode === 0 ? "" : (/mount: "[^"]*\/merged(\/.*?)\n/.exec(stderr)?.[1] ?? stderr);
};

it.each([
  ["-v /proc/sys", '/proc/sys" cannot be mounted because it is inside /proc'],
  ["-v /tmp:/proc/version", '/proc/version" cannot be mounted because it is inside /proc'],
  ["-v /tmp:/proc/self", '/proc/1" cannot be mounted because it is inside /proc'],
  ["-v /tmp:/proc/net", '/proc/1/net" cannot be mounted because it is inside /proc'],
  ["--tmpfs /proc/bus", '/proc/bus" cannot be mounted because it is inside /proc'],
  ["--tmpfs /proc", '/proc" cannot be mounted because it is not of type proc'],
  ["-v /tmp:/proc", '/proc" cannot be mounted because it is not of type proc'],
  ["-v /tmp:/proc/nothing", expect.stringContaining('make mountpoint "/proc/nothing"')],
])("%s: %s", async (flags, why) => {
  expect(await run(flags)).toEqual(why);
});

it("what lxcfs makes may lie there", async () => {
  expect(await run("-v /tmp:/proc/cpuinfo")).toContain("not a directory");
});
