/** What new containers put into volumes before they start; as Docker Engine 28.5.2 does. */
import { expect, it } from "vitest";
import { createEngine } from "../engine.ts";

async function machine() {
  const engine = createEngine();
  await engine.images.pull("busybox");
  const run = async (line: string) => {
    const { stdout, stderr } = await engine.docker(line);
    return stdout + stderr;
  };
  await run("run --rm -v data:/d busybox mkdir -p /d/empty /d/full");
  await run("run --rm -v data:/d busybox touch /d/full/own");
  return run;
}

const part = (subpath: string, more = ""): string =>
  `--mount type=volume,src=data,dst=/var/spool,volume-subpath=${subpath}${more}`;

it("an empty part of a volume gets what the image has there", async () => {
  const run = await machine();
  expect(await run(`run --rm ${part("empty")} busybox ls /var/spool`)).toBe("mail\n");
  expect(await run("run --rm -v data:/d busybox ls /d/empty /d/full")).toBe("/d/empty:\nmail\n\n/d/full:\nown\n");
});

it("a part with something in it stays as it is, and so does one that is to", async () => {
  const run = await machine();
  expect(await run(`run --rm ${part("full")} busybox ls /var/spool`)).toBe("own\n");
  expect(await run(`run --rm ${part("empty", ",volume-nocopy")} busybox ls /var/spool`)).toBe("");
});

it("a part that is not there is told of by the start", async () => {
  const run = await machine();
  expect(await run(`create --name cc ${part("nosuch")} busybox true`)).toMatch(/^[0-9a-f]{64}\n$/);
  expect(await run("start cc")).toContain("nosuch");
});
