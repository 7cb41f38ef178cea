import { expect, it } from "vitest";
import { createEngine } from "../../engine/index.ts";

it("getent finds hosts, users and groups where the C library would, and ends with 2 for what is not there", async () => {
  const engine = createEngine();
  await engine.docker("network create --subnet 172.30.0.0/16 net");
  await engine.docker("run -d --name web --network net --network-alias www --ip 172.30.0.9 busybox sleep 1000");
  const script = [
    ...["getent hosts www", "getent hosts nobody-knows; echo $?", "getent passwd daemon", "getent group 0"],
    ...["getent passwd nobody-knows; echo $?", "getent cars; echo $?"],
  ].join("; ");
  const { stdout, stderr } = await engine.docker(["run", "--rm", "--network", "net", "debian", "sh", "-c", script]);
  expect(stdout).toBe("172.30.0.9      www\n2\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nroot:x:0:\n2\n1\n");
  expect(stderr).toContain("Unknown database: cars\n");
});
