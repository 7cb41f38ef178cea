import { expect, it } from "vitest";
import { encode } from "../lib/index.ts";
import { readManifestList } from "./manifest-list.ts";

it.each([
  ["{}", "json: cannot unmarshal object into Go value of type []tarexport.manifestItem"],
  ["true", "json: cannot unmarshal bool into Go value of type []tarexport.manifestItem"],
  ["null", "invalid manifest, manifest cannot be null (but can be [])"],
  ["[1]", "json: cannot unmarshal number into .0 of type tarexport.manifestItem"],
  ['[{"Config":1}]', "json: cannot unmarshal number into Go struct field .0.Config of type string"],
  ['[{}, {"RepoTags":"x"}]', "json: cannot unmarshal string into Go struct field .1.RepoTags of type []string"],
  ['[{"Layers":["a",[]]}]', "json: cannot unmarshal array into .0.Layers.1 of type string"],
  ["[{", "unexpected EOF"],
  ["xx", "invalid character 'x' looking for beginning of value"],
  ["", "EOF"],
])("refuses %s as moby does", (text, message) => {
  expect(() => readManifestList(encode(text))).toThrow(message);
});

it("reads the first value, fields in any case, and takes what is missing or null for empty", () => {
  const text = '[{"config":"c.json","RepoTags":null,"layers":["a/layer.tar"],"Parent":"x"},null] more';
  expect(readManifestList(encode(text))).toEqual([
    { Config: "c.json", RepoTags: [], Layers: ["a/layer.tar"], Parent: "x" },
    { Config: "", RepoTags: [], Layers: [], Parent: "" },
  ]);
});
