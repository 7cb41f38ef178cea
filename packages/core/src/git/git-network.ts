/** The git repositories of a world: builds find theirs by its address. */
import { GitRepository, type RepositorySpec } from "./repository.ts";

/** The git repositories of a world, by their addresses: `engine.git`. */
export class GitNetwork {
  readonly #repositories = new Map<string, GitRepository>();

  /**
   * Puts a repository into the world; returns its removal.
   *
   * @param address as git is given it, without a ref: "https://github.com/x/y.git", "git@github.com:x/y.git"
   */
  add(address: string, repository: GitRepository | RepositorySpec): () => void {
    const added = repository instanceof GitRepository ? repository : new GitRepository(repository);
    this.#repositories.set(address, added);
    return () => {
      if (this.#repositories.get(address) === added) this.#repositories.delete(address);
    };
  }

  find(address: string): GitRepository | undefined {
    return this.#repositories.get(address);
  }
}
