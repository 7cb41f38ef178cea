import { expect, it } from "vitest";
import { createEngine } from "./index.ts";

const list = "busybox --list > /tmp/list; ls /bin | diff - /tmp/list && echo agree";

it("has a name in the busybox image for every applet, as Docker Hub's has", async () => {
  const engine = createEngine();
  const context = { Dockerfile: "FROM busybox\nRUN adduser -D user\nUSER user\nCMD id\n" };
  await engine.build({ context: { files: context }, tags: ["users"] });
  expect((await engine.docker("run --rm users")).stdout).toBe("uid=1000(user) gid=1000(user) groups=1000(user)\n");
  expect((await engine.docker(["run", "--rm", "busybox", "sh", "-c", list])).stdout).toBe("agree\n");
});

it("has the names of the recorded build on the recorded machine", async () => {
  const engine = createEngine({ profile: "recorded" });
  const missing = await engine.docker("run --rm busybox adduser -D user");
  expect(missing).toMatchObject({ exitCode: 127, stdout: "" });
  expect((await engine.docker(["run", "--rm", "busybox", "sh", "-c", list])).stdout).toBe("agree\n");
  const { stdout } = await engine.docker("images --no-trunc -q busybox");
  expect(stdout).toBe("sha256:01505d4367c021fcb4395190ba27308bdc2914cc8176bfc8b6e32363ccdf5101\n");
});
