/** The repository that builds from git were recorded with. */
import { type GitFile, GitRepository } from "../repository.ts";

const FILES: Readonly<Record<string, GitFile>> = {
  ".gitignore": "*.md\n",
  Dockerfile: "FROM busybox\nCOPY . /ctx\nRUN ls -la /ctx\n",
  "a.txt": "one\n",
  dang: { symlink: "missing" },
  "dir/Dockerfile": "FROM busybox\nCOPY . /sub\n",
  "dir/s.txt": "s\n",
  "dir/sub/d.txt": "d\n",
  dlink: { symlink: "dir" },
  link: { symlink: "a.txt" },
  "run.sh": { content: "#!/bin/sh\necho run\n", executable: true },
};

/** `more` is added to the files of its last commit. */
export function recordedRepository({ more = {} }: { readonly more?: Readonly<Record<string, GitFile>> } = {}) {
  const author = { name: "Ada", email: "ada@example.com", seconds: 1_700_000_000 };
  const second = { ...FILES, "a.txt": "two\n" };
  return new GitRepository({
    commits: {
      first: { files: FILES, message: "first", author },
      second: { files: second, message: "second", author, parents: ["first"] },
      x: { files: { ...second, "x.txt": "x\n", ...more }, message: "x", author, parents: ["second"] },
    },
    branches: { main: "second", "feature/x": "x", both: "first" },
    tags: { v1: "first", v2: { commit: "second", message: "second one", tagger: author }, both: "second" },
  });
}
