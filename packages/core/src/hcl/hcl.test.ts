/** HCL as buildx 0.29.1 reads it: what expressions come to. More is under `test/recorded/cli`: `bake.json`, `bake-functions.json`. */
import { describe, expect, it } from "vitest";
import {
  evaluate,
  HclError,
  type HclValue,
  hclFunctions,
  parseHcl,
  parseHclJson,
  type Scope,
  toJson,
} from "./index.ts";

/** Written apart, a placeholder is none of ours. */
const D = "$";
const NAMES: Readonly<Record<string, HclValue>> = {
  list: ["a", "b"],
  map: new Map<string, HclValue>([
    ["x", 1],
    ["y", "z"],
  ]),
  rows: [new Map([["n", 1]]), new Map([["n", 2]])],
};
const FUNCTIONS = hclFunctions({ nowUs: () => 1_700_000_000_999_999, randomBytes: (count) => new Uint8Array(count) });
const SCOPE: Scope = {
  variable: (name) => NAMES[name],
  function: (name) => FUNCTIONS.get(name),
  functionNames: [...FUNCTIONS.keys()],
};

function valueOf(expression: string): unknown {
  const { attributes } = parseHcl({ name: "x.hcl", text: `v = ${expression}\n` });
  const written = attributes.get("v")?.value;
  if (written === undefined) return undefined;
  return toJson(evaluate(written, SCOPE));
}

it.each<readonly [string, unknown]>([
  ["1 + 2 * 3", 7],
  ["(1 + 2) * 3", 9],
  ["-5 % 3", -2],
  ["7 / 2", 3.5],
  ["!true || 1 < 2 && 2 >= 2", true],
  ['list[0] == "a" ? "yes" : "no"', "yes"],
  ["map.x", 1],
  ['map["y"]', "z"],
  ["rows[*].n", [1, 2]],
  ["rows.*.n", [1, 2]],
  [`"${D}{map.x}"`, 1],
  [`"a${D}{map.x}b"`, "a1b"],
  [`"$${D}{x} %%{y} $ %"`, `${D}{x} %{y} $ %`],
  ['"\\t\\u00e9\\""', '\té"'],
  [`[for i, l in list : "${D}{i}${D}{l}" if l != "a"]`, ["1b"]],
  ["{ for k, v in map : upper(k) => v }", { X: 1, Y: "z" }],
  ["{ for l in [1, 1, 2] : l => l... }", { 1: [1, 1], 2: [2] }],
  ['{ a = 1, "b": 2\n  (map.y) = 3 }', { a: 1, b: 2, z: 3 }],
  ['"%{ if map.x == 1 ~} yes %{ else }no%{ endif }"', "yes "],
  [`"%{ for l in list }<${D}{l}>%{ endfor }"`, "<a><b>"],
  [`<<A\n one\n  ${D}{map.x}\nA`, " one\n  1\n"],
  ["<<-A\n    one\n      two\n    A", "one\n  two\n"],
  ["[ # a comment\n  1, // another\n  2 /* and one */,\n]", [1, 2]],
  ["merge({ a = 1 }, map)", { a: 1, x: 1, y: "z" }],
  ['format("%03d-%-4s|%q|%.1f", 7, "x", "q", 2)', '007-x   |"q"|2.0'],
  ['try(map.none, "other")', "other"],
  ["can(map.none)", false],
  ["timestamp()", "2023-11-14T22:13:20Z"],
  ["uuidv4()", "00000000-0000-4000-8000-000000000000"],
  ['uuidv5("dns", "example.com")', "cfbff0d1-9375-5685-968c-48ce8b15ae17"],
  ['sha256("a")', "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"],
  ['timeadd("2024-11-09T12:07:08+02:00", "-48h")', "2024-11-07T12:07:08+02:00"],
  ["true ? 1 : nope", 1],
  ["max([3, 5, 4]...)", 5],
  ['regex("v(\\\\d+)\\\\.(\\\\d+)", "v1.22")', ["1", "22"]],
  ['jsonencode({ b = [1, true, null], a = "<" })', '{"a":"\\u003c","b":[1,true,null]}'],
  ['substr("hello", -3, 2)', "ll"],
  [
    "setproduct([1, 2], [3])",
    [
      [1, 3],
      [2, 3],
    ],
  ],
])("%s", (expression, value) => {
  expect(valueOf(expression)).toEqual(value);
});

describe("what is wrong", () => {
  it.each([
    ["[1", "x.hcl:2,1-1: Missing item separator; Expected a comma to mark the beginning of the next item."],
    ["nope", 'x.hcl:1,5-9: Unknown variable; There is no variable named "nope".'],
    ["[0 / 0 ]", /^x.hcl:1,6-11: Operation failed; /],
    ["0 / 0", /^x.hcl:1,5-10: Operation failed; .* can't divide zero by zero or infinity by infinity\.$/],
    ["list[7]", /^x.hcl:1,9-12: Invalid index; .* does not identify an element in this collection value\.$/],
    ["list[2]", /^x.hcl:1,9-12: Invalid index; .* greater than or equal to the length of the collection\.$/],
    ["list[null]", "x.hcl:1,9-15: Invalid index; Can't use a null value as an indexing key."],
    ["[nope, nix]", /There is no variable named "nope"\., and 1 other diagnostic\(s\)$/],
    ["try()", /Call to function "try" failed: at least one argument is required\.$/],
    [`"a${D}{list}"`, /Invalid template interpolation value; .*string required\.$/],
    ["upper()", /^x.hcl:1,11-12: Not enough function arguments; .* Missing value for "str"\.$/],
    ["element([], 0)", /Call to function "element" failed: cannot use element function with an empty list\.$/],
    ["{ for l in [1, 1] : l => l }", /Duplicate object key; Two different items produced the key "1"/],
  ])("with %s", (expression, message) => {
    expect(() => valueOf(expression)).toThrow(message);
    expect(() => valueOf(expression)).toThrow(HclError);
  });
});

it("reads blocks with labels, also from JSON", () => {
  const types = { target: { labels: 1 } };
  const own = parseHcl({ name: "x.hcl", text: 'target "a" {\n  n = 1\n}\ntarget b { n = 2 }\n' });
  const json = parseHclJson({ name: "x.json", text: '{"target":{"a":{"n":1},"b":[{"n":2}]}}' }, types);
  for (const { blocks } of [own, json]) {
    expect(blocks.map(({ type, labels }) => [type, labels.map(({ text }) => text)])).toEqual([
      ["target", ["a"]],
      ["target", ["b"]],
    ]);
  }
});
