import { expect, it } from "vitest";
import { Repository } from "./repository.ts";

it("is the same record until something changes", () => {
  const repository = new Repository("a");
  repository.addBlob("sha256:1");
  const before = repository.record;
  expect(repository.record).toBe(before);
  repository.tag("latest", "sha256:2");
  expect(repository.record).toMatchObject({ blobs: ["sha256:1"], tags: [["latest", "sha256:2"]] });
  repository.remove("sha256:2");
  repository.removeBlob("sha256:1");
  expect(repository.record).toEqual({ name: "a", blobs: [], manifests: [], tags: [] });
  expect(Repository.restored(before).record).toEqual(before);
});
