/** What trees that a step changes are called, and which of them names are looked up in; as BuildKit of Docker 28.5.2 has it. */
import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

const PLACE = "/var/lib/docker/overlay2/[0-9a-z]{25}";

it.each([
  ["FROM scratch\nCOPY a d /x\n", `cannot copy to non-directory: ${PLACE}/diff/x`],
  ["FROM busybox\nCOPY a d /x\n", `cannot copy to non-directory: ${PLACE}/merged/x`],
  ["FROM busybox\nCOPY d /x/a/\nCOPY a /x/\n", `cannot replace to directory ${PLACE}/merged/x/a with file`],
])("names the layer in which something is in the way: %s", async (dockerfile, message) => {
  const build = createEngine().build({ context: { files: { a: "A\n", "d/b": "B\n" } }, dockerfile });
  await expect(build).rejects.toThrow(new RegExp(`^${message}$`));
});

it.each([
  ["a user whom the step itself brings along", "FROM busybox\nCOPY --chown=me pw/passwd f /etc/\n"],
  ["names where the step makes a directory of theirs", "FROM scratch\nCOPY f /\nCOPY --chown=me f g /etc/passwd/\n"],
])("does not know %s", async (_what, dockerfile) => {
  const engine = createEngine();
  const files = { "pw/passwd": "me:x:5:6::/:\n", f: "F\n", g: "G\n" };
  await engine.build({
    context: { files },
    dockerfile: `${dockerfile}FROM busybox\nCOPY --from=0 /etc /e\n`,
    tags: ["t"],
  });
  const { stdout } = await engine.docker("run --rm t sh -c 'stat -c %u:%g /e/f /e/passwd/g 2>/dev/null'");
  expect(stdout).toBe("0:0\n");
});

it("takes an image that stands in for the last stage as it is", async () => {
  const engine = createEngine();
  await engine.docker("pull busybox");
  await engine.docker("build --build-context last=docker-image://busybox -t t -", {
    stdin: "FROM scratch AS last\nENV A=1\n",
  });
  const { stdout } = await engine.docker("image inspect -f '{{json .Config.Env}}' t");
  expect(stdout).toBe("null\n");
});

it.each([
  ["/etc/passwd", "cannot mount volume over existing file, file exists /var/lib/docker/overlay2/"],
  [".", 'to rootfs at ".": create mountpoint for . mount: mountpoint '],
])("runs nothing with a volume at %s", async (volume, message) => {
  const engine = createEngine();
  await engine.build({ context: { files: {} }, dockerfile: `FROM busybox\nVOLUME ${volume}\n`, tags: ["t"] });
  const { exitCode, stderr } = await engine.docker("run --rm t true");
  expect([exitCode, stderr.includes(message)]).toEqual([125, true]);
});
