import { expect, it } from "vitest";
import { Filters } from "./filters.ts";

it.each(['{"label":{"a=b":true,"c":true}}', '{"label":["a=b","c"]}'])(
  "reads both ways to write filters: %s",
  (text) => {
    const filters = Filters.parse(text, ["label"]);
    expect(filters.allowsLabels({ a: "b", c: "" })).toBe(true);
    expect(filters.allowsLabels({ a: "b" })).toBe(false);
    expect(filters.allowsLabels({ a: "x", c: "" })).toBe(false);
  },
);

it("refuses what is no filter, and filters that there are not", () => {
  expect(() => Filters.parse("{", [])).toThrow("invalid filter");
  expect(() => Filters.parse('{"a":1}', ["a"])).toThrow("invalid filter");
  expect(() => Filters.parse('{"nope":["1"]}', ["label"])).toThrow("invalid filter 'nope'");
});

it("reads a flag, and refuses one that is neither or both", () => {
  expect(Filters.parse('{"dangling":["true"]}').flag("dangling")).toBe(true);
  expect(Filters.parse('{"dangling":["0"]}').flag("dangling")).toBe(false);
  expect(new Filters().flag("dangling")).toBeUndefined();
  expect(() => Filters.parse('{"dangling":["maybe"]}').flag("dangling")).toThrow("invalid filter 'dangling=[maybe]'");
});
