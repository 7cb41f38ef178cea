/**
 * apk: Alpine's package manager, on the world's own repository.
 *
 * What is installed is in /lib/apk/db/installed, what was asked for in /etc/apk/world.
 *
 * @see apk(8), apk-world(5)
 */
import { Errno, getresuid, nanosleep, type Program, type Routine } from "../../abi/index.ts";
import { ownValue } from "../../lib/index.ts";
import { attempt, Io, readText } from "../../userland/index.ts";
import { listDirectory, putFile, removeTree } from "../files.ts";
import type { AlpineIndex, AlpinePackage } from "./alpine-index.ts";
import { programFile } from "./installed-program.ts";
import type { PackageIndexes } from "./package-indexes.ts";

/** apk's database of what is installed. */
export const APK_INSTALLED = "/lib/apk/db/installed";
const WORLD = "/etc/apk/world";
const CACHE = "/var/cache/apk";

/** One package of the database. */
interface Installed {
  readonly name: string;
  readonly version: string;
  readonly kib: number;
  readonly depends: readonly string[];
  readonly files: readonly string[];
}

interface Apk {
  readonly io: Io;
  readonly index: AlpineIndex;
  readonly operands: readonly string[];
  readonly options: ReadonlyMap<string, string>;
}

export function makeApk(packages: PackageIndexes): Program {
  return function* (argv, env) {
    const io = new Io("apk", argv, env);
    const code = yield* main(io, packages.alpine);
    yield* io.out.flush();
    return code;
  };
}

const WITH_VALUE =
  /^(-t|--virtual|-X|--repository|-p|--root|--arch|--cache-dir|--cache-max-age|--wait|--repositories-file)$/;

function* main(io: Io, index: AlpineIndex): Routine<number> {
  const options = new Map<string, string>();
  const words: string[] = [];
  const rest = io.argv.slice(1);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [name = "", value] = word.split("=");
    if (!word.startsWith("-") || word === "-") words.push(word);
    else if (word.startsWith("--") && value !== undefined) options.set(name, value);
    else options.set(word, WITH_VALUE.test(word) ? (rest.shift() ?? "") : "");
  }
  const [command, ...operands] = words;
  if (options.has("--version") || options.has("-V")) {
    yield* io.out.line("apk-tools 2.14.6, compiled for x86_64.");
    return 0;
  }
  const run = command === undefined ? undefined : ownValue(COMMANDS, command);
  if (run === undefined) {
    yield* io.out.write(
      "apk-tools 2.14.6, compiled for x86_64.\n\nusage: apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]\n",
    );
    if (command !== undefined) yield* io.err.write(`ERROR: '${command}' is not an apk command. See 'apk --help'.\n`);
    return 1;
  }
  return yield* run({ io, index, operands, options });
}

type Command = (apk: Apk) => Routine<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  add,
  del: remove,
  update,
  upgrade: function* (apk) {
    const { io, options } = apk;
    yield* fetchIndexes(apk);
    if (!isQuiet(options)) yield* io.out.line(summary(yield* readInstalled()));
    return 0;
  },
  info,
  search,
  version: info,
  cache: function* () {
    return 0;
  },
  fix: function* () {
    return 0;
  },
};

const isQuiet = (options: ReadonlyMap<string, string>): boolean => options.has("-q") || options.has("--quiet");
const isUncached = (options: ReadonlyMap<string, string>): boolean => options.has("--no-cache");

function* mustBeRoot(io: Io): Routine<boolean> {
  if ((yield* getresuid()).effective === 0) return true;
  yield* io.err.write(
    "ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied\n",
  );
  return false;
}

/** "v3.21" */
function* release(): Routine<string> {
  const text = yield* attempt(readText("/etc/alpine-release"));
  return text instanceof Errno ? "v3.21" : `v${text.split(".").slice(0, 2).join(".")}`;
}

const REPOSITORIES = ["main", "community"] as const;

function* fetchIndexes({ io, options }: Apk): Routine<void> {
  const version = yield* release();
  for (const repository of REPOSITORIES) {
    if (!isQuiet(options)) {
      yield* io.out.line(`fetch https://dl-cdn.alpinelinux.org/alpine/${version}/${repository}/x86_64/APKINDEX.tar.gz`);
      yield* io.out.flush();
    }
    yield* nanosleep(150_000).attempt();
    if (!isUncached(options)) yield* putFile(`${CACHE}/APKINDEX.${repository}.tar.gz`, "");
  }
}

function* update(apk: Apk): Routine<number> {
  const { io, index, options } = apk;
  if (!(yield* mustBeRoot(io))) return 99;
  yield* fetchIndexes(apk);
  const version = yield* release();
  if (isQuiet(options)) return 0;
  for (const repository of REPOSITORIES) {
    yield* io.out.line(`${version}.3 [https://dl-cdn.alpinelinux.org/alpine/${version}/${repository}]`);
  }
  yield* io.out.line(`OK: ${index.all().length} distinct packages available`);
  return 0;
}

