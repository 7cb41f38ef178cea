/** depmod: which kernel module needs which others, written down for modprobe. @see depmod(8) */
import { Errno, lstat, O_CREAT, O_TRUNC, O_WRONLY, type Routine, uname } from "../../../abi/index.ts";
import { basename, encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { namesIn } from "../../directory.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { chdirOrDie, openOrDie } from "../../or-die.ts";
import { isModuleFile, moduleFields, moduleName } from "./module-file.ts";

interface Module {
  /** As it is written down: below the directory of modules. */
  readonly path: string;
  readonly name: string;
  readonly needs: readonly string[];
  readonly aliases: readonly string[];
}

export const depmod: Applet = function* (io) {
  const options = yield* getopt(io, "aAb:eF:nruqC:");
  const paths = [...options.operands];
  yield* chdirOrDie(io, options.value("b") ?? "/");
  const release = /^\d+\.\d+\.\d+/.test(paths[0] ?? "") ? (paths.shift() ?? "") : (yield* uname()).release;
  yield* chdirOrDie(io, `lib/modules/${release}`);
  const modules = paths.length > 0 ? yield* namedModules(io, paths) : yield* modulesBelow(io, ".");
  const files: readonly (readonly [string, string])[] = [
    ["modules.dep", modules.map((module) => dependencyLine(module, modules)).join("")],
    [
      "modules.alias",
      modules.flatMap(({ name, aliases }) => aliases.map((alias) => `alias ${alias} ${name}\n`)).join(""),
    ],
    // What a module exports is in its table of symbols, which no file here has.
    ["modules.symbols", ""],
  ];
  for (const [name, text] of files) {
    if (options.has("n")) yield* io.out.write(text);
    else yield* writeAll(yield* openOrDie(io, name, O_WRONLY | O_CREAT | O_TRUNC, 0o666), encode(text));
  }
  return 0;
};

/** Needs of needs count, too; each module comes once, behind all that need it. */
function dependencyLine(module: Module, all: readonly Module[]): string {
  const seen = new Set([module]);
  const found: Module[] = [];
  const visit = (one: Module): void => {
    for (const name of [...one.needs].reverse()) {
      const needed = all.find((other) => other.name === name);
      if (needed === undefined || seen.has(needed)) continue;
      seen.add(needed);
      visit(needed);
      found.unshift(needed);
    }
  };
  visit(module);
  return `${module.path}:${found.map(({ path }) => ` ${path}`).join("")}\n`;
}

function* namedModules(io: Io, paths: readonly string[]): Routine<readonly Module[]> {
  const modules: Module[] = [];
  for (const path of paths) {
    const status = yield* attempt(lstat(path));
    if (status instanceof Errno) yield* io.perror(path, status);
    // Of a path on the command line its last part is written down.
    else if (isModuleFile(path)) modules.push(yield* readModule(path, basename(path)));
  }
  return modules;
}

function* modulesBelow(io: Io, directory: string): Routine<readonly Module[]> {
  const names = yield* attempt(namesIn(directory));
  if (names instanceof Errno) {
    yield* io.perror(`can't open '${directory}'`, names);
    return [];
  }
  const modules: Module[] = [];
  for (const name of names) {
    const path = `${directory}/${name}`;
    const status = yield* attempt(lstat(path));
    if (status instanceof Errno) continue;
    if (status.type === "dir") modules.push(...(yield* modulesBelow(io, path)));
    else if (isModuleFile(path)) modules.push(yield* readModule(path, path.slice("./".length)));
  }
  return modules;
}

function* readModule(file: string, path: string): Routine<Module> {
  const fields = (yield* moduleFields(file)) ?? [];
  const all = (key: string): readonly string[] => fields.flatMap(([name, value]) => (name === key ? [value] : []));
  const needs = all("depends").flatMap((text) => text.split(",").filter((name) => name !== ""));
  return {
    path,
    name: moduleName(path),
    needs: needs.map((name) => name.replaceAll("-", "_")),
    aliases: all("alias"),
  };
}
