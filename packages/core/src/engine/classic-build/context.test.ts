import { expect, it } from "vitest";
import { layerToTar } from "../../content/index.ts";
import { encode } from "../../lib/index.ts";
import { pathsOf, withoutIgnored } from "./context.ts";

const context = (patterns: string): Uint8Array =>
  layerToTar(
    Object.entries({ ".dockerignore": patterns, Dockerfile: "FROM busybox\n" }).map(([path, text]) => ({
      path,
      type: "file",
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtimeUs: 0,
      content: encode(text),
    })),
  );

it.each([
  ["Dockerfile\n", [".dockerignore"]],
  ["*\n", []],
  // No regular expression, and no exception of anything.
  ["a\\x\nDockerfile\n", [".dockerignore", "Dockerfile"]],
  ["!\nDockerfile\n", [".dockerignore", "Dockerfile"]],
])("the patterns %j leave %j", (patterns, left) => {
  expect([...pathsOf(withoutIgnored(context(patterns), "Dockerfile"))]).toEqual(left);
});
