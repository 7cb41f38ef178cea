/** tree: directories as a drawing. */
import { Errno, lstat, type Routine, readlink } from "../../../abi/index.ts";
import { byteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { readDirectory } from "../../directory.ts";
import { attempt, type Io } from "../../io.ts";
import { joinPath } from "./paths.ts";

export const tree: Applet = function* (io) {
  const operands = io.argv.slice(1);
  const count = { directories: 0, files: 0 };
  for (const path of operands.length === 0 ? ["."] : operands)
    yield* draw(io, { path, shown: path, prefix: "" }, count);
  yield* io.out.write(`\n${count.directories} directories, ${count.files} files\n`);
  return 0;
};

interface Branch {
  readonly path: string;
  readonly shown: string;
  /** What stands before the names below. */
  readonly prefix: string;
}

function* draw(io: Io, { path, shown, prefix }: Branch, count: { directories: number; files: number }): Routine<void> {
  const entries = yield* attempt(readDirectory(path));
  if (entries instanceof Errno) {
    yield* io.out.line(`${shown} [error opening dir]`);
    return;
  }
  yield* io.out.line(shown);
  const names = entries.map(({ name }) => ({ name, key: byteString(name) }));
  names.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const [index, { name }] of names.entries()) {
    if (name.startsWith(".")) continue;
    const isLast = index === names.length - 1;
    yield* io.out.write(`${prefix}${isLast ? "`-- " : "|-- "}`);
    const below = joinPath(path, name);
    const file = yield* attempt(lstat(below));
    if (!(file instanceof Errno) && file.type === "dir") {
      yield* draw(io, { path: below, shown: name, prefix: `${prefix}${isLast ? "    " : "|   "}` }, count);
      count.directories++;
      continue;
    }
    const target = !(file instanceof Errno) && file.type === "symlink" ? yield* attempt(readlink(below)) : undefined;
    yield* io.out.line(target === undefined || target instanceof Errno ? name : `${name} -> ${target}`);
    count.files++;
  }
}
