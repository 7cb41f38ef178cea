/** Rows of the recorded indexes, which are as short as they can be. */

export type NodeReleaseRow = readonly [
  name: string,
  version: string,
  license: string,
  dependencies: Readonly<Record<string, string>>,
  bin: Readonly<Record<string, string>>,
  wantsFunding: boolean,
];

export type DebianPackageRow = readonly [
  name: string,
  version: string,
  architecture: string,
  bytes: number,
  installedKib: number,
  depends: string,
  recommends: string,
  programs: string,
  summary: string,
];

export type DebianBaseRow = readonly [name: string, version: string, architecture: string, installedKib: number];

export type PythonReleaseRow = readonly [
  name: string,
  version: string,
  wheel: string,
  bytes: number,
  python: string,
  requires: readonly string[],
  modules: readonly string[],
  scripts: readonly (readonly string[])[],
  summary: string,
  homePage: string,
  author: string,
  license: string,
];
