/** A new file with a name that nobody else has: mkstemp(3). */
import { Errno, O_CREAT, O_EXCL, O_RDWR, open, type Routine } from "../../../abi/index.ts";
import { attempt, type Io } from "../../io.ts";
import { withTemporaryName } from "../files/temporary-name.ts";

/** Creates `prefix` with six characters behind it. A failure ends the applet. */
export function* openTemporary(io: Io, prefix: string): Routine<{ readonly fd: number; readonly path: string }> {
  const template = `${prefix}XXXXXX`;
  let fd = -1;
  const path = yield* attempt(
    withTemporaryName(template, function* (name) {
      fd = yield* open(name, O_RDWR | O_CREAT | O_EXCL, 0o600);
    }),
  );
  if (path instanceof Errno) return yield* io.pdie(`can't create temp file '${template}'`, path);
  return { fd, path };
}
