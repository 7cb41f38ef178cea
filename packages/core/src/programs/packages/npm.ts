/**
 * npm, as a script of the Node.js stand-in: it installs from the world's own registry, and runs a package's scripts.
 *
 * @see https://docs.npmjs.com/cli/
 */
import { clock_gettime, Errno, getcwd, nanosleep, type Routine, symlink } from "../../abi/index.ts";
import { basename, dirname, join, ownValue, sortKeys } from "../../lib/index.ts";
import { AppletExit, attempt, civilOf, type Io, readText, runProgram, strftime } from "../../userland/index.ts";
import { listDirectory, putFile, removeTree } from "../files.ts";
import type { NodeIndex } from "./node-index.ts";
import { NoSuchPackage, planTree, type Tree } from "./npm-tree.ts";

/** The world's own: nothing is fetched from it, and RFC 2606 keeps its name free. */
const REGISTRY = "https://registry.npm.example";

export interface NpmContext {
  readonly io: Io;
  readonly index: NodeIndex;
  /** npm's own version. */
  readonly version: string;
}

interface Npm extends NpmContext {
  readonly directory: string;
  readonly operands: readonly string[];
  readonly options: readonly string[];
}

/** What a package.json is to npm. */
interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export function* npm(context: NpmContext): Routine<number> {
  const { io, version } = context;
  const words = io.argv.slice(1);
  const stop = words.indexOf("--");
  const own = stop < 0 ? words : words.slice(0, stop);
  const options = own.filter((word) => word.startsWith("-"));
  const [command, ...operands] = own.filter((word) => !word.startsWith("-"));
  if (options.some((one) => one === "--version" || one === "-v")) {
    yield* io.out.line(version);
    return 0;
  }
  const run = command === undefined ? undefined : ownValue(COMMANDS, command);
  if (command === undefined) {
    yield* io.out.write("npm <command>\n\nUsage:\n\nnpm install        install all the dependencies in your project\n");
    return 1;
  }
  if (run === undefined) {
    yield* io.out.write(`Unknown command: "${command}"\n\nTo see a list of supported npm commands, run:\n  npm help\n`);
    return 1;
  }
  const prefix = options.findIndex((one) => one.startsWith("--prefix="));
  const directory = prefix < 0 ? yield* getcwd() : (options[prefix] ?? "").slice("--prefix=".length);
  const rest = stop < 0 ? [] : words.slice(stop + 1);
  const takesRest = command.startsWith("run") || command === "start" || command === "test" || command === "t";
  return yield* run({ ...context, directory, operands: takesRest ? [...operands, ...rest] : operands, options });
}

type Command = (npm: Npm) => Routine<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  install,
  i: install,
  add: install,
  ci: cleanInstall,
  uninstall,
  remove: uninstall,
  rm: uninstall,
  run: runScript,
  "run-script": runScript,
  start: (one) => runNamed(one, "start", one.operands),
  test: (one) => runNamed(one, "test", one.operands),
  t: (one) => runNamed(one, "test", one.operands),
  build: (one) => runNamed(one, "build", one.operands),
  init,
  ls: list,
  list,
  cache: nothing,
  config: nothing,
  set: nothing,
  audit: function* ({ io }) {
    yield* io.out.line("found 0 vulnerabilities");
    return 0;
  },
  prune: nothing,
};

function* nothing(): Routine<number> {
  return 0;
}

// ── installing ──

function* install(one: Npm): Routine<number> {
  const { directory, operands, options } = one;
  if (options.some((option) => option === "-g" || option === "--global")) return yield* installGlobally(one);
  const manifest = yield* readManifest(one, operands.length > 0);
  const isDev = options.some((option) => /^(-D|--save-dev)$/.test(option));
  const added = yield* wantedOf(one, operands);
  const field = isDev ? "devDependencies" : "dependencies";
  const changed =
    operands.length === 0 ? manifest : { ...manifest, [field]: sortKeys({ ...manifest[field], ...added }) };
  const tree = yield* planOrFail(one, wantedBy(one, changed));
  const before = yield* installedIn(directory);
  yield* writeTree(directory, tree, before);
  if (operands.length > 0 && !options.includes("--no-save")) {
    yield* putFile(join(directory, "package.json"), `${JSON.stringify(changed, undefined, 2)}\n`);
  }
  if (!options.includes("--no-package-lock")) yield* writeLock(directory, changed, tree);
  yield* report(one, tree, before);
  return 0;
}

