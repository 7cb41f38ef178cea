/**
 * A site-packages directory: what is installed there, and putting packages in and out.
 *
 * @see https://packaging.python.org/en/latest/specifications/recording-installed-packages/
 */
import { Errno, type Routine, rmdir } from "../../abi/index.ts";
import { dirname, join } from "../../lib/index.ts";
import { attempt, readText } from "../../userland/index.ts";
import { listDirectory, putFile, removeTree } from "../files.ts";
import type { PythonHome } from "../interpreters/python-home.ts";
import type { PythonRelease } from "./python-index.ts";
import { normalName } from "./python-requirement.ts";

/** A package that is installed, as its METADATA tells. */
export interface Distribution extends PythonRelease {
  readonly key: string;
  /** The site-packages directory. */
  readonly location: string;
  /** "Flask-3.1.3.dist-info" */
  readonly infoDirectory: string;
}

/** Everything that is installed on a path, sorted by name; what comes first on the path hides the rest. */
export function* installedDistributions(path: readonly string[]): Routine<readonly Distribution[]> {
  const found = new Map<string, Distribution>();
  for (const location of path) {
    for (const name of yield* listDirectory(location)) {
      if (!name.endsWith(".dist-info")) continue;
      const text = yield* attempt(readText(join(location, name, "METADATA")));
      if (text instanceof Errno) continue;
      const distribution = parseMetadata(text, location, name);
      if (!found.has(distribution.key)) found.set(distribution.key, distribution);
    }
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function parseMetadata(text: string, location: string, infoDirectory: string): Distribution {
  const [head = ""] = text.split("\n\n", 1);
  const fields = [...head.matchAll(/^([A-Za-z-]+): (.*)$/gm)].map(
    ([, name = "", value = ""]) => [name, value] as const,
  );
  const one = (name: string): string => fields.find(([field]) => field === name)?.[1] ?? "";
  const name = one("Name");
  return {
    name,
    key: normalName(name),
    version: one("Version"),
    wheel: "",
    bytes: 0,
    python: one("Requires-Python"),
    requires: fields.flatMap(([field, value]) => (field === "Requires-Dist" ? [value] : [])),
    modules: [],
    scripts: [],
    summary: one("Summary"),
    homePage: one("Home-page"),
    author: one("Author"),
    license: one("License"),
    location,
    infoDirectory,
  };
}

/** "Flask-SQLAlchemy" → "Flask_SQLAlchemy-3.1.1.dist-info" */
const infoName = ({ name, version }: PythonRelease): string => `${name.replaceAll(/[-.]+/g, "_")}-${version}.dist-info`;

/** Where packages and their commands go. */
export interface InstallTarget {
  readonly site: string;
  /** `undefined` for none: `--target`. */
  readonly scripts: string;
}

/** The files of an installed package: paths from the site directory, and contents. */
export function packageFiles(
  release: PythonRelease,
  home: Pick<PythonHome, "executable">,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const module of release.modules) {
    const path = /\.(py|so|pyd)$/.test(module) ? module : `${module}/__init__.py`;
    files.set(path, moduleText(release));
  }
  for (const [path, content] of Object.entries(release.files ?? {})) files.set(path, content);
  const info = infoName(release);
  files.set(`${info}/INSTALLER`, "pip\n");
  files.set(`${info}/METADATA`, metadataText(release));
  files.set(`${info}/WHEEL`, "Wheel-Version: 1.0\nGenerator: bottleship\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
  files.set(`${info}/top_level.txt`, release.modules.map((module) => `${module.replace(/\.py$/, "")}\n`).join(""));
  if (release.scripts.length > 0) {
    const lines = release.scripts.map(([name, module, attribute]) => `${name} = ${module}:${attribute}\n`);
    files.set(`${info}/entry_points.txt`, `[console_scripts]\n${lines.join("")}`);
  }
  for (const [name, module = "", attribute = ""] of release.scripts) {
    files.set(`../../../bin/${name}`, scriptText(home.executable, module, attribute));
  }
  const record = [...files.keys(), `${info}/RECORD`].map((path) => `${path},,\n`);
  files.set(`${info}/RECORD`, record.join(""));
  return files;
}

const moduleText = ({ name, version }: PythonRelease): string =>
  `# ${name} ${version}: a stand-in of the package; it holds no code.\n__version__ = "${version}"\n`;

const scriptText = (executable: string, module: string, attribute: string): string => `#!${executable}
# -*- coding: utf-8 -*-
import re
import sys
from ${module} import ${attribute}
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(${attribute}())
`;

function metadataText(release: PythonRelease): string {
  const optional = (field: string, value: string): string => (value === "" ? "" : `${field}: ${value}\n`);
  return [
    `Metadata-Version: 2.1\nName: ${release.name}\nVersion: ${release.version}\n`,
    optional("Summary", release.summary),
    optional("Home-page", release.homePage),
    optional("Author", release.author),
    optional("License", release.license),
    optional("Requires-Python", release.python),
    ...release.requires.map((text) => `Requires-Dist: ${text}\n`),
    "\n",
  ].join("");
}

/** Writes a package's files. @throws Errno */
export function* installRelease(release: PythonRelease, home: PythonHome, target: InstallTarget): Routine<void> {
  for (const [path, content] of packageFiles(release, home)) {
    const isScript = path.startsWith("../../../bin/");
    const to = isScript ? join(target.scripts, path.slice("../../../bin/".length)) : join(target.site, path);
    yield* putFile(to, content, isScript ? 0o755 : 0o644);
  }
}

/** Removes what the package's RECORD lists. @throws Errno */
export function* uninstallDistribution({ location, infoDirectory }: Distribution): Routine<void> {
  const record = yield* attempt(readText(join(location, infoDirectory, "RECORD")));
  const paths = record instanceof Errno ? [] : record.split("\n").map((line) => line.split(",", 1)[0] ?? "");
  for (const path of paths) {
    if (path === "") continue;
    yield* removeTree(join(location, path));
    if (!path.startsWith("..") && path.includes("/")) yield* rmdir(join(location, dirname(path))).attempt();
  }
  yield* removeTree(join(location, infoDirectory));
}
