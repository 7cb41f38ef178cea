/**
 * apt-get and apt: install, remove, update and their kin, from the world's own archive.
 *
 * @see apt-get(8)
 */
import { Errno, getresuid, nanosleep, type Program, type Routine } from "../../abi/index.ts";
import { basename, ownValue } from "../../lib/index.ts";
import { AppletExit, attempt, Io, isatty } from "../../userland/index.ts";
import { removeTree } from "../files.ts";
import { distribution, hasLists, update } from "./apt-lists.ts";
import { nameLines, sizeText } from "./apt-text.ts";
import { APT_USAGE } from "./apt-usage.ts";
import type { DebianIndex, DebianPackage } from "./debian-index.ts";
import { removePackages, unpackPackages } from "./dpkg-install.ts";
import { type InstalledPackage, readStatus } from "./dpkg-status.ts";
import type { PackageIndexes } from "./package-indexes.ts";

interface Apt {
  readonly io: Io;
  readonly index: DebianIndex;
  readonly operands: readonly string[];
  readonly assumesYes: boolean;
  readonly quiet: number;
  readonly recommends: boolean;
  readonly simulates: boolean;
  readonly fixesMissing: boolean;
}

export function makeAptGet(packages: PackageIndexes): Program {
  return function* (argv, env) {
    const io = new Io(basename(argv[0] ?? "apt-get"), argv, env);
    let code: number;
    try {
      code = yield* main(io, packages.debian);
    } catch (ending) {
      if (!(ending instanceof AppletExit)) throw ending;
      code = ending.code;
    }
    yield* io.out.flush();
    return code;
  };
}

/** apt's exit code for everything that went wrong. */
const FAILED = 100;

function* main(io: Io, index: DebianIndex): Routine<number> {
  const words: string[] = [];
  const options: string[] = [];
  const rest = io.argv.slice(1);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (/^(-o|-c|-t|--option|--target-release|--config-file)$/.test(word))
      options.push(`${word} ${rest.shift() ?? ""}`);
    else if (word.startsWith("-")) options.push(word);
    else words.push(word);
  }
  const unknown = options.find((option) => !KNOWN_OPTION.test(option));
  if (unknown !== undefined) {
    const what = unknown.startsWith("--") ? unknown.split("=", 1)[0] : `'${unknown[1]}' [from ${unknown}]`;
    return yield* failure(io, `Command line option ${what} is not understood in combination with the other options`);
  }
  if (options.includes("--version") || options.includes("-v")) {
    yield* io.out.line("apt 2.6.1 (amd64)");
    return 0;
  }
  const [command, ...operands] = words;
  if (command === undefined || command === "help" || options.some((one) => one === "-h" || one === "--help")) {
    yield* io.out.write(APT_USAGE);
    return command === undefined ? 1 : 0;
  }
  const run = ownValue(COMMANDS, command);
  if (run === undefined) return yield* failure(io, `Invalid operation ${command}`);
  if (io.name === "apt" && !(yield* isatty(1))) {
    yield* io.err.write("\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n");
  }
  const short = options.filter((option) => /^-[a-zA-Z]+$/.test(option)).join("");
  const quiet =
    [...short].filter((letter) => letter === "q").length + options.filter((one) => one === "--quiet").length;
  return yield* run({
    io,
    index,
    operands,
    assumesYes: /y/.test(short) || options.some((one) => /^--(yes|assume-yes)$/.test(one)) || quiet >= 2,
    quiet: options.includes("-q=2") ? 2 : quiet,
    recommends: !options.some(
      (one) => one === "--no-install-recommends" || /APT::Install-Recommends=(0|"?false)/i.test(one),
    ),
    simulates: /s/.test(short) || options.includes("--simulate") || options.includes("--dry-run"),
    fixesMissing: options.includes("--fix-missing") || /m/.test(short),
  });
}