/** The repositories are known if they were fetched, or are fetched for this once. */
function* knowsIndexes({ options }: Apk): Routine<boolean> {
  const cached = (yield* listDirectory(CACHE)).some((name) => name.startsWith("APKINDEX."));
  return cached || isUncached(options) || options.has("-U") || options.has("--update-cache");
}

// ── add ──

function* add(apk: Apk): Routine<number> {
  const { io, index, operands, options } = apk;
  if (!(yield* mustBeRoot(io))) return 99;
  const knows = yield* knowsIndexes(apk);
  if (knows && !(yield* isCachedAlready(options))) yield* fetchIndexes(apk);
  else if (!knows) yield* warnOfMissingIndexes(io);
  const installed = yield* readInstalled();
  const missing: string[] = [];
  const wanted: AlpinePackage[] = [];
  for (const operand of operands) {
    const name = operand.replace(/[<>=~].*$/, "").replace(/@.*$/, "");
    const found = knows ? index.get(name) : undefined;
    if (installed.has(name)) continue;
    if (found === undefined) missing.push(name);
    else wanted.push(found);
  }
  if (missing.length > 0) {
    yield* io.out.flush();
    yield* io.err.write("ERROR: unable to select packages:\n");
    for (const name of missing) {
      yield* io.err.write(`  ${name} (no such package):\n    required by: world[${name}]\n`);
    }
    return missing.length;
  }
  const all = withDependencies(index, wanted, installed);
  const virtual = options.get("-t") ?? options.get("--virtual");
  const group: readonly AlpinePackage[] =
    virtual === undefined
      ? []
      : [{ name: virtual, version: "20250101.000000", kib: 0, depends: operands, programs: [] }];
  yield* installAll(apk, [...all, ...group], installed);
  yield* addToWorld(virtual === undefined ? operands : [virtual]);
  if (!isQuiet(options)) yield* io.out.line(summary(installed));
  return 0;
}

function* isCachedAlready(options: ReadonlyMap<string, string>): Routine<boolean> {
  const renews = isUncached(options) || options.has("-U") || options.has("--update-cache");
  return !renews && (yield* listDirectory(CACHE)).length > 0;
}

function* warnOfMissingIndexes(io: Io): Routine<void> {
  const version = yield* release();
  for (const repository of REPOSITORIES) {
    yield* io.err.write(
      `WARNING: opening from cache https://dl-cdn.alpinelinux.org/alpine/${version}/${repository}: No such file or directory\n`,
    );
  }
}

function withDependencies(
  index: AlpineIndex,
  wanted: readonly AlpinePackage[],
  installed: ReadonlyMap<string, Installed>,
): readonly AlpinePackage[] {
  const ordered: AlpinePackage[] = [];
  const seen = new Set(installed.keys());
  const visit = (one: AlpinePackage): void => {
    if (seen.has(one.name)) return;
    seen.add(one.name);
    for (const name of one.depends) {
      const needed = index.get(name);
      if (needed !== undefined) visit(needed);
    }
    ordered.push(one);
  };
  for (const one of wanted) visit(one);
  return ordered;
}

function* installAll(apk: Apk, packages: readonly AlpinePackage[], installed: Map<string, Installed>): Routine<void> {
  const { io, options } = apk;
  const width = String(packages.length).length;
  for (const [number, one] of packages.entries()) {
    if (!isQuiet(options)) {
      const place = `(${String(number + 1).padStart(width)}/${packages.length})`;
      yield* io.out.line(`${place} Installing ${one.name} (${one.version})`);
      yield* io.out.flush();
    }
    yield* nanosleep(5_000 + one.kib * 5).attempt();
    const files: string[] = [];
    for (const path of one.programs) {
      yield* putFile(path, programFile(path, { python: "python3.12" }), 0o755);
      files.push(path);
    }
    for (const [path, content] of Object.entries(one.files ?? {})) {
      yield* putFile(path, content);
      files.push(path);
    }
    installed.set(one.name, { ...one, files });
  }
  yield* writeInstalled(installed);
  if (packages.length > 0 && !isQuiet(options)) yield* io.out.line("Executing busybox-1.37.0-r12.trigger");
}

/** "OK: 10 MiB in 20 packages" */
function summary(installed: ReadonlyMap<string, Installed>): string {
  const kib = [...installed.values()].reduce((sum, one) => sum + one.kib, 0);
  return `OK: ${Math.round(kib / 1024)} MiB in ${installed.size} packages`;
}

// ── del and questions ──

