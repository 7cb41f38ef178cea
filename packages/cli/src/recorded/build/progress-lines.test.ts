import { expect, it } from "vitest";
import { readProgress } from "./progress-lines.ts";

const line = (event: unknown): string => `${JSON.stringify(event)}\n`;
const text = (given: string): string => Buffer.from(given).toString("base64");

it("understands steps, output, warnings and the error with its place", () => {
  const run = { digest: "r", name: "[2/3] RUN x", inputs: ["f"] };
  const stderr =
    line({ vertexes: [run, { digest: "l", name: "[3/3] RUN y" }, { digest: "f", name: "[1/3] FROM busybox" }] }) +
    line({ vertexes: [{ digest: "i", name: "[internal] load build context", started: "t" }] }) +
    line({ logs: [{ vertex: "r", stream: 1, data: text("a") }] }) +
    line({ logs: [{ vertex: "r", stream: 2, data: text("e") }] }) +
    line({ logs: [{ vertex: "r", stream: 1, data: text("b\n") }] }) +
    line({ warnings: [{ short: text("StageNameCasing: Stage 'A' (line 1)"), range: [{ start: { line: 1 } }] }] }) +
    line({ vertexes: [{ ...run, started: "t", completed: "t", error: "exit code: 1" }] }) +
    "Dockerfile:2\n--------------------\n   1 |     FROM busybox\n   2 | >>> RUN x\n--------------------\n" +
    "ERROR: failed to build: failed to solve: exit code: 1\n";
  expect(readProgress(stderr)).toEqual({
    steps: [
      { name: "FROM busybox" },
      { name: "[2/3] RUN x", error: "exit code: 1" },
      { name: "[3/3] RUN y", state: "not started" },
    ],
    output: [{ step: "[2/3] RUN x", stdout: "ab\n", stderr: "e" }],
    warnings: ["StageNameCasing"],
    warningDetails: [{ rule: "StageNameCasing", message: "Stage 'A'", line: 1 }],
    error: "failed to build: failed to solve: exit code: 1",
    where: { file: "Dockerfile", line: 2, markedLines: [2] },
  });
});
