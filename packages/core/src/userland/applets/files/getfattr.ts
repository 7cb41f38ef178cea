/** getfattr: show extended attributes. @see getfattr(1), xattr(7) */
import { Errno, getxattr, listxattr, type Routine } from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";

export const getfattr: Applet = function* (io) {
  const options = yield* getopt(io, "hdn:");
  const name = options.value("n");
  if (options.operands.length === 0 || (name !== undefined && options.has("d"))) return yield* showUsage(io);
  const follow = !options.has("h");
  let code = 0;
  for (const path of options.operands) {
    const names = name === undefined ? yield* attempt(listxattr(path, { follow })) : [name];
    const shown = names instanceof Errno ? names : yield* attempt(show(io, path, names, follow));
    if (!(shown instanceof Errno)) continue;
    yield* io.perror(path, shown);
    code = 1;
  }
  return code;
};

/** @throws Errno of the first attribute that cannot be read. */
function* show(io: Io, path: string, names: readonly string[], follow: boolean): Routine<void> {
  if (names.length === 0) return;
  yield* io.out.line(`# file: ${path}`);
  for (const name of names) {
    const value = yield* getxattr(path, name, { follow });
    const end = value.indexOf(0);
    yield* io.out.write(encode(`${name}="`));
    // Printed as a C string: a NUL ends it.
    yield* io.out.write(end < 0 ? value : value.subarray(0, end));
    yield* io.out.write('"\n');
  }
  yield* io.out.write("\n");
}
