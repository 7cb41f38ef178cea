import { expect, test } from "vitest";
import { Busybox } from "../testing/busybox.ts";

test.each([
  ["sort -o", "printf 'b\\na\\n' | sort -o /out >&-", "a\nb\n"],
  ["shuf -o", "shuf -i 7-7 -o /out >&-", "7\n"],
  ["uniq", "printf 'a\\na\\n' | uniq - /out >&-", "a\n"],
])("%s writes to its file also where standard output was closed", async (_, command, written) => {
  const box = new Busybox();
  expect((await box.sh(command)).stderr).toBe("");
  expect(box.read("/out")).toBe(written);
});