function* remove(apk: Apk): Routine<number> {
  const { io, operands, options } = apk;
  if (!(yield* mustBeRoot(io))) return 99;
  const installed = yield* readInstalled();
  const world = (yield* readWorld()).filter((name) => !operands.includes(name));
  const needed = new Set<string>();
  const keep = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const one of installed.get(name)?.depends ?? []) keep(one);
  };
  for (const name of world) keep(name);
  for (const { name, isBase } of yield* baseNames(installed)) if (isBase) keep(name);
  const stuck = operands.filter((name) => needed.has(name));
  for (const name of stuck) {
    const users = [...installed.values()]
      .filter(({ depends }) => depends.includes(name))
      .map((one) => `${one.name}-${one.version}`);
    yield* io.out.line(
      `World updated, but the following packages are not removed due to:\n  ${name}: ${users.join(" ")}\n`,
    );
  }
  const victims = [...installed.keys()].filter((name) => !needed.has(name)).reverse();
  const width = String(victims.length).length;
  for (const [number, name] of victims.entries()) {
    const one = installed.get(name);
    for (const path of one?.files ?? []) yield* removeTree(path);
    installed.delete(name);
    if (isQuiet(options)) continue;
    yield* io.out.line(
      `(${String(number + 1).padStart(width)}/${victims.length}) Purging ${name} (${one?.version ?? ""})`,
    );
  }
  yield* writeInstalled(installed);
  yield* putFile(WORLD, world.map((name) => `${name}\n`).join(""));
  if (!isQuiet(options)) {
    if (victims.length > 0) yield* io.out.line("Executing busybox-1.37.0-r12.trigger");
    yield* io.out.line(summary(installed));
  }
  return 0;
}

/** What an image began with has no list of files here: it stays. */
function* baseNames(installed: ReadonlyMap<string, Installed>) {
  return [...installed.values()].map(({ name, files }) => ({ name, isBase: files.includes("base") }));
}

function* info(apk: Apk): Routine<number> {
  const { io, operands, options } = apk;
  const installed = yield* readInstalled();
  if (operands.length === 0) {
    const isLong = options.has("-v") || options.has("-vv");
    for (const { name, version } of [...installed.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      yield* io.out.line(isLong ? `${name}-${version}` : name);
    }
    return 0;
  }
  if (options.has("-e") || options.has("--installed")) {
    const found = operands.filter((name) => installed.has(name));
    for (const name of found) yield* io.out.line(name);
    return found.length === operands.length ? 0 : 1;
  }
  for (const name of operands) {
    const one = installed.get(name);
    if (one === undefined) continue;
    yield* io.out.write(
      `${name}-${one.version} description:\n${name}\n\n${name}-${one.version} installed size:\n${one.kib} KiB\n\n`,
    );
  }
  return 0;
}

function* search(apk: Apk): Routine<number> {
  const { io, index, operands } = apk;
  if (!(yield* knowsIndexes(apk))) yield* warnOfMissingIndexes(io);
  else {
    for (const { name, version } of index.all()) {
      if (operands.length === 0 || operands.some((text) => name.includes(text)))
        yield* io.out.line(`${name}-${version}`);
    }
  }
  return 0;
}

// ── the database ──

function* readInstalled(): Routine<Map<string, Installed>> {
  const text = yield* attempt(readText(APK_INSTALLED));
  const found = new Map<string, Installed>();
  if (text instanceof Errno) return found;
  for (const stanza of text.split(/\n\n+/)) {
    const lines = stanza.split("\n").map((line) => [line[0] ?? "", line.slice(2)] as const);
    const value = (letter: string): string => lines.find(([one]) => one === letter)?.[1] ?? "";
    const name = value("P");
    if (name === "") continue;
    const depends = value("D") === "" ? [] : value("D").split(" ");
    const files = lines.flatMap(([letter, path]) => (letter === "F" ? [path] : []));
    found.set(name, { name, version: value("V"), kib: Number(value("I")) / 1024, depends, files });
  }
  return found;
}

function* writeInstalled(installed: ReadonlyMap<string, Installed>): Routine<void> {
  yield* putFile(APK_INSTALLED, [...installed.values()].map(apkStanza).join("\n"));
}

/** One package's paragraph. Unlike apk's, each F line is a whole path. */
export function apkStanza({ name, version, kib, depends, files }: Installed): string {
  const lines = [`P:${name}`, `V:${version}`, "A:x86_64", `I:${kib * 1024}`];
  if (depends.length > 0) lines.push(`D:${depends.join(" ")}`);
  return `${[...lines, ...files.map((path) => `F:${path}`)].join("\n")}\n`;
}

function* readWorld(): Routine<readonly string[]> {
  const text = yield* attempt(readText(WORLD));
  return text instanceof Errno ? [] : text.split("\n").filter((name) => name !== "");
}

function* addToWorld(names: readonly string[]): Routine<void> {
  const world = new Set([...(yield* readWorld()), ...names]);
  yield* putFile(
    WORLD,
    [...world]
      .sort()
      .map((name) => `${name}\n`)
      .join(""),
  );
}
