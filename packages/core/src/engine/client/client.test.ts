import { expect, expectTypeOf, it } from "vitest";
import { createEngine } from "../engine.ts";
import { type ContainerOptions, DockerError, leakText } from "./index.ts";
import { optionWords } from "./options.ts";

it("writes options as docker's client reads them", () => {
  const options = {
    rm: true,
    init: false,
    stopTimeout: 3,
    env: { A: "b c", D: 1, E: undefined },
    publish: ["80:80", 443],
  };
  expect(optionWords(options)).toEqual([
    "--rm=true",
    "--init=false",
    "--stop-timeout=3",
    "--env=A=b c",
    "--env=D=1",
    "--publish=80:80",
    "--publish=443",
  ]);
  expectTypeOf<ContainerOptions["readOnly"]>().toEqualTypeOf<boolean | undefined>();
  expectTypeOf<ContainerOptions["memory"]>().toEqualTypeOf<string | number | undefined>();
  expectTypeOf<{ memry: string }>().not.toExtend<ContainerOptions>();
});

it("runs a container and asks it everything", async () => {
  await using engine = createEngine({ seed: 7 });
  const { client } = engine;
  await client.pull("busybox");
  const web = await client.run("busybox", {
    name: "web",
    env: { GREETING: "hello" },
    memory: "64m",
    label: { team: "a" },
    command: "echo $GREETING; echo oops >&2; trap 'exit 3' TERM; while :; do sleep 1; done",
  });
  await client.pass("1s");
  expect(await web.logs()).toEqual({ stdout: "hello\n", stderr: "oops\n" });
  expect((await web.inspect()).HostConfig.Memory).toBe(64 * 1024 * 1024);
  expect(await web.exec(["cat"], { stdin: "typed" })).toEqual({ exitCode: 0, stdout: "typed", stderr: "" });
  expect((await web.exec("exit 4")).exitCode).toBe(4);
  await web.writeFile("/tmp/note", "written\n");
  expect(await web.readFile("/tmp/note")).toBe("written\n");
  expect((await client.containers({ filter: { label: "team=a" } })).map(({ Names }) => Names)).toEqual(["web"]);
  await web.stop({ timeout: 5 });
  expect(await web.wait()).toBe(3);
  await web.remove();
  await expect(web.inspect()).rejects.toThrow("No such container");
});

it("copies files that are mounted, out of containers that have ended", async () => {
  const { client, containers } = createEngine();
  await client.pull("busybox");
  const one = await client.create("busybox", { name: "one", hostname: "here", command: "exit 0" });
  expect(await one.readFile("/etc/hostname")).toBe("");
  await one.start();
  await one.wait();
  expect(containers.get("one").isRunning).toBe(false);
  expect(await one.readFile("/etc/hostname")).toBe("here\n");
});

it("refuses in docker's words", async () => {
  const { client } = createEngine();
  await client.pull("busybox");
  await expect(client.run("busybox", { memory: "much" })).rejects.toThrow(DockerError);
  await expect(client.run("busybox", { memory: "much" })).rejects.toMatchObject({
    exitCode: 125,
    stderr: expect.stringContaining('invalid argument "much" for "-m, --memory" flag'),
  });
  await expect(client.container("nobody").readFile("/etc/passwd")).rejects.toThrow("No such container: nobody");
});

it("says at its end what was left, and leaves nothing running", async () => {
  const engine = createEngine();
  const { client } = engine;
  await client.pull("busybox");
  const before = engine.kernel.processes.size;
  await client.createNetwork("inner", { internal: true });
  await client.run("busybox", { name: "left", network: "inner", volume: "data:/data", command: ["sleep", "1000"] });
  const leaks = await engine.close();
  expect(leaks).toEqual({ containers: ["left"], volumes: ["data"], networks: ["inner"] });
  expect(leakText(leaks)).toBe("containers left: left\nvolumes left: data\nnetworks left: inner\n");
  expect(await engine.close()).toEqual({ containers: [], volumes: [], networks: [] });
  expect(engine.kernel.processes.size).toBe(before);
});
