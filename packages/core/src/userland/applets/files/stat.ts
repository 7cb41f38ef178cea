/** stat: what the kernel knows of files and file systems. @see stat(1) */
import { Errno, lstat, type Routine, stat as statFile, statfs } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { FileFields, FileSystemFields } from "./stat-fields.ts";
import { formatField } from "./stat-format.ts";

const TERSE_FILE = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %o";
const TERSE_FILE_SYSTEM = "%n %i %l %t %s %b %f %a %c %d";
const FILE_SYSTEM = `  File: "%n"
    ID: %-8i Namelen: %-7l Type: %T
Block size: %-10s
Blocks: Total: %-10b Free: %-10f Available: %a
Inodes: Total: %-10c Free: %d`;
const FILE = (links: string) => `  File: %N
  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F
Device: %Dh/%dd\tInode: %-10i  Links: ${links}
Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)
Access: %x
Modify: %y
Change: %z`;

export const stat: Applet = function* (io) {
  const options = yield* getopt(io, "tLfc:");
  if (options.operands.length === 0) return yield* showUsage(io);
  let code = 0;
  for (const path of options.operands) {
    const shown = options.has("f") ? yield* showFileSystem(io, options, path) : yield* showFile(io, options, path);
    if (!shown) code = 1;
  }
  return code;
};

function* showFile(io: Io, options: Options, path: string): Routine<boolean> {
  const file = yield* attempt(options.has("L") ? statFile(path) : lstat(path));
  if (file instanceof Errno) {
    yield* io.perror(`can't stat '${path}'`, file);
    return false;
  }
  const isDevice = file.type === "block" || file.type === "char";
  const full = isDevice ? FILE("%-5h Device type: %t,%T") : FILE("%h");
  const format = options.value("c") ?? (options.has("t") ? TERSE_FILE : full);
  yield* print(io, format, new FileFields(io, path, file));
  return true;
}

function* showFileSystem(io: Io, options: Options, path: string): Routine<boolean> {
  const fileSystem = yield* attempt(statfs(path));
  if (fileSystem instanceof Errno) {
    yield* io.perror(`can't read file system information for '${path}'`, fileSystem);
    return false;
  }
  const format = options.value("c") ?? (options.has("t") ? TERSE_FILE_SYSTEM : FILE_SYSTEM);
  yield* print(io, format, new FileSystemFields(path, fileSystem));
  return true;
}

/** Prints `format` and a newline. A lone `%` at its end stays, and swallows the newline. */
function* print(io: Io, format: string, fields: FileFields | FileSystemFields): Routine<void> {
  let at = 0;
  for (const [whole, flags = "", letter = ""] of format.matchAll(/%([#\-+.I 0-9]*)(.?)/gsu)) {
    const start = format.indexOf(whole, at);
    yield* io.out.write(format.slice(at, start));
    at = start + whole.length;
    if (letter === "" || letter === "%") yield* io.out.write("%");
    else yield* io.out.write(formatField(flags, (yield* fields.get(letter)) ?? { text: letter, kind: "character" }));
    if (letter === "") return;
  }
  yield* io.out.line(format.slice(at));
}
