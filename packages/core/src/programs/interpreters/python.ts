/**
 * A stand-in for CPython: it runs no Python. It knows where its packages are, runs pip, http.server and venv, and for
 * any other file what the user has registered for it. Without that it ends with 1 and says what to register.
 *
 * @see python(1), https://docs.python.org/3/using/cmdline.html
 */
import { Errno, getcwd, type Program, type Routine, stat } from "../../abi/index.ts";
import { basename, decode, join } from "../../lib/index.ts";
import { AppletExit, attempt, Io, isatty, readFile } from "../../userland/index.ts";
import { exists } from "../files.ts";
import type { PackageIndexes } from "../packages/package-indexes.ts";
import { pip } from "../packages/pip.ts";
import type { ScriptTable } from "../scripts.ts";
import { nothingRegistered } from "./nothing-registered.ts";
import { type PythonHome, pythonHome } from "./python-home.ts";
import { httpServerModule } from "./python-http-server.ts";
import { runApplication } from "./python-servers.ts";
import { makeVenv } from "./python-venv.ts";

export interface PythonOptions {
  /** "3.9.21" */
  readonly version: string;
  readonly scripts: ScriptTable;
  readonly packages: PackageIndexes;
}

/** What a running Python knows. */
interface Python extends PythonOptions {
  readonly io: Io;
  readonly home: PythonHome;
}

export function makePython(options: PythonOptions): Program {
  return function* (argv, env) {
    const io = new Io(basename(argv[0] ?? "python"), argv, env);
    const home = yield* pythonHome(argv[0] ?? "python", env, options.version);
    let code: number;
    try {
      code = yield* main({ ...options, io, home });
    } catch (ending) {
      if (!(ending instanceof AppletExit)) throw ending;
      code = ending.code;
    }
    yield* io.out.flush();
    return code;
  };
}

/** Options that take a value, besides -c and -m. */
const WITH_VALUE: ReadonlySet<string> = new Set(["W", "X", "Q"]);

function* main(python: Python): Routine<number> {
  const { io, version } = python;
  const words = io.argv.slice(1);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--version" || word === "-V" || word === "-VV") {
      yield* io.out.line(`Python ${version}`);
      return 0;
    }
    if (word === "--help" || word === "-h") return yield* help(python);
    if (word === "-") return yield* runInput(python, words);
    if (word === "--" || !word.startsWith("-")) {
      const path = word === "--" ? (words.shift() ?? "") : word;
      return yield* runFile(python, path, words);
    }
    const letters = /^-([bBdEhiIOPqsSuvVx?]*)([cmWXQ]?)(.*)$/s.exec(word);
    const [, , letter = "", attached = ""] = letters ?? [];
    if (letters === null || (letter === "" && attached !== "")) return yield* unknownOption(io, word);
    if (letter === "") continue;
    const value = attached === "" ? words.shift() : attached;
    if (value === undefined) {
      yield* io.err.write(`Argument expected for the -${letter} option\n`);
      return yield* usage(io);
    }
    if (WITH_VALUE.has(letter)) continue;
    return letter === "c" ? yield* runCode(python, value, words) : yield* runModule(python, value, words);
  }
  return yield* runInput(python, []);
}

function* help({ io }: Python): Routine<number> {
  yield* io.out.write(
    `usage: ${io.argv[0]} [option] ... [-c cmd | -m mod | file | -] [arg] ...\nThis is a stand-in for CPython: it runs what was registered for a file, and no Python code.\n`,
  );
  return 0;
}

function* unknownOption(io: Io, word: string): Routine<number> {
  yield* io.err.write(word.startsWith("--") ? `unknown option ${word}\n` : `Unknown option: ${word.slice(0, 2)}\n`);
  return yield* usage(io);
}

function* usage(io: Io): Routine<number> {
  yield* io.err.write(
    `usage: ${io.argv[0]} [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry \`python -h' for more information.\n`,
  );
  return 2;
}

