/** `python -m venv DIRECTORY`. @see PEP 405 */
import { Errno, type Routine, symlink } from "../../abi/index.ts";
import { dirname, join } from "../../lib/index.ts";
import type { Io } from "../../userland/index.ts";
import { exists, makeDirectories, putFile } from "../files.ts";
import { installedDistributions, packageFiles } from "../packages/pip-site.ts";
import type { PythonHome } from "./python-home.ts";

export function* makeVenv(io: Io, home: PythonHome): Routine<number> {
  const words = io.argv.slice(1);
  const directories = words.filter((word) => !word.startsWith("-"));
  if (directories.length === 0) {
    yield* io.err.write(
      "usage: venv [-h] ENV_DIR [ENV_DIR ...]\nvenv: error: the following arguments are required: ENV_DIR\n",
    );
    return 2;
  }
  for (const directory of directories) yield* makeOne(directory, home, !words.includes("--without-pip"));
  return 0;
}

function* makeOne(directory: string, home: PythonHome, withPip: boolean): Routine<void> {
  const bin = join(directory, "bin");
  const site = join(directory, `lib/python${home.minor}/site-packages`);
  yield* makeDirectories(bin);
  yield* makeDirectories(site);
  const config = [
    `home = ${dirname(home.executable)}`,
    "include-system-site-packages = false",
    `version = ${home.version}`,
    `executable = ${home.executable}`,
    `command = ${home.executable} -m venv ${directory}`,
  ];
  yield* putFile(join(directory, "pyvenv.cfg"), `${config.join("\n")}\n`);
  const links = [
    ["python", home.executable],
    ["python3", "python"],
    [`python${home.minor}`, "python"],
  ] as const;
  for (const [name, target] of links) {
    const made = yield* symlink(target, join(bin, name)).attempt();
    if (made instanceof Errno && made.code !== "EEXIST") throw made;
  }
  yield* putFile(join(bin, "activate"), activateText(directory));
  if (!withPip) return;
  for (const one of yield* installedDistributions(home.path)) {
    if (one.key !== "pip" && one.key !== "setuptools") continue;
    const commands = one.key === "pip" ? ["pip", "pip3", `pip${home.minor}`] : [];
    const release = {
      ...one,
      modules: [one.key],
      scripts: commands.map((name) => [name, "pip._internal.cli.main", "main"]),
    };
    const executable = directory.startsWith("/") ? join(bin, `python${home.minor}`) : join(bin, "python");
    for (const [path, content] of packageFiles(release, { executable })) {
      const isScript = path.startsWith("../../../bin/");
      const to = join(site, path);
      if (!(yield* exists(to))) yield* putFile(to, content, isScript ? 0o755 : 0o644);
    }
  }
}

const activateText = (directory: string): string => `VIRTUAL_ENV=${directory}
export VIRTUAL_ENV
PATH="$VIRTUAL_ENV/bin:$PATH"
export PATH
deactivate () {
    PATH="\${PATH#"$VIRTUAL_ENV/bin:"}"
    unset VIRTUAL_ENV
    unset -f deactivate
}
`;
