/** Standard output on a disk that is full: who notices, in which words. Seen on a real engine with a tmpfs of one page. */
import { createEngine } from "@bottleship/core/engine";
import { expect, it } from "vitest";

const NO_SPACE = "No space left on device";

it("applets notice it or not, each in its own way", async () => {
  const engine = createEngine();
  const dockerfile = "FROM busybox\nRUN seq 5000 | sed s/^/x/ > /big\n";
  await engine.build({ context: { files: {} }, dockerfile, tags: ["big"] });
  const said = async (command: string): Promise<string> => {
    const line = `( ${command} > /t/f; echo $? ) 2>&1`;
    return (await engine.docker(["run", "--rm", "--tmpfs", "/t:size=4k", "big", "sh", "-c", line])).stdout;
  };
  const expected: Readonly<Record<string, string>> = {
    "cat /big": `cat: write error: ${NO_SPACE}\n1\n`,
    "head -c 9000 /big": "head: standard output: I/O error\n1\n",
    "seq 5000": "255\n",
    "sort /big": `sort: standard output: ${NO_SPACE}\n2\n`,
    "tr a b < /big": `tr: short write: ${NO_SPACE}\n1\n`,
    "sed p /big": "sed: write error\n4\n",
    "grep -a x /big": "0\n",
    "cut -c1-3 /big": `cut: standard output: ${NO_SPACE}\n1\n`,
    "od /big": "od: write error\n1\n",
    "tee < /big": "0\n",
    "wc -c /big": "0\n",
    "base64 /big": `base64: standard output: ${NO_SPACE}\n1\n`,
    "echo $(seq 5000)": `sh: write error: ${NO_SPACE}\n1\n`,
    "awk '{print}' /big": "0\n",
    "printf %09000d 1": "1\n",
    "tac /big": `tac: short write: ${NO_SPACE}\n1\n`,
    "uniq /big": `uniq: standard output: ${NO_SPACE}\n1\n`,
    "hexdump /big": "0\n",
  };
  const found: Record<string, string> = {};
  for (const command of Object.keys(expected)) found[command] = await said(command);
  expect(found).toEqual(expected);
});
