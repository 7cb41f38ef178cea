/** What is expected was seen of busybox 1.38's shell at a terminal of 24 lines and 80 columns. */
import { expect, it } from "vitest";
import { createEngine } from "../../../engine/index.ts";

/** What a shell in a container shows after each of the pieces that are typed. */
async function typed(pieces: readonly string[], columns = 80): Promise<readonly string[]> {
  const engine = createEngine();
  await engine.images.pull("busybox");
  const shown = [""];
  async function* input() {
    for (const piece of [...pieces, "\x04"]) {
      await engine.pass("200ms");
      shown.push("");
      yield piece;
    }
  }
  await engine.docker("run -it busybox", {
    terminal: { input: input(), size: { rows: 24, columns } },
    onOutput: (_, text) => {
      shown[shown.length - 1] += text;
    },
  });
  return shown.slice(1);
}

const UP = "\x1b[A";
const DOWN = "\x1b[B";
const LEFT = "\x1b[D";
const PROMPT = "/ # \x1b[6n";

it("edits with arrows, home and end, and the control keys of emacs", async () => {
  const keys = ["echo abc\r", "ec", LEFT, "X", "\x7f", "\x15", "\x0b", "\x01", "Z", "\x05", "\x17"];
  const shown = await typed(keys);
  expect(shown.slice(0, keys.length)).toEqual([
    `echo abc\r\nabc\r\n${PROMPT}`,
    ...["ec", "\b", "Xc\b", "\bc\x1b[J\b", "\r/ # c\x1b[J\b", "\x1b[J", "", "Z", "", "\b\x1b[J"],
  ]);
});

it("walks through history, and lists it", async () => {
  const shown = await typed(["echo abc\r", UP, UP, DOWN, "echo 'a\r", "b'\r", "history\r"]);
  expect(shown.slice(1, 7)).toEqual([
    ...["\r/ # echo abc\x1b[J", "\x07\x07", "\r/ # \x1b[J"],
    ...["echo 'a\r\n> \x1b[6n", `b'\r\na\r\nb\r\n${PROMPT}`],
    `history\r\n   0 echo abc\r\n   1 echo 'a\r\n   2 b'\r\n   3 history\r\n${PROMPT}`,
  ]);
});

it("completes commands and files; a second tab lists what there is", async () => {
  const shown = await typed(["ls /et\t", "\x03", "ls /usr/\t\t", "\x03", "his\t", "\x15", "wxyz\t", "\x15"]);
  expect(shown.slice(0, 6)).toEqual([
    ...["ls /et\r/ # ls /etc/\x1b[J", `^C\r\n\r\n${PROMPT}`],
    ...["ls /usr/\x07\r\nbin/   sbin/\r\n\r/ # ls /usr/\x1b[J", `^C\r\n\r\n${PROMPT}`],
    ...["his\r/ # history \x1b[J", "\r/ # \x1b[J"],
  ]);
  expect(shown[6]).toMatch(/^wxyz\x07/);
});

it("a line that is longer than the window is drawn over several rows, and still runs as one", async () => {
  const text = "echo 123456789 123456789 123456789";
  const shown = await typed([text, "\x01", "\x1b[C\x05\r"], 20);
  expect(shown[2]).toContain("123456789 123456789 123456789\r\n");
  expect(shown[1]).toBe(`\x1b[1A\r/ # ${text}\x1b[J\x1b[1A\r\x1b[4C`);
});
