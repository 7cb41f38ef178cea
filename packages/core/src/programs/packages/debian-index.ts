/**
 * The world's Debian archive: packages, what they need, and the programs that they bring.
 *
 * The figures are those of Debian 12, whatever release asks. Of what is in a package only its programs are here.
 */
import { DEBIAN_BASE, DEBIAN_PACKAGES } from "./debian-index.data.ts";
import type { DebianBaseRow } from "./index-rows.ts";

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

/** Files of packages that matter to others. */
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "python3.11": {
    "/usr/lib/python3.11/EXTERNALLY-MANAGED": `[externally-managed]
Error=To install Python packages system-wide, try apt install
 python3-xyz, where xyz is the package you are trying to
 install.

 If you wish to install a non-Debian-packaged Python package,
 create a virtual environment using python3 -m venv path/to/venv.
 Then use path/to/venv/bin/python and path/to/venv/bin/pip. Make
 sure you have python3-full installed.
`,
  },
  "python3-pip": {
    "/usr/lib/python3/dist-packages/pip/__init__.py": "# pip: a stand-in of the package.\n",
    "/usr/lib/python3/dist-packages/pip-23.0.1.dist-info/METADATA":
      "Metadata-Version: 2.1\nName: pip\nVersion: 23.0.1\n\n",
  },
};

const words = (text: string): readonly string[] => (text === "" ? [] : text.split(" "));

/** The packages of the world that `apt-get install` finds. */
export class DebianIndex {
  readonly #packages = new Map<string, DebianPackage>();

  readonly #onPrograms: (paths: readonly string[]) => void;

  /** `onPrograms` is told the programs of packages that are added. */
  constructor(onPrograms: (paths: readonly string[]) => void = () => {}) {
    this.#onPrograms = onPrograms;
    for (const row of DEBIAN_PACKAGES) {
      const [name, version, architecture, bytes, installedKib, depends, recommends, programs, summary] = row;
      const lists = { depends: words(depends), recommends: words(recommends), programs: words(programs) };
      const files = FILES[name];
      const more = files === undefined ? {} : { files };
      this.#packages.set(name, { name, version, architecture, bytes, installedKib, summary, ...lists, ...more });
    }
  }

  /** Adds a package: `index.add({ name: "acme", programs: ["bin/acme"] })` is enough. */
  add(given: Partial<DebianPackage> & Pick<DebianPackage, "name">): void {
    this.#onPrograms(given.programs ?? []);
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

/** Paths of all programs that packages of the archive bring. */
export const debianPrograms = (): readonly string[] => DEBIAN_PACKAGES.flatMap((row) => words(row[7]));