function* cleanInstall(one: Npm): Routine<number> {
  const { io, directory } = one;
  const manifest = yield* readManifest(one, false);
  const lock = yield* attempt(readText(join(directory, "package-lock.json")));
  if (lock instanceof Errno) {
    yield* complain(io, [
      "code EUSAGE",
      "",
      "The `npm ci` command can only install with an existing package-lock.json or",
      "npm-shrinkwrap.json with lockfileVersion >= 1. Run an install with npm@5 or",
      "later to generate a package-lock.json file, then try again.",
    ]);
    return 1;
  }
  const tree = yield* planOrFail(one, wantedBy(one, manifest));
  yield* removeTree(join(directory, "node_modules"));
  yield* writeTree(directory, tree, new Set());
  yield* report(one, tree, new Set());
  return 0;
}

function* uninstall(one: Npm): Routine<number> {
  const { directory, operands } = one;
  const manifest = yield* readManifest(one, true);
  const without = (record: Readonly<Record<string, string>> | undefined) =>
    Object.fromEntries(Object.entries(record ?? {}).filter(([name]) => !operands.includes(name)));
  const changed = {
    ...manifest,
    dependencies: without(manifest.dependencies),
    devDependencies: without(manifest.devDependencies),
  };
  const tree = yield* planOrFail(one, wantedBy(one, changed));
  const before = yield* installedIn(directory);
  for (const place of before) if (!tree.has(place)) yield* removeTree(join(directory, place));
  yield* putFile(join(directory, "package.json"), `${JSON.stringify(changed, undefined, 2)}\n`);
  yield* writeLock(directory, changed, tree);
  yield* report(one, tree, before);
  return 0;
}

function* installGlobally(one: Npm): Routine<number> {
  const { io, operands } = one;
  const wanted = yield* wantedOf(one, operands);
  const tree = yield* planOrFail(one, wanted);
  const before = yield* installedIn("/usr/local/lib");
  yield* writeTree("/usr/local/lib", tree, before);
  for (const [place, { bin }] of tree) {
    if (place.split("node_modules/").length > 2) continue;
    for (const [name, file] of Object.entries(bin)) {
      yield* removeTree(`/usr/local/bin/${name}`);
      yield* symlink(join("../lib", place, file), `/usr/local/bin/${name}`).attempt();
    }
  }
  yield* io.out.line(`\nadded ${count(tree.size, "package")} in 1s`);
  return 0;
}

function* readManifest(one: Npm, mayMiss: boolean): Routine<Manifest> {
  const path = join(one.directory, "package.json");
  const text = yield* attempt(readText(path));
  if (text instanceof Errno) {
    if (mayMiss) return {};
    yield* complain(one.io, [
      "code ENOENT",
      "syscall open",
      `path ${path}`,
      "errno -2",
      `enoent Could not read package.json: Error: ENOENT: no such file or directory, open '${path}'`,
      "enoent This is related to npm not being able to find a file.",
      "enoent",
    ]);
    throw new AppletExit(254);
  }
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    yield* complain(one.io, [
      "code EJSONPARSE",
      `JSON.parse Invalid package.json: JSONParseError: the file is no JSON`,
      "JSON.parse Failed to parse JSON data.",
      "JSON.parse Note: package.json must be actual JSON, not just JavaScript.",
    ]);
    throw new AppletExit(1);
  }
}

function wantedBy({ io, options }: Npm, { dependencies, devDependencies }: Manifest): Readonly<Record<string, string>> {
  const leavesOut = options.some((one) => /^--(omit=dev|only=prod(uction)?|production)$/.test(one));
  const isProduction = io.env.get("NODE_ENV") === "production" || leavesOut;
  return { ...dependencies, ...(isProduction ? {} : devDependencies) };
}

/** "express@4", "@scope/name" as package.json says them: "express": "^4.22.1". */
function* wantedOf(one: Npm, operands: readonly string[]): Routine<Readonly<Record<string, string>>> {
  const wanted: Record<string, string> = {};
  for (const operand of operands) {
    const at = operand.indexOf("@", 1);
    const name = at < 0 ? operand : operand.slice(0, at);
    const range = at < 0 ? "latest" : operand.slice(at + 1);
    const release = one.index.find(name, range);
    if (release === undefined)
      return yield* missing(one, new NoSuchPackage(name, range, one.index.has(name) ? "version" : "name"));
    wanted[name] = `^${release.version}`;
  }
  return wanted;
}

function* planOrFail(one: Npm, wanted: Readonly<Record<string, string>>): Routine<Tree> {
  try {
    return planTree(one.index, wanted);
  } catch (error) {
    if (!(error instanceof NoSuchPackage)) throw error;
    return yield* missing(one, error);
  }
}

