/**
 * pip, as a module of the Python stand-in: it installs from the world's own index.
 *
 * @see https://pip.pypa.io/en/stable/cli/
 */
import { Errno, type Routine } from "../../abi/index.ts";
import { ownValue } from "../../lib/index.ts";
import { AppletExit, attempt, type Io } from "../../userland/index.ts";
import { listDirectory } from "../files.ts";
import type { PythonHome } from "../interpreters/python-home.ts";
import { type PipContext, pipInstall, say } from "./pip-install.ts";
import { has, parsePip } from "./pip-options.ts";
import { readRequirements } from "./pip-requirements-file.ts";
import { type Distribution, installedDistributions, uninstallDistribution } from "./pip-site.ts";
import { PIP_COMMANDS } from "./pip-usage.ts";
import type { PythonIndex } from "./python-index.ts";
import { markerHolds, normalName, parseRequirement } from "./python-requirement.ts";

export function* pip(io: Io, home: PythonHome, index: PythonIndex): Routine<number> {
  const options = parsePip(io.argv.slice(1));
  const installed = yield* installedDistributions(home.path);
  const own = installed.find(({ key }) => key === "pip");
  const context: PipContext = { io, home, index, options, version: own?.version ?? "0" };
  if (options.unknown !== undefined) {
    yield* io.err.write(`\n${usageLine(options.command)}\n\nno such option: ${options.unknown}\n`);
    return 2;
  }
  if (has(options, "version")) {
    yield* io.out.line(`pip ${context.version} from ${own?.location ?? home.site}/pip (python ${home.minor})`);
    return 0;
  }
  const { command } = options;
  if (command === undefined || command === "help" || has(options, "help")) {
    yield* io.out.write(`\n${usageLine(undefined)}\n\nCommands:\n${PIP_COMMANDS}\n`);
    return 0;
  }
  const run = ownValue(COMMANDS, command);
  if (run === undefined) {
    const near = Object.keys(COMMANDS).find((name) => name.startsWith(command) || command.startsWith(name));
    const hint = near === undefined ? "" : ` - maybe you meant "${near}"`;
    yield* io.err.write(`ERROR: unknown command "${command}"${hint}\n`);
    return 1;
  }
  return yield* run(context);
}

const usageLine = (command: string | undefined): string =>
  command === undefined ? "Usage:   \n  pip <command> [options]" : `Usage:   \n  pip ${command} [options]`;

type Command = (context: PipContext) => Routine<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  install: pipInstall,
  uninstall: pipUninstall,
  list: pipList,
  freeze: pipFreeze,
  show: pipShow,
  check: pipCheck,
  cache: pipCache,
  config: nothingToDo,
  download: pipInstallNothing,
  wheel: pipInstallNothing,
};

function* nothingToDo(): Routine<number> {
  return 0;
}

function* pipInstallNothing({ io, options }: PipContext): Routine<number> {
  yield* io.err.write(
    `ERROR: Bottleship's pip knows no "${options.command}": there are no wheels, only what they install.\n`,
  );
  return 1;
}

function* pipUninstall(context: PipContext): Routine<number> {
  const { io, home, options } = context;
  const names = [...options.operands];
  for (const [name, path] of options.given) {
    if (name !== "requirement") continue;
    for (const { text } of yield* readRequirements(io, path)) names.push(parseRequirement(text)?.name ?? text);
  }
  if (names.length === 0) {
    yield* io.err.write('ERROR: You must give at least one requirement to uninstall (see "pip help uninstall")\n');
    return 1;
  }
  for (const name of names) {
    const installed = yield* installedDistributions(home.path);
    const found = installed.find(({ key }) => key === normalName(name));
    if (found === undefined) {
      yield* io.out.flush();
      yield* io.err.write(`WARNING: Skipping ${name} as it is not installed.\n`);
      continue;
    }
    yield* say(context, `Found existing installation: ${found.name} ${found.version}`);
    yield* say(context, `Uninstalling ${found.name}-${found.version}:`);
    if (!has(options, "yes") && !(yield* confirmed(io, found))) continue;
    yield* uninstallDistribution(found);
    yield* say(context, `  Successfully uninstalled ${found.name}-${found.version}`);
  }
  return 0;
}

function* confirmed(io: Io, found: Distribution): Routine<boolean> {
  yield* io.out.write(`  Would remove:\n    ${found.location}/${found.infoDirectory}/*\nProceed (Y/n)? `);
  yield* io.out.flush();
  const line = yield* attempt(io.in.latin1Line());
  if (line === undefined || line instanceof Errno) {
    yield* io.err.write("ERROR: Exception:\nEOFError: EOF when reading a line\n");
    throw new AppletExit(2);
  }
  return line === "" || /^y/i.test(line);
}

