/** The world's npm registry: names, versions, dependencies and commands are real, the code is not here. */

import type { NodeReleaseRow } from "./index-rows.ts";
import { NODE_RELEASES } from "./node-index.data.ts";
import { compareSemver, inRange } from "./semver.ts";

export interface NodeRelease {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** Commands and the files that they are. */
  readonly bin: Readonly<Record<string, string>>;
  readonly wantsFunding: boolean;
  /** More files, relative to the package's directory. */
  readonly files?: Readonly<Record<string, string>>;
}

export class NodeIndex {
  readonly #releases = new Map<string, NodeRelease[]>();

  constructor(rows: readonly NodeReleaseRow[] = NODE_RELEASES) {
    for (const [name, version, license, dependencies, bin, wantsFunding] of rows) {
      this.add({ name, version, license, dependencies, bin, wantsFunding });
    }
  }

  /** Adds a release: `index.add({ name: "acme", version: "1.0.0" })` is enough. */
  add(given: Partial<NodeRelease> & Pick<NodeRelease, "name" | "version">): void {
    const release = { license: "MIT", dependencies: {}, bin: {}, wantsFunding: false, ...given };
    const others = (this.#releases.get(given.name) ?? []).filter(({ version }) => version !== given.version);
    this.#releases.set(
      given.name,
      [...others, release].sort((a, b) => compareSemver(b.version, a.version)),
    );
  }

  has(name: string): boolean {
    return this.#releases.has(name);
  }

  /** The newest release in a range. */
  find(name: string, range: string): NodeRelease | undefined {
    return this.#releases.get(name)?.find(({ version }) => inRange(version, range));
  }
}
