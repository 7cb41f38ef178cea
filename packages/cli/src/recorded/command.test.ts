import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { main } from "../bottleship.ts";
import { DockerClient } from "./client/docker-client.ts";

const directory = mkdtempSync(join(tmpdir(), "bottleship-"));
afterAll(() => rmSync(directory, { recursive: true }));

const step = (run: string, stdout: string, more = {}) => ({ run, exitCode: 0, stdout, stderr: "", ...more });

writeFileSync(
  join(directory, "cli.json"),
  JSON.stringify({
    category: "lines",
    cases: [
      {
        name: "agrees",
        why: "files, the shell's own tools and the client's input are there",
        files: { "say.sh": "#!/bin/sh\necho from a file\n" },
        steps: [
          step("./say.sh | docker run -i --rm --name said busybox cat | tr a-z A-Z", "FROM A FILE\n"),
          step("docker run -d busybox sleep 1000", "<ID64>\n"),
        ],
        cleanup: ["docker rm -f said 2>/dev/null; true"],
      },
      {
        name: "differs",
        why: "what was recorded is something else",
        steps: [step("docker run --rm busybox sh -c 'echo is; exit 3'", "was\n")],
        cleanup: [],
      },
      {
        name: "hangs",
        why: "it ends never",
        steps: [step("sleep 100 & sleep 100", "", { timeout: 0.2 })],
        cleanup: [],
      },
      { name: "lacks", why: "a plugin that nobody has", needs: ["nonesuch"], steps: [], cleanup: [] },
    ],
  }),
);
writeFileSync(
  join(directory, "run.json"),
  JSON.stringify({
    category: "scripts",
    cases: [
      {
        name: "script",
        why: "set up, input, options, torn down",
        options: ["-e", "A=1", "-v", "prepared:/data"],
        cmd: ["sh", "-c", "echo $A; cat; ls -d /data"],
        stdin: "in\n",
        setup: [["volume", "create", "prepared"]],
        teardown: [["volume", "rm", "-f", "prepared"]],
        exitCode: 0,
        stdout: "1\nin\n/data\n",
        stderr: "",
        compare: { stdout: "exact", stderr: "exact" },
      },
    ],
  }),
);

async function recorded(...words: string[]) {
  const printed = { out: "", err: "" };
  const json = join(directory, "score");
  const code = await main(["recorded", "--dir", directory, "--json", json, ...words], {
    out: (text) => (printed.out += text),
    err: (text) => (printed.err += text),
  });
  return { code, ...printed, score: () => JSON.parse(readFileSync(json, "utf8")) as unknown };
}

describe.skipIf(!DockerClient.isThere)("with the docker client on PATH", () => {
  it("replays transcripts and scripts against daemons of its own", async () => {
    const { code, score } = await recorded("--via", "docker");
    expect(code).toBe(1);
    expect(score()).toEqual({
      total: { passed: 2, failed: 2, total: 4 },
      categories: { lines: { passed: 1, failed: 2, total: 3 }, scripts: { passed: 1, failed: 0, total: 1 } },
      failures: [
        {
          category: "lines",
          name: "differs",
          problems: [
            "$ docker run --rm busybox sh -c 'echo is; exit 3'",
            "exit code: recorded 0, got 3",
            "stdout: recorded\n    was\n    \ngot\n    is\n    ",
          ],
        },
        { category: "lines", name: "hangs", problems: ["$ sleep 100 & sleep 100", "it did not end in time"] },
      ],
      skipped: [{ category: "lines", name: "lacks", reason: "the docker client has no plugin nonesuch" }],
    });
  });
});

it("replays in the process when it is told to, or one case of a category", async () => {
  expect(await recorded("--via", "engine", "--only", "lines/differs", "--only", "scripts")).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^FAIL lines\/differs\nlines .* 1 total .*\nscripts .* 1 total .*\ntotal .* 2 total/),
  });
});

it("finds recordings in the directories for each kind, beside files that hold none", async () => {
  const parts = join(directory, "parts");
  mkdirSync(join(parts, "run"), { recursive: true });
  writeFileSync(join(parts, "notes.json"), '{"attach/attach-stdin":"not replayed"}');
  expect(await recorded("--dir", parts)).toMatchObject({ code: 2, err: expect.stringContaining("no recordings") });
  copyFileSync(join(directory, "run.json"), join(parts, "run", "scripts.json"));
  expect(await recorded("--dir", parts, "--via", "engine")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^scripts .* 1 total .*\ntotal .* 1 total/),
  });
});

it.each([
  [["--via", "post"], "--via is docker or engine, not post"],
  [["--via", "engine", "--host", "unix:///x"], "--host is for --via docker"],
])("refuses %j", async (words, message) => {
  const { code, err } = await recorded(...words);
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
});