const KNOWN_OPTION =
  /^(-[yqsdmfhuVv]+|-q=\d|-qq|-o .*|-o\S+|-t .*|-c .*|--(yes|assume-yes|quiet|no-install-recommends|install-recommends|simulate|dry-run|fix-missing|fix-broken|purge|auto-remove|autoremove|allow-downgrades|allow-remove-essential|allow-unauthenticated|allow-change-held-packages|reinstall|no-upgrade|only-upgrade|force-yes|download-only|help|version|no-install-suggests|allow-releaseinfo-change|allow-insecure-repositories|option .*|target-release .*|target-release=.*|no-show-progress))$/;

type Command = (apt: Apt) => Routine<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  update: function* ({ io, index, quiet }) {
    yield* mustBeRoot(io, "/var/lib/apt/lists/lock", "lists");
    yield* update(io, index, quiet >= 2);
    return 0;
  },
  install,
  reinstall: install,
  upgrade: (apt) => nothingToUpgrade(apt, true),
  "dist-upgrade": (apt) => nothingToUpgrade(apt, true),
  "full-upgrade": (apt) => nothingToUpgrade(apt, true),
  remove: (apt) => remove(apt, false),
  purge: (apt) => remove(apt, true),
  autoremove: autoremove,
  "auto-remove": autoremove,
  clean,
  autoclean: clean,
  check: (apt) => nothingToUpgrade(apt, false),
  list,
};

function* failure(io: Io, message: string): Routine<number> {
  yield* io.out.flush();
  yield* io.err.write(`E: ${message}\n`);
  return FAILED;
}

function* mustBeRoot(io: Io, lock: string, what: "lists" | "dpkg"): Routine<void> {
  if ((yield* getresuid()).effective === 0) return;
  yield* io.out.flush();
  yield* io.err.write(`E: Could not open lock file ${lock} - open (13: Permission denied)\n`);
  yield* io.err.write(
    what === "lists"
      ? "E: Unable to lock directory /var/lib/apt/lists/\n"
      : "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n",
  );
  throw new AppletExit(FAILED);
}

function* readingLists({ io, quiet }: Apt): Routine<void> {
  if (quiet >= 2) return;
  for (const line of ["Reading package lists...", "Building dependency tree...", "Reading state information..."]) {
    yield* io.out.line(line);
  }
  yield* io.out.flush();
}

// ── install ──

function* install(apt: Apt): Routine<number> {
  const { io, index, operands, quiet } = apt;
  if (!apt.simulates) yield* mustBeRoot(io, "/var/lib/dpkg/lock-frontend", "dpkg");
  const installed = yield* readStatus();
  yield* readingLists(apt);
  const listed = yield* hasLists();
  const wanted: DebianPackage[] = [];
  const errors: string[] = [];
  for (const word of operands) {
    const [name = "", version] = word.replace(/:(amd64|all)$/, "").split("=");
    const found = listed ? index.get(name) : undefined;
    if (installed.has(name) && (version === undefined || version === installed.get(name)?.version)) {
      if (quiet < 2) yield* io.out.line(`${name} is already the newest version (${installed.get(name)?.version}).`);
    } else if (found === undefined) errors.push(`Unable to locate package ${name}`);
    else if (version !== undefined && !matches(found.version, version)) {
      errors.push(`Version '${version}' for '${name}' was not found`);
    } else wanted.push(found);
  }
  yield* io.out.flush();
  if (errors.length > 0) {
    for (const error of errors) yield* failure(io, error);
    return FAILED;
  }
  return yield* installAll(apt, wanted, installed);
}

/** "1.2*" asks for what begins so. */
const matches = (version: string, wanted: string): boolean =>
  wanted.endsWith("*") ? version.startsWith(wanted.slice(0, -1)) : version === wanted;

