/**
 * A stand-in for Node.js: it runs no JavaScript files. It runs npm and npx, and for any other file what the user has
 * registered for it. Without that it ends with 1 and says what to register.
 *
 * @see node(1)
 */
import { Errno, getcwd, type Program, type Routine, readlink, stat } from "../../abi/index.ts";
import { basename, dirname, join } from "../../lib/index.ts";
import { AppletExit, attempt, Io, isatty, readText } from "../../userland/index.ts";
import { npm, npx } from "../packages/npm.ts";
import type { PackageIndexes } from "../packages/package-indexes.ts";
import type { ScriptTable } from "../scripts.ts";
import { nothingRegistered } from "./nothing-registered.ts";

export interface NodeOptions {
  /** "22.12.0" */
  readonly version: string;
  readonly npmVersion: string;
  readonly scripts: ScriptTable;
  readonly packages: PackageIndexes;
}

interface Node extends NodeOptions {
  readonly io: Io;
}

export function makeNode(options: NodeOptions): Program {
  return function* (argv, env) {
    const io = new Io(basename(argv[0] ?? "node"), argv, env);
    let code: number;
    try {
      code = yield* main({ ...options, io });
    } catch (ending) {
      if (!(ending instanceof AppletExit)) throw ending;
      code = ending.code;
    }
    yield* io.out.flush();
    return code;
  };
}

/** npm or npx as an executable of its own: what Alpine's package has. */
export function makeNpm(command: "npm" | "npx", { packages, npmVersion }: NodeOptions): Program {
  return function* (argv, env) {
    const io = new Io(command, argv, env);
    let code: number;
    try {
      const context = { io, index: packages.node, version: npmVersion };
      code = yield* command === "npm" ? npm(context) : npx(context);
    } catch (ending) {
      if (!(ending instanceof AppletExit)) throw ending;
      code = ending.code;
    }
    yield* io.out.flush();
    return code;
  };
}

const WITH_VALUE = /^(-r|--require|--import|--env-file|--loader|--title)$/;
const FLAG =
  /^--(max-old-space-size=.*|inspect.*|enable-source-maps|trace-.*|no-warnings|experimental-.*|unhandled-rejections=.*|watch|harmony|stack-trace-limit=.*|no-deprecation|test|env-file=.*|require=.*|import=.*)$|^-i$/;

function* main(node: Node): Routine<number> {
  const { io, version, scripts } = node;
  const words = io.argv.slice(1);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--version" || word === "-v") {
      yield* io.out.line(`v${version}`);
      return 0;
    }
    if (/^(-e|-p|-pe|--eval|--print)$/.test(word)) {
      const program = scripts.find("-e");
      return program === undefined ? yield* nothingRegistered(io, "-e") : yield* program([word, ...words], io.env);
    }
    if (WITH_VALUE.test(word)) words.shift();
    else if (word === "-" || word === "--") continue;
    else if (!word.startsWith("-")) return yield* runFile(node, word, words);
    else if (!FLAG.test(word)) {
      yield* io.err.write(`${io.argv[0]}: bad option: ${word}\n`);
      return 9;
    }
  }
  return yield* runInput(node);
}

function* runFile(node: Node, path: string, words: readonly string[]): Routine<number> {
  const { io, scripts } = node;
  const absolute = path.startsWith("/") ? path : join(yield* getcwd(), path);
  const file = yield* resolveModule(absolute);
  if (file === undefined) return yield* cannotFind(node, absolute);
  const program = scripts.find(file);
  if (program !== undefined) return yield* program([file, ...words], io.env);
  const target = yield* followed(file);
  const own = new Io(basename(file), [file, ...words], io.env);
  const context = { io: own, index: node.packages.node, version: node.npmVersion };
  if (!/\/npm\/bin\/np[mx]-cli\.js$/.test(target)) return yield* nothingRegistered(io, basename(file));
  const code = yield* target.endsWith("npm-cli.js") ? npm(context) : npx(context);
  yield* own.out.flush();
  return code;
}

/** The file that a path means: itself, with .js, or the main file of a directory. */
function* resolveModule(path: string): Routine<string | undefined> {
  for (const candidate of [path, `${path}.js`, `${path}.mjs`, `${path}.cjs`]) {
    const found = yield* stat(candidate).attempt();
    if (!(found instanceof Errno) && found.type === "file") return candidate;
  }
  const found = yield* stat(path).attempt();
  if (found instanceof Errno || found.type !== "dir") return undefined;
  const text = yield* attempt(readText(join(path, "package.json")));
  const main = text instanceof Errno ? undefined : /"main"\s*:\s*"([^"]*)"/.exec(text)?.[1];
  for (const name of [...(main === undefined ? [] : [main, `${main}.js`]), "index.js"]) {
    const file = yield* stat(join(path, name)).attempt();
    if (!(file instanceof Errno) && file.type === "file") return join(path, name);
  }
  return undefined;
}

function* followed(path: string): Routine<string> {
  let at = path;
  for (let hops = 0; hops < 8; hops++) {
    const target = yield* readlink(at).attempt();
    if (target instanceof Errno) return at;
    at = target.startsWith("/") ? target : join(dirname(at), target);
  }
  return at;
}

function* cannotFind({ io, version }: Node, path: string): Routine<number> {
  yield* io.err.write(
    `node:internal/modules/cjs/loader:1228\n  throw err;\n  ^\n\nError: Cannot find module '${path}'\n` +
      "    at node:internal/main/run_main_module:36:49 {\n  code: 'MODULE_NOT_FOUND',\n  requireStack: []\n}\n\n" +
      `Node.js v${version}\n`,
  );
  return 1;
}

/** A program on standard input: an empty one does nothing. */
function* runInput({ io, version }: Node): Routine<number> {
  if (yield* isatty(0)) {
    yield* io.out.write(`Welcome to Node.js v${version} (a stand-in that runs no JavaScript).\n> `);
    yield* io.out.flush();
  }
  for (let line = yield* io.in.latin1Line(); line !== undefined; line = yield* io.in.latin1Line()) {
    if (line === ".exit") return 0;
    if (line.trim() !== "") return yield* nothingRegistered(io, "-");
  }
  return 0;
}
