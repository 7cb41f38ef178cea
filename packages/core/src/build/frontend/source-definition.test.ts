/** Against what BuildKit said of Dockerfiles that it had loaded; a digest covers every byte of an operation. */
import { expect, it } from "vitest";
import { sourceDefinition } from "./source-definition.ts";

it("says of a client's file by which names it was looked for, and in which session", () => {
  const { def, metadata, Source } = sourceDefinition({
    kind: "local",
    fileName: "W",
    session: "uu1wbvzf27bzrfnrbrqamotri",
  });
  const loading = "sha256:e0f8d3616b41a0fdff1add82f6b1b317150316635582e316275d69245f4eecb7";
  expect(def).toEqual([
    "WgAapgEKEmxvY2FsOi8vZG9ja2VyZmlsZRIUCgxsb2NhbC5kaWZmZXISBG5vbmUSKwoRbG9jYWwuZm9sbG93cGF0aHMSFlsiVyIsIlcuZG9ja2VyaWdub3JlIl0SKgoNbG9jYWwuc2Vzc2lvbhIZdXUxd2J2emYyN2J6cmZucmJycWFtb3RyaRIhChNsb2NhbC5zaGFyZWRrZXloaW50Egpkb2NrZXJmaWxl",
    "CkkKR3NoYTI1NjplMGY4ZDM2MTZiNDFhMGZkZmYxYWRkODJmNmIxYjMxNzE1MDMxNjYzNTU4MmUzMTYyNzVkNjkyNDVmNGVlY2I3",
  ]);
  expect(Object.keys(metadata)).toEqual([
    "sha256:ae7da4e4d8065ec7e8c88159b2e88e73e225ea620c80f045bc021ae5a1fc2c98",
    loading,
  ]);
  expect(metadata[loading]?.description).toEqual({ "llb.customname": "[internal] load build definition from W" });
  expect(Source).toEqual({ locations: { [loading]: {} } });
});

it("says of an archive that it is downloaded from the client and unpacked", () => {
  const url = "http://buildkit-session/xhj6rehgj0438x91fovgussi5";
  const { def, metadata } = sourceDefinition({ kind: "upload", url });
  expect(def).toHaveLength(3);
  expect(Object.keys(metadata)).toEqual([
    "sha256:0439cac5b668b79878a461e9eaf1dd05f238bc0944c472b9bc801cb83e7224c7",
    "sha256:0eff8f0de050664d67a541926acb9ba716c5114884e6f87965fb45b16ec07019",
    "sha256:277f9edab3346d37accff8c483001b825de906db8920428e893077d5561558cc",
  ]);
});
