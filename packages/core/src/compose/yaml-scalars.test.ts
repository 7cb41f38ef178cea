/** What `docker compose config` of Compose 2.40.3 made of plain scalars. */
import { expect, it } from "vitest";
import { yamlText } from "./print/yaml.ts";
import { plainText } from "./tree.ts";
import { readYaml } from "./yaml-file.ts";

const content = (text: string) => readYaml(text, "compose.yaml").documents[0];

it.each([
  ["1_000", "1000"],
  ["1__0", "10"],
  ["1_", "1"],
  ["_1", "_1"],
  ["0b11", "3"],
  ["0B1", "1"],
  ["0b2", "0b2"],
  ["-0b11", "-3"],
  ["0o17", "15"],
  ["0o8", "0o8"],
  ["010", "8"],
  ["-010", "-8"],
  ["08", "8"],
  ["00", "0"],
  ["0X1F", "31"],
  ["-0x10", "-16"],
  ["0x_1", "1"],
  ["+5", "5"],
  ["-0", "0"],
  ["-0.0", "-0"],
  ["1.", "1"],
  [".5", "0.5"],
  ["09.5", "9.5"],
  ["1_0.5", "10.5"],
  ["1e5", "100000"],
  ["0.00001", "1e-05"],
  ["123456789.5", "1.234567895e+08"],
  ["18446744073709551615", "18446744073709551615"],
  ["-9223372036854775808", "-9223372036854775808"],
  ["18446744073709551616", "1.8446744073709552e+19"],
  ["100000000000000000000000", "1e+23"],
  [".inf", "+Inf"],
  ["-.Inf", "-Inf"],
  [".NaN", "NaN"],
  ["yes", "yes"],
  ["TRUE", "true"],
])("reads %s as %s", (written, meant) => {
  const tree = content(`a: ${written}\n`)?.content as { readonly a: string };
  expect(plainText(tree.a)).toBe(meant);
});

it.each([
  ["2001-01-01", "2001-01-01T00:00:00Z"],
  ["2001-1-2", "2001-01-02T00:00:00Z"],
  ["2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.1-05:00"],
  ["2001-12-14 21:59:43", "2001-12-14T21:59:43Z"],
  ["2001-12-14T21:59:43Z", "2001-12-14T21:59:43Z"],
])("takes %s for a time", (written, meant) => {
  expect(content(`a: ${written}\n`)).toEqual({ content: { a: meant }, resets: [], times: [["a"]] });
});

it.each(["2001-13-01", "2001-02-30", "2001-12-14 21:59:43 -5", "2001-12-14T21:59:43"])(
  "takes %s for a text, and writes it as one",
  (text) => {
    expect(content(`a: ${text}\n`)).toEqual({ content: { a: text }, resets: [], times: [] });
    expect(yamlText({ a: text })).toBe(`a: ${text}\n`);
  },
);
