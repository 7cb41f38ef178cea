/** Repositories of git, for builds. */
export { gitDirectory } from "./git-directory.ts";
export { GitNetwork } from "./git-network.ts";
export { lsRemote, lsRemoteText, type RemoteRef } from "./ls-remote.ts";
export {
  type CheckedOutFile,
  type GitCommit,
  type GitFile,
  GitRepository,
  type GitTag,
  type RepositorySpec,
} from "./repository.ts";
export { type Submodule, submodulesOf } from "./submodules.ts";