function* installAll(
  apt: Apt,
  wanted: readonly DebianPackage[],
  installed: Map<string, InstalledPackage>,
): Routine<number> {
  const { io, quiet } = apt;
  const names = new Set(wanted.map(({ name }) => name));
  const all = withDependencies(apt, wanted, installed);
  const sorted = all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const extra = sorted.filter(({ name }) => !names.has(name));
  const bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  if (quiet < 2) {
    if (extra.length > 0) yield* section(io, "The following additional packages will be installed:", extra);
    const left = apt.recommends ? [] : leftOut(apt, all, installed);
    if (left.length > 0) yield* section(io, "Recommended packages:", left);
    if (sorted.length > 0) yield* section(io, "The following NEW packages will be installed:", sorted);
    yield* io.out.line(`0 upgraded, ${all.length} newly installed, 0 to remove and 0 not upgraded.`);
  }
  if (all.length === 0) return 0;
  const size = all.reduce((sum, { installedKib }) => sum + installedKib, 0) * 1024;
  if (quiet < 2) {
    yield* io.out.line(`Need to get ${sizeText(bytes)} of archives.`);
    yield* io.out.line(`After this operation, ${sizeText(size)} of additional disk space will be used.`);
  }
  if (apt.simulates) return yield* simulate(io, all);
  if (!apt.assumesYes && extra.length > 0 && !(yield* confirmed(io))) return 1;
  yield* fetchAll(apt, all, bytes, installed);
  yield* unpackPackages(io, all, installed, names);
  return 0;
}

function* section(io: Io, title: string, packages: readonly DebianPackage[]): Routine<void> {
  yield* io.out.line(title);
  yield* io.out.write(nameLines(packages.map(({ name }) => name)));
}

/** Without somebody who answers, the answer is no. */
function* confirmed(io: Io): Routine<boolean> {
  yield* io.out.write("Do you want to continue? [Y/n] ");
  yield* io.out.flush();
  const line = yield* attempt(io.in.latin1Line());
  if (line !== undefined && !(line instanceof Errno) && (line === "" || /^y/i.test(line))) return true;
  yield* io.out.line("Abort.");
  return false;
}

function* simulate(io: Io, packages: readonly DebianPackage[]): Routine<number> {
  for (const { name, version, architecture } of packages) {
    yield* io.out.line(`Inst ${name} (${version} Debian:12/stable [${architecture}])`);
  }
  for (const { name, version, architecture } of packages) {
    yield* io.out.line(`Conf ${name} (${version} Debian:12/stable [${architecture}])`);
  }
  return 0;
}

/** What has to be installed, what others need first. */
function withDependencies(
  { index, recommends }: Apt,
  wanted: readonly DebianPackage[],
  installed: ReadonlyMap<string, InstalledPackage>,
): readonly DebianPackage[] {
  const ordered: DebianPackage[] = [];
  const seen = new Set<string>();
  const visit = (one: DebianPackage): void => {
    if (seen.has(one.name) || installed.has(one.name)) return;
    seen.add(one.name);
    for (const name of one.depends) visitName(name);
    ordered.push(one);
    if (recommends) for (const name of one.recommends) visitName(name);
  };
  const visitName = (name: string): void => {
    const found = index.get(name);
    if (found !== undefined) visit(found);
  };
  for (const one of wanted) visit(one);
  return ordered;
}

function leftOut(
  { index }: Apt,
  all: readonly DebianPackage[],
  installed: ReadonlyMap<string, InstalledPackage>,
): readonly DebianPackage[] {
  const names = new Set(all.flatMap(({ recommends }) => recommends));
  const chosen = new Set(all.map(({ name }) => name));
  return [...names]
    .filter((name) => !chosen.has(name) && !installed.has(name))
    .toSorted()
    .flatMap((name) => index.get(name) ?? []);
}

function* fetchAll(
  { io, quiet }: Apt,
  packages: readonly DebianPackage[],
  total: number,
  installed: ReadonlyMap<string, InstalledPackage>,
): Routine<void> {
  const { archive, codename } = yield* distribution();
  for (const [number, { name, version, architecture, bytes }] of packages.entries()) {
    if (quiet < 2) {
      const what = `${codename}/main amd64 ${name} ${architecture} ${version}`;
      yield* io.out.line(`Get:${number + 1} ${archive} ${what} [${sizeText(bytes)}]`);
      yield* io.out.flush();
    }
    yield* nanosleep(5_000 + Math.ceil(bytes / 20)).attempt();
  }
  if (!installed.has("apt-utils")) {
    yield* io.out.flush();
    yield* io.err.write("debconf: delaying package configuration, since apt-utils is not installed\n");
  }
  const seconds = Math.floor(total / 20_000_000);
  if (quiet < 2)
    yield* io.out.line(`Fetched ${sizeText(total)} in ${seconds}s (${sizeText(Math.min(total * 10, 20_000_000))}/s)`);
}

