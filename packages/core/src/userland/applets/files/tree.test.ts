import { expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

it("tree draws sorted directories without hidden files, and counts", async () => {
  const transcript = `
$ mkdir -p x/y/z x/.h
+ x/a ""
+ x/y/f ""
$ ln -s q x/l
$ tree x nx
x
|-- a
|-- l -> q
\`-- y
    |-- f
    \`-- z
nx [error opening dir]

2 directories, 3 files`;
  expect(await replay(transcript)).toBe(transcript.trim());
});
