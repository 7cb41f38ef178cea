/** Who asks for a start is not at fault for what the container was asked to be; as Docker Engine 28.5.2 answers. */
import { expect, it } from "vitest";
import { apiMachine } from "../../testing/api-machine.ts";

async function machine() {
  const { engine, call } = await apiMachine("busybox");
  await engine.docker("create --name other busybox top");
  const told = async (line: string, body?: object) => {
    const reply = await call(line, body);
    const text = (await reply.text()).replace(/[0-9a-f]{64}/, "ID");
    return text === "" ? reply.status : `${reply.status} ${(JSON.parse(text) as { message: string }).message}`;
  };
  return { engine, told };
}

it.each([
  ["--pid container:other", "failed to join PID namespace: container ID is not running"],
  ["--ipc container:other", "failed to join IPC namespace: container ID is not running"],
  ["--user nosuch", "unable to find user nosuch: no matching entries in passwd file"],
  ["--user 1:nosuch", "unable to find group nosuch: no matching entries in group file"],
  ["--group-add nosuch", "unable to find group nosuch: no matching entries in group file"],
  [
    "--device /dev/nosuch",
    'error gathering device information while adding custom device "/dev/nosuch": no such file or directory',
  ],
  ["--gpus all", 'could not select device driver "" with capabilities: [[gpu]]'],
])("a start with %s fails in the engine", async (options, message) => {
  const { engine, told } = await machine();
  await engine.docker(`create --name c1 ${options} busybox top`);
  expect(await told("POST /containers/c1/start")).toBe(`500 ${message}`);
});

it("an exec of a container that does not run is neither started nor resized", async () => {
  const { engine, told } = await machine();
  const container = engine.containers.get("other");
  await engine.containers.start(container);
  const { id } = engine.exec.create(container, { Cmd: ["top"], Tty: true });
  expect(await told(`POST /exec/${id}/start`, { Detach: true })).toBe(200);
  expect(await told(`POST /exec/${id}/resize?h=40&w=40`)).toBe(200);
  await engine.docker("pause other");
  const paused = "409 Container ID is paused, unpause the container before exec";
  expect(await told(`POST /exec/${id}/resize?h=40&w=40`)).toBe(paused);
  await engine.docker("unpause other");
  await engine.docker("kill other");
  expect(await told(`POST /exec/${id}/resize?h=40&w=40`)).toBe("409 container ID is not running");
  expect(await told(`POST /exec/${id}/start`, { Detach: true })).toBe("409 container ID is not running");
});
