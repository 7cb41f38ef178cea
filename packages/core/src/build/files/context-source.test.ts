import { expect, it } from "vitest";
import { S_IFDIR, S_IFIFO, S_IFREG, S_IFSOCK } from "../../abi/index.ts";
import { type ContextDisk, contextEntries } from "./context-source.ts";

const MODES: Readonly<Record<string, number>> = {
  "/c": S_IFDIR | 0o755,
  "/c/file": S_IFREG | 0o644,
  "/c/pipe": S_IFIFO | 0o600,
  "/c/socket": S_IFSOCK | 0o777,
};

const DISK: ContextDisk = {
  readdirSync: () => ["socket", "pipe", "file"],
  readFileSync: () => "text",
  lstatSync: (path) => ({ mode: MODES[path] ?? 0, mtimeMs: 0 }),
  readlinkSync: () => "",
};

it("has a disk's files in order, FIFOs too, but no sockets", () => {
  const entries = contextEntries({ disk: DISK, path: "/c" }, 0);
  expect(entries.map(({ path, type, mode }) => [path, type, mode])).toEqual([
    ["file", "file", 0o644],
    ["pipe", "fifo", 0o600],
  ]);
});
