/**
 * `pip install`: resolve, download, install, with the lines that pip prints on its way.
 *
 * pip's output differs between versions: before 23.1 a "Collecting" line does not say where a requirement comes from;
 * from 23.3 on metadata is downloaded first and wheels at the end.
 */
import { access, Errno, getresuid, nanosleep, type Routine, stat, W_OK } from "../../abi/index.ts";
import { join } from "../../lib/index.ts";
import { AppletExit, attempt, type Io, readText } from "../../userland/index.ts";
import type { PythonHome } from "../interpreters/python-home.ts";
import { has, type PipOptions, valueOf, valuesOf } from "./pip-options.ts";
import { type RequirementLine, readRequirements } from "./pip-requirements-file.ts";
import {
  type Choice,
  type Failure,
  installOrder,
  type ResolveOptions,
  resolveRequirements,
  type Wanted,
} from "./pip-resolve.ts";
import {
  type Distribution,
  type InstallTarget,
  installedDistributions,
  installRelease,
  uninstallDistribution,
} from "./pip-site.ts";
import { type PythonIndex, type PythonRelease, runsOn } from "./python-index.ts";
import { normalName, parseRequirement, requirementText } from "./python-requirement.ts";
import { compareVersions } from "./python-version.ts";

/** What a command of pip works with. */
export interface PipContext {
  readonly io: Io;
  readonly home: PythonHome;
  readonly index: PythonIndex;
  readonly options: PipOptions;
  /** pip's own version. */
  readonly version: string;
}

/** Bytes a second, and what a request takes: a usual connection. */
const BYTES_PER_SECOND = 10_000_000;
const LATENCY_US = 30_000;
/** Smaller downloads show no bar. */
const BAR_FROM_BYTES = 40_000;
/** Columns of the progress display where there is no terminal. */
const COLUMNS = 80;

export function* pipInstall(context: PipContext): Routine<number> {
  const { io, home, index, options } = context;
  yield* refuseIfManaged(context);
  const lines = yield* requestedLines(context);
  if (lines.length === 0) {
    yield* fail(io, 'You must give at least one requirement to install (see "pip help install")');
  }
  for (const url of valuesOf(options, "find-links")) yield* say(context, `Looking in links: ${url}`);
  const indexUrl = valueOf(options, "index-url") ?? io.env.get("PIP_INDEX_URL");
  if (indexUrl !== undefined) yield* say(context, `Looking in indexes: ${indexUrl}`);
  const wanted = yield* parseWanted(context, lines);
  const constraints = yield* constraintsOf(context);
  const installed = yield* installedDistributions(home.path);
  const environment = { pythonVersion: home.minor, pythonFullVersion: home.version };
  const { upgrades, reinstalls, named } = upgradePolicy(options, wanted);
  const resolveOptions: ResolveOptions = {
    environment,
    withDependencies: !has(options, "no-deps"),
    installed: (key) => {
      const known = installed.find((one) => one.key === key);
      return known === undefined || reinstalls || (upgrades && named.has(key)) ? undefined : known;
    },
  };
  const result = resolveRequirements(index, [...wanted, ...constraints], resolveOptions);
  if (isFailure(result)) return yield* explainFailure(context, result);
  const choices = result.filter(({ wanted: one }) => !constraints.includes(one));
  yield* collect(context, choices, installed);
  const fresh = choices.filter((choice) => !choice.isInstalled && !isSame(choice, installed, reinstalls));
  if (fresh.length > 0) yield* installAll(context, installOrder(fresh, environment), installed);
  yield* closingWords(context);
  return 0;
}

/** A distribution's own Python is not for pip. @see PEP 668 */
function* refuseIfManaged({ io, home, options }: PipContext): Routine<void> {
  if (home.isVirtual || has(options, "break-system-packages") || has(options, "target") || has(options, "prefix"))
    return;
  const marker = yield* attempt(readText(`/usr/lib/python${home.minor}/EXTERNALLY-MANAGED`));
  if (marker instanceof Errno || home.executable.startsWith("/usr/local/")) return;
  const text = /^Error=([\s\S]*)$/m.exec(marker)?.[1]?.trimEnd() ?? "";
  const lines = text.split("\n").map((line, index) => (index === 0 ? line : `    ${line.trim()}`.trimEnd()));
  yield* io.err.write(
    `error: externally-managed-environment\n\n× This environment is externally managed\n╰─> ${lines.join("\n")}\n\n` +
      "note: If you believe this is a mistake, please contact your Python installation or OS distribution provider. You can override this, at the risk of breaking your Python installation or OS, by passing --break-system-packages.\n" +
      "hint: See PEP 668 for the detailed specification.\n",
  );
  throw new AppletExit(1);
}

