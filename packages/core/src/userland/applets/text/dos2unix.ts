/** dos2unix and unix2dos: change how lines end. */
import { close, Errno, fchmod, fchown, fstat, lstat, type Routine, readlink, rename } from "../../../abi/index.ts";
import { dirname } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { usage } from "./arguments.ts";
import { LineReader, put } from "./lines.ts";
import { OutputFile } from "./output-file.ts";
import { openTemporary } from "./temporary.ts";

/** Symbolic links followed before giving up. */
const LINKS = 20;

export const dos2unix: Applet = function* (io) {
  const options = yield* getopt(io, "du");
  if (options.has("d") && options.has("u")) return yield* usage(io);
  const toDos = options.has("d") || (io.name === "unix2dos" && !options.has("u"));
  if (options.operands.length === 0) {
    yield* convert(new LineReader(0), (text) => put(io, text), toDos);
    return 0;
  }
  for (const file of options.operands) yield* convertFile(io, file, toDos);
  return 0;
};

/** Every carriage return goes, wherever it stands. */
function* convert(reader: LineReader, write: (text: string) => Routine<void>, toDos: boolean): Routine<void> {
  for (let part = yield* reader.some(Infinity); part !== ""; part = yield* reader.some(Infinity)) {
    const text = part.replace(/\r/g, "");
    yield* write(toDos ? text.replace(/\n/g, "\r\n") : text);
  }
}

/** Writes a new file beside the old one, and puts it in its place. */
function* convertFile(io: Io, file: string, toDos: boolean): Routine<void> {
  const path = yield* followLinks(io, file);
  const fd = yield* openOrDie(io, path);
  const status = yield* fstat(fd);
  const temporary = yield* openTemporary(io, path);
  yield* fchmod(temporary.fd, status.mode & 0o7777);
  yield* attempt(fchown(temporary.fd, status.uid, status.gid));
  const output = new OutputFile(temporary.fd);
  yield* convert(new LineReader(fd), (text) => output.write(text), toDos);
  yield* close(fd);
  yield* output.close();
  const moved = yield* attempt(rename(temporary.path, path, 0));
  if (moved instanceof Errno) return yield* io.pdie(`can't move '${temporary.path}' to '${path}'`, moved);
}

function* followLinks(io: Io, file: string): Routine<string> {
  let path = file;
  for (let followed = 0; followed < LINKS; followed++) {
    const status = yield* attempt(lstat(path));
    if (status instanceof Errno || status.type !== "symlink") return path;
    const target = yield* readlink(path);
    path = target.startsWith("/") || !path.includes("/") ? target : `${dirname(path)}/${target}`;
  }
  return yield* io.pdie(file, new Errno("ELOOP"));
}
