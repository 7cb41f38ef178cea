/**
 * ADD of a git repository. For that the daemon runs git, which its machine does not have: nobody gets further than the
 * real one without it.
 *
 * @see BuildKit source/git/source.go
 */
import { BuildError } from "../dockerfile/error.ts";
import { usesSsh } from "../frontend/remote.ts";
import type { SourceWork } from "./work.ts";

const NO_GIT = 'git stderr:\n: exec: "git": executable file not found in $PATH';

export function gitWork(url: string): SourceWork {
  return {
    ...(usesSsh(url) ? {} : { failsWith: "failed to load cache key" }),
    produce: () => {
      throw gitError(url);
    },
  };
}

/** Why a repository cannot be had: `URL`, `URL#REF:DIRECTORY`. */
export function gitError(url: string): BuildError {
  // Before git is run, an agent of the client is looked for.
  if (usesSsh(url)) return new BuildError("unset ssh forward key default");
  const [repository = "", fragment = ""] = url.split("#");
  const [ref] = fragment.split(":");
  return ref === ""
    ? new BuildError(`error fetching default branch for repository ${repository}: ${NO_GIT}`)
    : new BuildError(`failed to fetch remote ${repository}: ${NO_GIT}`);
}
