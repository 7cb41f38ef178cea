import { expect, it } from "vitest";
import { encode } from "../../lib/index.ts";
import type { BuildEvent } from "./events.ts";
import { PlainProgress } from "./plain.ts";
import { Progress } from "./progress.ts";
import { RawJsonProgress } from "./raw-json.ts";

function makeProgress(print: (event: BuildEvent) => string) {
  let text = "";
  let nowUs = 1_735_689_600_000_000;
  const progress = new Progress(
    (event) => {
      text += print(event);
    },
    () => nowUs,
  );
  const wait = (us: number): void => {
    nowUs += us;
  };
  return { progress, wait, text: () => text };
}

it("rawjson tells of vertices before they start, of output and of ends", () => {
  const raw = new RawJsonProgress();
  const { progress, text } = makeProgress((event) => raw.print(event));
  const run = progress.plan("[2/2] RUN x");
  const from = progress.plan("[1/2] FROM y");
  run.announce([from]);
  from.announce([]);
  run.start();
  run.log("stderr", encode("hi\n"));
  run.fail("exit code: 1");
  const lines = text()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const [
    {
      vertexes: [planned],
    },
    {
      vertexes: [base],
    },
  ] = lines;
  expect(planned).toMatchObject({ name: "[2/2] RUN x", inputs: [base.digest] });
  expect(planned).not.toHaveProperty("started");
  expect(lines[3]).toEqual({
    logs: [{ vertex: planned.digest, stream: 2, data: "aGkK", timestamp: "2025-01-01T00:00:00Z" }],
  });
  expect(lines[4].vertexes[0]).toMatchObject({
    digest: planned.digest,
    error: "exit code: 1",
    completed: expect.any(String),
  });
});

it("plain numbers blocks as they are shown, and shows the output of what failed once more", () => {
  const plain = new PlainProgress();
  const { progress, wait, text } = makeProgress((event) => plain.print(event));
  const late = progress.plan("[2/3] RUN late");
  const early = progress.plan("[1/3] FROM x");
  late.announce([early]);
  early.start();
  early.complete(false);
  early.start();
  early.complete(true);
  late.start();
  wait(250_000);
  late.log("stdout", encode("out\n"));
  late.fail("process failed");
  expect(text() + plain.end()).toBe(
    '#0 building with "default" instance using docker driver\n' +
      "\n#1 [1/3] FROM x\n#1 CACHED\n" +
      "\n#2 [2/3] RUN late\n#2 0.250 out\n#2 ERROR: process failed\n" +
      "------\n > [2/3] RUN late:\n0.250 out\n------\n",
  );
});
