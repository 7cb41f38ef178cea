import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

const engine = createEngine();
await engine.images.pull("busybox");

/** What `docker run` with these options says, and what it prints. */
async function run(options: string, command: string): Promise<string> {
  const { stdout, stderr } = await engine.docker(`run --rm ${options} busybox ${command}`);
  return stdout + stderr;
}

it.each([
  ["/etc", "not a device node"],
  ["/etc/passwd:/dev/x:r", "not a device node"],
  ["/etc/../etc/passwd", "not a device node"],
  ["/nosuch", "no such file or directory"],
  ["/dev/null/x", "not a directory"],
])("refuses --device %s: %s", async (device, why) => {
  const path = device === "/etc/../etc/passwd" ? "/etc/passwd" : device.split(":", 1)[0];
  const message = `error gathering device information while adding custom device "${path}": ${why}\n`;
  expect(await run(`--device ${device}`, "true")).toContain(message);
});

it("a directory stands for the devices below it, at the place in the container", async () => {
  expect(await run("--device /dev/net:/dev/q", "stat -c '%n %t %T' /dev/q/tun")).toBe("/dev/q/tun a c8\n");
  expect(await run("--device /dev", "stat -c %F /dev/vda /dev/loop7")).toBe("block special file\nblock special file\n");
});

it("a link leads to a device, under the name that was asked for", async () => {
  await engine.docker("run --rm -v /srv:/srv busybox ln -s /dev/zero /srv/link");
  expect(await run("--device /srv/link:/dev/also", "stat -c '%t %T' /dev/also")).toBe("1 5\n");
});

it("only what has another name in a privileged container is looked for", async () => {
  expect(await run("--privileged --device /nosuch", "true")).toBe("");
  expect(await run("--privileged --device /etc:/dev/x", "true")).toContain('custom device "/etc": not a device node');
  expect(await run("--privileged --device /dev/zero:/dev/also", "stat -c '%t %T' /dev/also")).toBe("1 5\n");
});