function* missing({ io }: Npm, { name, range, kind }: NoSuchPackage): Routine<never> {
  const spec = `${name}@${range === "latest" ? "*" : range}`;
  if (kind === "version") {
    yield* complain(io, [
      "code ETARGET",
      `notarget No matching version found for ${spec}.`,
      "notarget In most cases you or one of your dependencies are requesting",
      "notarget a package version that doesn't exist.",
    ]);
  } else {
    yield* complain(io, [
      "code E404",
      `404 Not Found - GET ${REGISTRY}/${name.replace("/", "%2f")} - Not found`,
      "404",
      `404  '${spec}' is not in this registry.`,
      "404",
      "404 Note that you can also install from a",
      "404 tarball, folder, http url, or git url.",
    ]);
  }
  throw new AppletExit(1);
}

/** Error lines, and where the log would be. */
function* complain(io: Io, lines: readonly string[]): Routine<void> {
  yield* io.out.flush();
  for (const line of lines) yield* io.err.write(`npm error ${line}`.trimEnd().concat("\n"));
  const time = strftime("%Y-%m-%dT%H_%M_%S", civilOf(yield* clock_gettime()));
  const home = io.env.get("HOME") ?? "/root";
  yield* io.err.write(
    `npm error A complete log of this run can be found in: ${home}/.npm/_logs/${time}_000Z-debug-0.log\n`,
  );
}

/** Directories of packages that are there, relative to `directory`, those below others too. */
function* installedIn(directory: string, below = ""): Routine<ReadonlySet<string>> {
  const found = new Set<string>();
  const modules = join(below, "node_modules");
  for (const name of yield* listDirectory(join(directory, modules))) {
    if (name.startsWith(".")) continue;
    const names = name.startsWith("@") ? yield* listDirectory(join(directory, modules, name)) : [""];
    for (const one of names) {
      const place = join(modules, name, one);
      found.add(place);
      for (const nested of yield* installedIn(directory, place)) found.add(nested);
    }
  }
  return found;
}

const MS_PER_PACKAGE = 15;