/** What the command line and its files ask for. */
function* requestedLines({ io, options }: PipContext): Routine<readonly RequirementLine[]> {
  const lines: RequirementLine[] = options.operands.map((text) => ({ text, from: undefined }));
  for (const text of valuesOf(options, "editable")) lines.push({ text: `-e ${text}`, from: undefined });
  for (const path of valuesOf(options, "requirement")) lines.push(...(yield* readRequirements(io, path)));
  return lines;
}

function* parseWanted({ io }: PipContext, lines: readonly RequirementLine[]): Routine<readonly Wanted[]> {
  const wanted: Wanted[] = [];
  for (const [order, { text, from }] of lines.entries()) {
    const path = text.replace(/^-e /, "");
    if (/^[.~/]/.test(path) || text.startsWith("-e ")) yield* refuseProject(io, path);
    const requirement = parseRequirement(text);
    if (requirement === undefined) {
      const where = from === undefined ? "" : ` (from line ${/\d+(?=\)$)/.exec(from)?.[0]} of ${from.split(" ")[1]})`;
      yield* fail(io, `Invalid requirement: '${text}'${where}`);
    } else wanted.push({ requirement, by: undefined, from, depth: 0, order });
  }
  return wanted;
}

/** Projects are built by running their code, which is not here. */
function* refuseProject(io: Io, path: string): Routine<never> {
  for (const name of ["pyproject.toml", "setup.py"]) {
    if ((yield* stat(join(path, name)).attempt()) instanceof Errno) continue;
    return yield* fail(
      io,
      `Bottleship's pip builds no projects: add what '${path}' is to engine.packages.python instead.`,
    );
  }
  return yield* fail(io, `Directory '${path}' is not installable. Neither 'setup.py' nor 'pyproject.toml' found.`);
}

function* constraintsOf(context: PipContext): Routine<readonly Wanted[]> {
  const found: Wanted[] = [];
  for (const path of valuesOf(context.options, "constraint")) {
    const lines = yield* readRequirements(context.io, path, "-c");
    found.push(...(yield* parseWanted(context, lines)));
  }
  return found;
}

function upgradePolicy(options: PipOptions, wanted: readonly Wanted[]) {
  const eager = valueOf(options, "upgrade-strategy") === "eager";
  const named = new Set(wanted.map(({ requirement }) => requirement.key));
  const reinstalls = has(options, "force-reinstall") || has(options, "ignore-installed") || has(options, "target");
  return { upgrades: has(options, "upgrade"), reinstalls: reinstalls || (eager && has(options, "upgrade")), named };
}

const isFailure = (result: readonly Choice[] | Failure): result is Failure => "kind" in result;

/** An upgrade has found the version that is there already. */
const isSame = ({ wanted, release }: Choice, installed: readonly Distribution[], reinstalls: boolean): boolean =>
  !reinstalls && installed.some(({ key, version }) => key === wanted.requirement.key && version === release.version);

// ── collecting ──

function* collect(context: PipContext, choices: readonly Choice[], installed: readonly Distribution[]): Routine<void> {
  const late = compareVersions(context.version, "23.3") >= 0;
  const fresh: PythonRelease[] = [];
  const reinstalls = upgradePolicy(context.options, []).reinstalls;
  for (const choice of choices) {
    const { wanted, release } = choice;
    const there = installed.find(({ key }) => key === wanted.requirement.key);
    const from = originText(wanted);
    if (there !== undefined && (choice.isInstalled || isSame(choice, installed, reinstalls))) {
      yield* say(
        context,
        `Requirement already satisfied: ${requirementText(wanted.requirement)} in ${there.location}${from} (${there.version})`,
      );
      continue;
    }
    const shown = compareVersions(context.version, "23.1") >= 0 ? from : "";
    yield* say(context, `Collecting ${requirementText(wanted.requirement)}${shown}`);
    if (late) {
      yield* say(
        context,
        `  Downloading ${wheelName(context, release)}.metadata (${sizeText(metadataBytes(release))})`,
      );
      yield* pass(LATENCY_US);
      fresh.push(release);
    } else yield* download(context, release, "  ");
  }
  for (const release of fresh) yield* download(context, release, "");
}

const originText = ({ from }: Wanted): string => (from === undefined ? "" : ` (from ${from})`);

/** A metadata file's size, made up from what it tells. */
const metadataBytes = ({ requires, summary }: PythonRelease): number => 1_500 + summary.length + 40 * requires.length;

function wheelName({ home }: PipContext, { wheel }: PythonRelease): string {
  const tag = `cp${home.minor.replace(".", "")}`;
  return wheel.replace("{tag}", `${tag}-${tag}${home.minor === "3.7" ? "m" : ""}`);
}