// ── remove and the rest ──

function* remove(apt: Apt, purges: boolean): Routine<number> {
  const { io, index, operands } = apt;
  yield* mustBeRoot(io, "/var/lib/dpkg/lock-frontend", "dpkg");
  const installed = yield* readStatus();
  yield* readingLists(apt);
  const victims: string[] = [];
  for (const name of operands) {
    if (installed.has(name)) victims.push(name);
    else if (index.get(name) !== undefined) {
      yield* io.out.line(`Package '${name}' is not installed, so not removed`);
    } else return yield* failure(io, `Unable to locate package ${name}`);
  }
  for (let grew = true; grew; ) {
    const more = [...installed.values()].filter(
      ({ name, depends }) => !victims.includes(name) && depends.some((one) => victims.includes(one)),
    );
    grew = more.length > 0;
    victims.push(...more.map(({ name }) => name));
  }
  return yield* removeAll(apt, victims, installed, purges);
}

function* autoremove(apt: Apt): Routine<number> {
  yield* mustBeRoot(apt.io, "/var/lib/dpkg/lock-frontend", "dpkg");
  const installed = yield* readStatus();
  if (apt.operands.length > 0) return yield* remove(apt, false);
  yield* readingLists(apt);
  return yield* removeAll(apt, orphans(installed), installed, false);
}

/** Automatic packages that nobody needs (any more). */
function orphans(installed: ReadonlyMap<string, InstalledPackage>): readonly string[] {
  const gone = new Set<string>();
  for (let before = -1; before !== gone.size; ) {
    before = gone.size;
    const needed = new Set([...installed.values()].flatMap(({ name, depends }) => (gone.has(name) ? [] : depends)));
    for (const { name, isAuto } of installed.values()) if (isAuto && !needed.has(name)) gone.add(name);
  }
  return [...gone];
}

function* removeAll(
  { io, quiet, assumesYes }: Apt,
  victims: readonly string[],
  installed: Map<string, InstalledPackage>,
  purges: boolean,
): Routine<number> {
  const sorted = victims.toSorted();
  if (quiet < 2) {
    if (sorted.length > 0) {
      yield* io.out.line("The following packages will be REMOVED:");
      yield* io.out.write(nameLines(sorted.map((name) => (purges ? `${name}*` : name))));
    }
    yield* io.out.line(`0 upgraded, 0 newly installed, ${sorted.length} to remove and 0 not upgraded.`);
  }
  if (sorted.length === 0) return 0;
  const kib = sorted.reduce((sum, name) => sum + (installed.get(name)?.installedKib ?? 0), 0);
  if (quiet < 2) yield* io.out.line(`After this operation, ${sizeText(kib * 1024)} disk space will be freed.`);
  if (!assumesYes && !(yield* confirmed(io))) return 1;
  yield* removePackages(io, sorted, installed);
  return 0;
}

function* nothingToUpgrade(apt: Apt, upgrades: boolean): Routine<number> {
  yield* readingLists(apt);
  if (!upgrades || apt.quiet >= 2) return 0;
  yield* apt.io.out.line("Calculating upgrade...");
  yield* apt.io.out.line("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.");
  return 0;
}

function* clean(): Routine<number> {
  yield* removeTree("/var/cache/apt/pkgcache.bin");
  yield* removeTree("/var/cache/apt/srcpkgcache.bin");
  return 0;
}

function* list({ io }: Apt): Routine<number> {
  yield* io.out.line("Listing...");
  for (const { name, version, architecture } of (yield* readStatus()).values()) {
    yield* io.out.line(`${name}/now ${version} ${architecture} [installed,local]`);
  }
  return 0;
}