/** `python app.py`, or a command that a package has installed. */
function* runFile(python: Python, path: string, words: readonly string[]): Routine<number> {
  const { io, scripts } = python;
  const found = yield* stat(path).attempt();
  const absolute = path.startsWith("/") ? path : join(yield* getcwd(), path);
  if (found instanceof Errno) {
    yield* io.err.write(`${io.argv[0]}: can't open file '${absolute}': [Errno ${found.errno}] ${found.message}\n`);
    return 2;
  }
  if (found.type === "dir") {
    const main = join(absolute, "__main__.py");
    if (yield* exists(main)) return yield* runFile(python, main, words);
    yield* io.err.write(`${io.argv[0]}: can't find '__main__' module in '${absolute}'\n`);
    return 1;
  }
  const program = scripts.find(absolute);
  if (program !== undefined) return yield* program([path, ...words], io.env);
  const text = yield* attempt(readFile(path));
  if (text instanceof Errno) {
    yield* io.err.write(`${io.argv[0]}: can't open file '${absolute}': [Errno ${text.errno}] ${text.message}\n`);
    return 2;
  }
  const entry = /^#!.*python[\s\S]*^from ([\w.]+) import \w+$/m.exec(decode(text.subarray(0, 1024)));
  const module = entry?.[1];
  if (module !== undefined) return yield* runEntry(python, path, module, words);
  return yield* nothingRegistered(io, basename(path));
}

/** The command of a package: what it would import must be there. */
function* runEntry(python: Python, path: string, module: string, words: readonly string[]): Routine<number> {
  const { io, home, scripts } = python;
  const [top = ""] = module.split(".");
  if (!(yield* isImportable(home, top))) {
    yield* io.err.write(
      `Traceback (most recent call last):\n  File "${path}", line 5, in <module>\n    from ${module} import main\nModuleNotFoundError: No module named '${top}'\n`,
    );
    return 1;
  }
  const own = new Io(basename(path), [path, ...words], io.env);
  const code = yield* builtIn(python, own, top);
  if (code !== undefined) return code;
  const name = basename(path);
  const program = scripts.find(name);
  if (program !== undefined) return yield* program([path, ...words], io.env);
  return yield* nothingRegistered(io, name);
}

/** `python -m NAME`. */
function* runModule(python: Python, name: string, words: readonly string[]): Routine<number> {
  const { io, home, scripts } = python;
  const program = scripts.find(`-m ${name}`);
  if (program !== undefined) return yield* program([name, ...words], io.env);
  const own = new Io(name, [name, ...words], io.env);
  if (name === "http.server") return yield* httpServerModule(own, home);
  if (name === "venv") return yield* makeVenv(own, home);
  if (name === "ensurepip") return 0;
  const [top = ""] = name.split(".");
  if (yield* isImportable(home, top)) {
    const code = yield* builtIn(python, own, top);
    return code ?? (yield* nothingRegistered(io, `-m ${name}`));
  }
  for (const file of [`${name.replaceAll(".", "/")}.py`, `${name.replaceAll(".", "/")}/__main__.py`]) {
    if (yield* exists(file)) return yield* runFile(python, file, words);
  }
  yield* io.err.write(`${home.executable}: No module named ${name}\n`);
  return 1;
}

/** Modules that do something here. `undefined` for all others. */
function* builtIn({ home, packages, scripts }: Python, io: Io, module: string): Routine<number | undefined> {
  if (module === "pip") {
    const code = yield* pip(io, home, packages.python);
    yield* io.out.flush();
    return code;
  }
  return yield* runApplication(io, module, scripts);
}

function* isImportable({ path }: PythonHome, module: string): Routine<boolean> {
  for (const directory of path) {
    for (const name of [module, `${module}.py`]) if (yield* exists(join(directory, name))) return true;
  }
  return false;
}

function* runCode({ io, scripts }: Python, code: string, words: readonly string[]): Routine<number> {
  const program = scripts.find("-c");
  if (program !== undefined) return yield* program(["-c", code, ...words], io.env);
  return yield* nothingRegistered(io, "-c");
}

/** A program on standard input: an empty one does nothing, and does it well. */
function* runInput(python: Python, words: readonly string[]): Routine<number> {
  const { io, scripts, version } = python;
  const program = scripts.find("-");
  if (program !== undefined) return yield* program(["-", ...words], io.env);
  if (yield* isatty(0)) {
    yield* io.out.write(
      `Python ${version} (a stand-in that runs no Python code) on linux\nType "help", "copyright", "credits" or "license" for more information.\n>>> `,
    );
    yield* io.out.flush();
  }
  for (let line = yield* io.in.latin1Line(); line !== undefined; line = yield* io.in.latin1Line()) {
    if (/^\s*(exit|quit)\(\)\s*$/.test(line)) return 0;
    if (line.trim() !== "") return yield* nothingRegistered(io, "-");
  }
  return 0;
}