function* pipList(context: PipContext): Routine<number> {
  const { io, home, options } = context;
  const installed = yield* installedDistributions(home.path);
  const format = options.given.findLast(([name]) => name === "format")?.[1] ?? "columns";
  if (format === "json") {
    yield* io.out.line(JSON.stringify(installed.map(({ name, version }) => ({ name, version }))));
  } else if (format === "freeze") {
    for (const { name, version } of installed) yield* io.out.line(`${name}==${version}`);
  } else {
    const widths = [7, 7];
    for (const { name, version } of installed) {
      widths[0] = Math.max(widths[0] ?? 0, name.length);
      widths[1] = Math.max(widths[1] ?? 0, version.length);
    }
    const [first = 0, second = 0] = widths;
    yield* io.out.line(`${"Package".padEnd(first)} Version`);
    yield* io.out.line(`${"-".repeat(first)} ${"-".repeat(second)}`);
    for (const { name, version } of installed) yield* io.out.line(`${name.padEnd(first)} ${version}`);
  }
  return 0;
}

/** pip's own tools are not what anybody wants to install again. */
const TOOLS: ReadonlySet<string> = new Set(["pip", "setuptools", "wheel", "distribute"]);

function* pipFreeze({ io, home, options }: PipContext): Routine<number> {
  for (const { key, name, version } of yield* installedDistributions(home.path)) {
    if (has(options, "all") || !TOOLS.has(key)) yield* io.out.line(`${name}==${version}`);
  }
  return 0;
}

function* pipShow({ io, home, options }: PipContext): Routine<number> {
  if (options.operands.length === 0) {
    yield* io.err.write("WARNING: ERROR: Please provide a package name or names.\n");
    return 1;
  }
  const installed = yield* installedDistributions(home.path);
  const found = options.operands.flatMap((name) => installed.find(({ key }) => key === normalName(name)) ?? []);
  const missing = options.operands.filter((name) => !installed.some(({ key }) => key === normalName(name)));
  if (missing.length > 0) yield* io.err.write(`WARNING: Package(s) not found: ${missing.join(", ")}\n`);
  const environment = { pythonVersion: home.minor, pythonFullVersion: home.version };
  const needsOf = (one: Distribution): readonly string[] =>
    one.requires.flatMap((text) => {
      const requirement = parseRequirement(text);
      return requirement === undefined || !markerHolds(requirement.marker, environment) ? [] : [requirement.name];
    });
  for (const [index, one] of found.entries()) {
    if (index > 0) yield* io.out.line("---");
    const users = installed.filter((other) => needsOf(other).some((name) => normalName(name) === one.key));
    const lines = [
      ["Name", one.name],
      ["Version", one.version],
      ["Summary", one.summary],
      ["Home-page", one.homePage],
      ["Author", one.author],
      ["Author-email", ""],
      ["License", one.license],
      ["Location", one.location],
      [
        "Requires",
        needsOf(one)
          .toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
          .join(", "),
      ],
      ["Required-by", users.map(({ name }) => name).join(", ")],
    ];
    for (const [name, value] of lines) yield* io.out.line(`${name}: ${value}`);
  }
  return found.length === 0 ? 1 : 0;
}

function* pipCheck({ io, home }: PipContext): Routine<number> {
  const installed = yield* installedDistributions(home.path);
  const environment = { pythonVersion: home.minor, pythonFullVersion: home.version };
  let isBroken = false;
  for (const one of installed) {
    for (const text of one.requires) {
      const requirement = parseRequirement(text);
      if (requirement === undefined || !markerHolds(requirement.marker, environment)) continue;
      const there = installed.find(({ key }) => key === requirement.key);
      if (there !== undefined && requirement.specifier.allows(there.version)) continue;
      isBroken = true;
      yield* io.out.line(
        there === undefined
          ? `${one.key} ${one.version} requires ${requirement.key}, which is not installed.`
          : `${one.key} ${one.version} has requirement ${requirement.name}${requirement.specifier.toString()}, but you have ${there.key} ${there.version}.`,
      );
    }
  }
  if (!isBroken) yield* io.out.line("No broken requirements found.");
  return isBroken ? 1 : 0;
}

/** Nothing is kept: there is nothing that would be faster for it. */
function* pipCache({ io, options }: PipContext): Routine<number> {
  const [what] = options.operands;
  if (what === "dir") yield* io.out.line(`${io.env.get("HOME") ?? "/root"}/.cache/pip`);
  else if (what === "purge") {
    const kept = yield* listDirectory(`${io.env.get("HOME") ?? "/root"}/.cache/pip`);
    if (kept.length === 0) yield* io.err.write("WARNING: No matching packages\n");
    yield* io.out.line("Files removed: 0");
  }
  return 0;
}
