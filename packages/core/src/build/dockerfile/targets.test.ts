import { expect, it } from "vitest";
import { parse } from "./parse.ts";
import { listTargets, printTargets } from "./targets.ts";

it("lists stages with the comments that describe them, the last one as the default", () => {
  const text =
    "# Build is no description\n# build makes it\nFROM busybox AS Build\n# x\nFROM busybox\nFROM busybox AS fin\n";
  const targets = listTargets(parse(text));
  expect(targets[0]).toEqual({
    name: "build",
    isDefault: false,
    description: "makes it",
    image: "busybox",
    platform: undefined,
    range: { startLine: 3, endLine: 3 },
  });
  expect(printTargets(targets)).toBe(
    "TARGET        DESCRIPTION\nbuild         makes it\n              \nfin (default) \n",
  );
  expect(printTargets(listTargets(parse("FROM busybox\n")))).toBe("TARGET    DESCRIPTION\n(default) \n");
});
