/**
 * The world's PyPI: which packages there are, in which versions, and what they need and bring.
 *
 * Names, versions, requirements and sizes are those of real wheels; what is in the wheels is not here, and the modules
 * that are installed from this index say so.
 */

import type { PythonReleaseRow } from "./index-rows.ts";
import { PYTHON_RELEASES } from "./python-index.data.ts";
import { normalName } from "./python-requirement.ts";
import { compareVersions, isPrerelease, Specifier } from "./python-version.ts";

/** One version of a package, as a wheel. */
export interface PythonRelease {
  readonly name: string;
  readonly version: string;
  /** File name; `{tag}` stands for the interpreter's. */
  readonly wheel: string;
  readonly bytes: number;
  /** What Requires-Python says. */
  readonly python: string;
  readonly requires: readonly string[];
  /** What can be imported: top-level directories and files. */
  readonly modules: readonly string[];
  /** Commands, each with the function that it calls: ["flask", "flask.cli", "main"]. */
  readonly scripts: readonly (readonly string[])[];
  readonly summary: string;
  readonly homePage: string;
  readonly author: string;
  readonly license: string;
  /** Files that it brings besides those that every package has, relative to site-packages. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The packages of the world that `pip install` finds. */
export class PythonIndex {
  readonly #releases = new Map<string, PythonRelease[]>();

  constructor(rows: readonly PythonReleaseRow[] = PYTHON_RELEASES) {
    for (const row of rows) this.add(releaseOf(row));
  }

  /** Adds a release: `index.add({ name: "acme", version: "1.0" })` is enough. */
  add(release: Partial<PythonRelease> & Pick<PythonRelease, "name" | "version">): void {
    const key = normalName(release.name);
    const file = release.name.replaceAll(/[-.]+/g, "_");
    const whole: PythonRelease = {
      wheel: `${file}-${release.version}-py3-none-any.whl`,
      bytes: 4096,
      python: "",
      requires: [],
      modules: [file.toLowerCase()],
      scripts: [],
      summary: "",
      homePage: "",
      author: "",
      license: "",
      ...release,
    };
    const known = this.#releases.get(key) ?? [];
    const others = known.filter(({ version }) => version !== release.version);
    this.#releases.set(
      key,
      [...others, whole].sort((a, b) => compareVersions(b.version, a.version)),
    );
  }

  /** Every release of a package, the newest first; none if nobody has it. */
  releases(key: string): readonly PythonRelease[] {
    return this.#releases.get(key) ?? [];
  }

  /** Those that run on a Python, without what comes before a release. */
  usable(key: string, python: string): readonly PythonRelease[] {
    return this.releases(key).filter((release) => runsOn(release, python) && !isPrerelease(release.version));
  }
}

/** Whether a release says that it runs on a version of Python. */
export const runsOn = ({ python: wanted }: PythonRelease, python: string): boolean =>
  Specifier.parse(wanted)?.allows(python) ?? true;

function releaseOf(row: PythonReleaseRow): PythonRelease {
  const [name, version, wheel, bytes, python, requires, modules, scripts, summary, homePage, author, license] = row;
  return { name, version, wheel, bytes, python, requires, modules, scripts, summary, homePage, author, license };
}