function* download(context: PipContext, release: PythonRelease, indent: string): Routine<void> {
  const { bytes } = release;
  yield* say(context, `${indent}Downloading ${wheelName(context, release)} (${sizeText(bytes)})`);
  yield* pass(LATENCY_US + Math.ceil((bytes * 1_000_000) / BYTES_PER_SECOND));
  if (bytes < BAR_FROM_BYTES || valueOf(context.options, "progress-bar") === "off") return;
  const [unit, divisor] = bytes >= 1_000_000 ? (["MB", 1_000_000] as const) : (["kB", 1_000] as const);
  const amount = (bytes / divisor).toFixed(1);
  const speed = `${(BYTES_PER_SECOND / 1_000_000).toFixed(1)} MB/s`;
  const tail = ` ${amount}/${amount} ${unit} ${speed} eta 0:00:00`;
  const before = `${indent}   `;
  yield* say(context, before + "━".repeat(Math.min(40, COLUMNS - before.length - tail.length)) + tail);
}

/** As pip's format_size: "8.5 kB", "103 kB", "18.1 MB". */
function sizeText(bytes: number): string {
  if (bytes > 1_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  if (bytes > 10_000) return `${Math.floor(bytes / 1_000)} kB`;
  return bytes > 1_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${bytes} bytes`;
}

// ── installing ──

function* installAll(
  context: PipContext,
  choices: readonly Choice[],
  installed: readonly Distribution[],
): Routine<void> {
  const { home, options } = context;
  if (has(options, "dry-run")) {
    yield* say(context, `Would install ${summary(choices)}`);
    return;
  }
  const target = yield* targetOf(context);
  const names = choices.map(({ wanted }) => wanted.requirement.name);
  yield* say(context, `Installing collected packages: ${names.join(", ")}`);
  for (const { wanted, release } of choices) {
    const old = installed.find(({ key }) => key === wanted.requirement.key);
    if (old !== undefined && !has(options, "target") && !has(options, "ignore-installed")) {
      yield* say(context, `  Attempting uninstall: ${wanted.requirement.name}`);
      yield* say(context, `    Found existing installation: ${old.name} ${old.version}`);
      yield* say(context, `    Uninstalling ${old.name}-${old.version}:`);
      yield* uninstallDistribution(old);
      yield* say(context, `      Successfully uninstalled ${old.name}-${old.version}`);
    }
    yield* pass(5_000 + Math.ceil(release.bytes / 20));
    yield* installOne(context, release, home, target);
  }
  yield* warnOfPath(context, choices, target);
  yield* say(context, `Successfully installed ${summary(choices)}`);
}

function* installOne(
  { io }: PipContext,
  release: PythonRelease,
  home: PythonHome,
  target: InstallTarget,
): Routine<void> {
  try {
    yield* installRelease(release, home, target);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* fail(
      io,
      `Could not install packages due to an OSError: [Errno ${error.errno}] ${error.message}: '${target.site}'`,
    );
  }
}

/** Where to: the interpreter's own directory, or the user's if that cannot be written. */
function* targetOf(context: PipContext): Routine<InstallTarget> {
  const { home, options } = context;
  const directory = valueOf(options, "target");
  if (directory !== undefined) return { site: directory, scripts: join(directory, "bin") };
  const prefix = valueOf(options, "prefix");
  if (prefix !== undefined) {
    return { site: join(prefix, `lib/python${home.minor}/site-packages`), scripts: join(prefix, "bin") };
  }
  const isDenied = (yield* access(home.site, W_OK).attempt()) instanceof Errno;
  if (isDenied && !has(options, "user")) {
    yield* say(context, "Defaulting to user installation because normal site-packages is not writeable");
  }
  if (isDenied || has(options, "user")) return { site: home.userSite, scripts: join(home.userBase, "bin") };
  return { site: home.site, scripts: join(home.prefix, "bin") };
}

function* warnOfPath({ io, options }: PipContext, choices: readonly Choice[], target: InstallTarget): Routine<void> {
  if (has(options, "no-warn-script-location") || has(options, "target")) return;
  if ((io.env.get("PATH") ?? "").split(":").includes(target.scripts)) return;
  for (const { release } of choices) {
    const names = release.scripts.map(([name = ""]) => name).sort();
    if (names.length === 0) continue;
    const subject = names.length === 1 ? `The script ${names[0]} is` : `The scripts ${listed(names)} are`;
    yield* io.out.flush();
    yield* io.err.write(
      `  WARNING: ${subject} installed in '${target.scripts}' which is not on PATH.\n` +
        "  Consider adding this directory to PATH or, if you prefer to suppress this warning, use --no-warn-script-location.\n",
    );
  }
}

const listed = (names: readonly string[]): string => `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

function summary(choices: readonly Choice[]): string {
  const names = choices.map(({ wanted, release }) => `${wanted.requirement.name}-${release.version}`);
  return names.sort().join(" ");
}

function* closingWords(context: PipContext): Routine<void> {
  const { io, options, version, index, home } = context;
  const action = valueOf(options, "root-user-action") ?? io.env.get("PIP_ROOT_USER_ACTION");
  const isQuiet = has(options, "quiet");
  if (
    (yield* getresuid()).effective === 0 &&
    action !== "ignore" &&
    !home.isVirtual &&
    !has(options, "target") &&
    !isQuiet
  ) {
    yield* io.out.flush();
    yield* io.err.write(
      compareVersions(version, "24.1") >= 0
        ? "WARNING: Running pip as the 'root' user can result in broken permissions and conflicting behaviour with the system package manager, possibly rendering your system unusable. It is recommended to use a virtual environment instead: https://pip.pypa.io/warnings/venv. Use the --root-user-action option if you know what you are doing and want to suppress this warning.\n"
        : "WARNING: Running pip as the 'root' user can result in broken permissions and conflicting behaviour with the system package manager. It is recommended to use a virtual environment instead: https://pip.pypa.io/warnings/venv\n",
    );
  }
  const newest = index.releases("pip").find((release) => runsOn(release, home.version));
  const isSilent =
    has(options, "disable-pip-version-check") || io.env.get("PIP_DISABLE_PIP_VERSION_CHECK") !== undefined;
  if (newest === undefined || isSilent || isQuiet || compareVersions(newest.version, version) <= 0) return;
  yield* io.err.write(
    `\n[notice] A new release of pip is available: ${version} -> ${newest.version}\n[notice] To update, run: pip install --upgrade pip\n`,
  );
}

// ── failing ──

function* explainFailure(context: PipContext, failure: Failure): Routine<number> {
  const { io, index, home } = context;
  yield* io.out.flush();
  if (failure.kind === "conflict") return yield* explainConflict(context, failure.wanted);
  const { requirement } = failure.wanted;
  const releases = index.releases(requirement.key);
  const unfit = releases.filter((release) => !runsOn(release, home.version)).toReversed();
  if (unfit.length > 0) {
    const list = unfit.map(({ version, python }) => `${version} Requires-Python ${python.replaceAll(" ", "")}`);
    yield* io.err.write(
      `ERROR: Ignored the following versions that require a different python version: ${list.join("; ")}\n`,
    );
  }
  const versions = index.usable(requirement.key, home.version).map(({ version }) => version);
  const known = versions.length === 0 ? "none" : versions.toReversed().join(", ");
  const text = requirementText(requirement);
  const { from } = failure.wanted;
  const origin = from !== undefined && compareVersions(context.version, "23.1") >= 0 ? `from ${from}) (` : "";
  yield* io.err.write(
    `ERROR: Could not find a version that satisfies the requirement ${text} (${origin}from versions: ${known})\n`,
  );
  yield* io.err.write(`ERROR: No matching distribution found for ${text}\n`);
  return 1;
}

function* explainConflict({ io }: PipContext, wanted: readonly Wanted[]): Routine<number> {
  const subjects = wanted.map((one) =>
    one.by === undefined ? nameOfRequest(one) : `${one.by.name.toLowerCase()}==${one.by.version}`,
  );
  const unique = [...new Set(subjects)];
  yield* io.err.write(
    `ERROR: Cannot install ${listed(unique)} because these package versions have conflicting dependencies.\n`,
  );
  yield* io.out.write("\nThe conflict is caused by:\n");
  for (const one of wanted) {
    const what = requirementText(one.requirement);
    yield* io.out.line(
      one.by === undefined
        ? `    The user requested ${what}`
        : `    ${normalName(one.by.name)} ${one.by.version} depends on ${what}`,
    );
  }
  yield* io.out.write(
    "\nTo fix this you could try to:\n1. loosen the range of package versions you've specified\n2. remove package versions to allow pip to attempt to solve the dependency conflict\n\n",
  );
  yield* io.out.flush();
  yield* io.err.write(
    "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts\n",
  );
  return 1;
}

const nameOfRequest = ({ requirement, from }: Wanted): string => from ?? requirementText(requirement);

// ── saying ──

/** A line on standard output, at once. */
export function* say({ io, options }: Pick<PipContext, "io" | "options">, line: string): Routine<void> {
  if (has(options, "quiet")) return;
  yield* io.out.line(line);
  yield* io.out.flush();
}

function* fail(io: Io, message: string): Routine<never> {
  yield* io.out.flush();
  yield* io.err.write(`ERROR: ${message}\n`);
  throw new AppletExit(1);
}

function* pass(us: number): Routine<void> {
  yield* nanosleep(us).attempt();
}
