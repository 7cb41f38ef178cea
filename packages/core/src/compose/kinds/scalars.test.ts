/** What becomes of numbers in compose files. Texts are those of compose 2.40.3. */
import { expect, it } from "vitest";
import type { Tree } from "../tree.ts";
import type { Kind } from "./kind.ts";
import { bytes, deviceCount, fileMode, fraction, integer, optionalInteger } from "./scalars.ts";

it.each<[kind: string, read: Kind<number>, tree: Tree, value: number | undefined]>([
  ["int64", integer("int64"), 1.5, 1],
  ["int64", integer("int64"), -1.5, -1],
  ["int64", integer("int64"), "010", 10],
  ["int64", integer("int64"), 0, undefined],
  ["optional int", optionalInteger("int"), 0, 0],
  ["uint16", integer("uint16"), 70_000, 4464],
  ["uint32", integer("uint32"), 4_294_967_376, 80],
  ["fraction", fraction, "1e-1", 0.1],
  ["bytes", bytes, "1 KiB", 1024],
  ["bytes", bytes, 1.5, undefined],
  ["mode", fileMode, "0440", 0o440],
  ["mode", fileMode, 0o440, 0o440],
  ["count", deviceCount, "all", -1],
])("reads for %s %3$j of %2$j", (_, kind, tree, value) => {
  expect(kind.decode(tree, ["x"])).toBe(value);
});

it.each<[kind: string, read: Kind<number>, tree: Tree, problem: string]>([
  ["int64", integer("int64"), "0x5", 'strconv.ParseInt: parsing "0x5": invalid syntax'],
  ["int", integer("int"), "5.5", 'strconv.Atoi: parsing "5.5": invalid syntax'],
  ["uint16", integer("uint16"), "3", "expected type 'uint16', got unconvertible type 'string'"],
  ["uint64", integer("uint64"), -1, "cannot parse value as 'uint64': -1 overflows uint"],
  ["uint16", integer("uint16"), -1.5, "cannot parse value as 'uint16': -1.500000 overflows uint"],
  ["fraction", fraction, "", 'strconv.ParseFloat: parsing "": invalid syntax'],
  ["bytes", bytes, "", "invalid size: ''"],
  ["bytes", bytes, "1x", "invalid suffix: 'x'"],
  ["mode", fileMode, "9", 'strconv.ParseInt: parsing "9": invalid syntax'],
  ["mode", fileMode, 5.5, "unexpected value type float64 for mode"],
  ["count", deviceCount, "0x2", "invalid value \"0x2\", the only value allowed is 'all' or a number"],
])("refuses for %s %2$j", (_, kind, tree, problem) => {
  expect(() => kind.decode(tree, ["x"])).toThrow(`'x' ${problem}`);
});