function* writeTree(directory: string, tree: Tree, before: ReadonlySet<string>): Routine<void> {
  for (const [place, release] of tree) {
    if (before.has(place)) continue;
    yield* nanosleep(MS_PER_PACKAGE * 1000).attempt();
    const { name, version, license, dependencies, bin } = release;
    const manifest = { name, version, license, main: "index.js", bin, dependencies };
    const own = join(directory, place);
    yield* putFile(join(own, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
    yield* putFile(join(own, "index.js"), `// ${name} ${version}: a stand-in of the package; it holds no code.\n`);
    for (const [path, content] of Object.entries(release.files ?? {})) yield* putFile(join(own, path), content);
    for (const [command, file] of Object.entries(bin)) {
      yield* putFile(join(own, file), "#!/usr/bin/env node\n// A stand-in of the command.\n", 0o755);
      if (place.split("node_modules/").length > 2) continue;
      yield* putFile(join(directory, "node_modules/.bin/.keep"), "");
      yield* removeTree(join(directory, "node_modules/.bin", command));
      yield* symlink(join("..", name, file), join(directory, "node_modules/.bin", command)).attempt();
    }
  }
  yield* removeTree(join(directory, "node_modules/.bin/.keep"));
}

/** Without where each package came from, as `omit-lockfile-registry-resolved` has it: the lock holds for any registry. */
function* writeLock(directory: string, manifest: Manifest, tree: Tree): Routine<void> {
  const { name = basename(directory), version = "1.0.0", dependencies, devDependencies } = manifest;
  const packages: Record<string, unknown> = { "": { name, version, dependencies, devDependencies } };
  for (const [place, one] of tree) {
    packages[place] = { version: one.version, license: one.license, dependencies: one.dependencies };
  }
  const lock = { name, version, lockfileVersion: 3, requires: true, packages };
  yield* putFile(join(directory, "package-lock.json"), `${JSON.stringify(lock, undefined, 2)}\n`);
}

function* report({ io, options }: Npm, tree: Tree, before: ReadonlySet<string>): Routine<void> {
  if (options.some((one) => one === "--silent" || one === "-s" || one === "--quiet")) return;
  const added = [...tree.keys()].filter((place) => !before.has(place)).length;
  const removed = [...before].filter((place) => !tree.has(place)).length;
  const seconds = Math.max(1, Math.round((added * MS_PER_PACKAGE) / 1000));
  const took = added + removed === 0 ? "300ms" : `${seconds}s`;
  const parts = [
    ...(added > 0 ? [`added ${count(added, "package")}`] : []),
    ...(removed > 0 ? [`removed ${count(removed, "package")}`] : []),
  ];
  const audits = !options.includes("--no-audit");
  const what = parts.length === 0 ? "up to date" : parts.join(", ");
  yield* io.out.line(
    `\n${what}${audits ? `, ${parts.length === 0 ? "" : "and "}audited ${count(tree.size + 1, "package")}` : ""} in ${took}`,
  );
  const funding = [...tree.values()].filter(({ wantsFunding }) => wantsFunding).length;
  if (funding > 0 && !options.includes("--no-fund")) {
    const verb = funding === 1 ? "package is" : "packages are";
    yield* io.out.line(`\n${funding} ${verb} looking for funding\n  run \`npm fund\` for details`);
  }
  if (audits) yield* io.out.line("\nfound 0 vulnerabilities");
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

// ── running ──

function* runScript(one: Npm): Routine<number> {
  const [name, ...words] = one.operands;
  if (name !== undefined) return yield* runNamed(one, name, words);
  const { scripts = {}, name: own = "", version = "" } = yield* readManifest(one, false);
  yield* one.io.out.line(`Scripts available in ${own}@${version} via \`npm run\`:`);
  for (const [script, command] of Object.entries(scripts)) yield* one.io.out.line(`  ${script}\n    ${command}`);
  return 0;
}

function* runNamed(one: Npm, script: string, words: readonly string[]): Routine<number> {
  const { io, directory } = one;
  const manifest = yield* readManifest(one, false);
  const hasServer = script === "start" && (yield* listDirectory(directory)).includes("server.js");
  const command = manifest.scripts?.[script] ?? (hasServer ? "node server.js" : undefined);
  if (command === undefined) {
    if (one.options.includes("--if-present")) return 0;
    yield* complain(io, [`Missing script: "${script}"`, "", "To see a list of scripts, run:", "  npm run"]);
    return 1;
  }
  const path = `${join(directory, "node_modules/.bin")}:${io.env.get("PATH") ?? ""}`;
  const env = new Map(io.env)
    .set("PATH", path)
    .set("npm_lifecycle_event", script)
    .set("npm_package_name", manifest.name ?? "");
  for (const stage of [`pre${script}`, script, `post${script}`]) {
    const text = stage === script ? [command, ...words.map(quoted)].join(" ") : manifest.scripts?.[stage];
    if (text === undefined) continue;
    if (!one.options.some((option) => option === "--silent" || option === "-s")) {
      yield* io.out.write(`\n> ${manifest.name ?? ""}@${manifest.version ?? ""} ${stage}\n> ${text}\n\n`);
    }
    yield* io.out.flush();
    const code = yield* runProgram(io, ["/bin/sh", "-c", text], env);
    if (code !== 0) return code;
  }
  return 0;
}

const quoted = (word: string): string => (/^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

function* init({ io, directory }: Npm): Routine<number> {
  const manifest = {
    name: basename(directory) === "/" ? "app" : basename(directory),
    version: "1.0.0",
    description: "",
    main: "index.js",
    scripts: { test: 'echo "Error: no test specified" && exit 1' },
    keywords: [],
    author: "",
    license: "ISC",
  };
  const text = JSON.stringify(manifest, undefined, 2);
  yield* putFile(join(directory, "package.json"), `${text}\n`);
  yield* io.out.line(`Wrote to ${join(directory, "package.json")}:\n\n${text}\n\n`);
  return 0;
}

function* list(one: Npm): Routine<number> {
  const { io, directory, index } = one;
  const manifest = yield* readManifest(one, true);
  const installed = yield* installedIn(directory);
  const top = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).sort();
  yield* io.out.line(`${manifest.name ?? basename(directory)}@${manifest.version ?? ""} ${directory}`);
  const there = top.filter((name) => installed.has(`node_modules/${name}`));
  for (const [position, name] of there.entries()) {
    const text = yield* attempt(readText(join(directory, "node_modules", name, "package.json")));
    const version = text instanceof Errno ? index.find(name, "*")?.version : (JSON.parse(text) as Manifest).version;
    yield* io.out.line(`${position === there.length - 1 ? "└──" : "├──"} ${name}@${version ?? ""}`);
  }
  if (there.length === 0) yield* io.out.line("└── (empty)");
  yield* io.out.line("");
  return 0;
}

/** `npx COMMAND`: a command of the project's packages. */
export function* npx({ io }: NpmContext): Routine<number> {
  const words = io.argv
    .slice(1)
    .filter((word, at, all) => !(word.startsWith("-") && all.slice(0, at).every((one) => one.startsWith("-"))));
  const [command] = words;
  if (command === undefined) return 0;
  let directory = yield* getcwd();
  const places: string[] = [];
  for (; ; directory = dirname(directory)) {
    places.push(join(directory, "node_modules/.bin"));
    if (directory === "/") break;
  }
  const env = new Map(io.env).set("PATH", `${places.join(":")}:${io.env.get("PATH") ?? ""}`);
  return yield* runProgram(io, words, env);
}
