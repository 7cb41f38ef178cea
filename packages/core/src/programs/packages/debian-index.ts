/**
 * The world's Debian archive: packages, what they need, and the programs that they bring.
 *
 * The figures are those of Debian 12, whatever release asks. Of what is in a package only its programs are here.
 */
import { DEBIAN_BASE, DEBIAN_PACKAGES } from "./debian-index.data.ts";

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

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** "amd64", "all". */
  readonly architecture: string;
  /** Of the archive. */
  readonly bytes: number;
  readonly installedKib: number;
  readonly depends: readonly string[];
  readonly recommends: readonly string[];
  /** Below /usr: "bin/curl". */
  readonly programs: readonly string[];
  readonly summary: string;
  /** Other files, by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
}

const words = (text: string): readonly string[] => (text === "" ? [] : text.split(" "));

export class DebianIndex {
  readonly #packages = new Map<string, DebianPackage>();

  constructor(rows: readonly DebianPackageRow[] = DEBIAN_PACKAGES) {
    for (const row of rows) {
      const [name, version, architecture, bytes, installedKib, depends, recommends, programs, summary] = row;
      const lists = { depends: words(depends), recommends: words(recommends), programs: words(programs) };
      this.#packages.set(name, { name, version, architecture, bytes, installedKib, summary, ...lists });
    }
  }

  /** Adds a package: `index.add({ name: "acme", programs: ["bin/acme"] })` is enough. */
  add(given: Partial<DebianPackage> & Pick<DebianPackage, "name">): void {
    this.#packages.set(given.name, {
      version: "1.0-1",
      architecture: "amd64",
      bytes: 10_000,
      installedKib: 40,
      depends: [],
      recommends: [],
      programs: [],
      summary: given.name,
      ...given,
    });
  }

  get(name: string): DebianPackage | undefined {
    return this.#packages.get(name);
  }

  all(): readonly DebianPackage[] {
    return [...this.#packages.values()];
  }
}

/** What a minimal Debian consists of, for its dpkg status. */
export const debianBase = (): readonly DebianBaseRow[] => DEBIAN_BASE;
