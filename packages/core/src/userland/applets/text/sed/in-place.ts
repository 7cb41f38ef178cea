/** `sed -i`: each file is written anew beside itself and then renamed over the old one. */
import { Errno, fchmod, fchown, PERMISSION_BITS, type Routine, rename, stat, unlink } from "../../../../abi/index.ts";
import { AppletExit, attempt, type Io } from "../../../io.ts";
import { OutputFile } from "../output-file.ts";
import { openTemporary } from "../temporary.ts";
import { LineSink } from "./output.ts";

/** Calls `edit` with the new file; false if the old one cannot be found. */
export function* editInPlace(
  io: Io,
  file: string,
  suffix: string,
  edit: (out: LineSink) => Routine<void>,
): Routine<boolean> {
  const status = yield* attempt(stat(file));
  if (status instanceof Errno) {
    yield* io.perror(file, status);
    return false;
  }
  const { fd, path } = yield* openTemporary(io, file);
  const output = new OutputFile(fd);
  try {
    yield* attempt(fchmod(fd, status.mode & PERMISSION_BITS));
    yield* attempt(fchown(fd, status.uid, status.gid));
    yield* edit(new LineSink(output));
    yield* output.close();
    if (suffix !== "") yield* renameOrDie(io, file, file + suffix);
    yield* renameOrDie(io, path, file);
  } catch (ending) {
    if (ending instanceof AppletExit) yield* attempt(unlink(path));
    throw ending;
  }
  return true;
}

function* renameOrDie(io: Io, from: string, to: string): Routine<void> {
  const result = yield* attempt(rename(from, to));
  if (result instanceof Errno) yield* io.pdie(`can't move '${from}' to '${to}'`, result);
}
