import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { main } from "../bottleship.ts";

/** Runs `bottleship shell`, with a text as standard input. */
async function shell(argv: readonly string[], input?: string) {
  const printed = { out: "", err: "" };
  const decoder = new TextDecoder();
  const take = (stream: "out" | "err") => (text: string | Uint8Array) => {
    printed[stream] += typeof text === "string" ? text : decoder.decode(text);
  };
  const stream = input === undefined ? {} : { input: { stream: Readable.from([Buffer.from(input)]) } };
  const code = await main(["shell", ...argv], { out: take("out"), err: take("err"), ...stream });
  return { code, ...printed };
}

it("runs what is piped into it, and ends with the shell's exit code", async () => {
  const { code, out, err } = await shell([], "docker run busybox echo hi; exit 5\n");
  expect([code, out]).toEqual([5, "hi\n"]);
  expect(err).toContain("Unable to find image 'busybox:latest' locally\n");
});

it("runs the commands of -c, without time that anybody waits for", async () => {
  const { code, out } = await shell(["-c", "date -u +%F; sleep 86400; date -u +%F"]);
  expect([code, out]).toEqual([0, "2025-01-01\n2025-01-02\n"]);
});

it("shows a directory of the user's, where images are built and files are left", async () => {
  const directory = mkdtempSync(join(tmpdir(), "bottleship-shell-"));
  try {
    writeFileSync(join(directory, "Dockerfile"), "FROM busybox\nCMD echo from outside\n");
    const { out } = await shell([
      "--dir",
      directory,
      "-c",
      "docker build -q -t x . >/dev/null; docker run x | tee out",
    ]);
    expect([out, readFileSync(join(directory, "out"), "utf8")]).toEqual(["from outside\n", "from outside\n"]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it.each([
  [["--dir", "/no/such"], "--dir: /no/such is no directory"],
  [["--time", "fast"], "--time is real or skip, not fast"],
  [["file"], "Unexpected argument 'file'"],
])("refuses %j", async (argv, message) => {
  const { code, err } = await shell(argv);
  expect([code, err.includes(message)]).toEqual([2, true]);
});
