/** A new file with a name that nobody else has: mkstemp(3). */
import { Errno, O_CREAT, O_EXCL, O_RDWR, open, type Routine } from "../../../abi/index.ts";
import { attempt, type Io } from "../../io.ts";
import { randomBytes } from "../../random-bytes.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const TRIES = 100;

/** Creates `prefix` with six random characters behind it. A failure ends the applet. */
export function* openTemporary(io: Io, prefix: string): Routine<{ readonly fd: number; readonly path: string }> {
  for (let tried = 0; ; tried++) {
    const path = prefix + (yield* randomName());
    const fd = yield* attempt(open(path, O_RDWR | O_CREAT | O_EXCL, 0o600));
    if (!(fd instanceof Errno)) return { fd, path };
    if (fd.code !== "EEXIST" || tried === TRIES) return yield* io.pdie(`can't create temp file '${prefix}XXXXXX'`, fd);
  }
}

/** Six characters from /dev/urandom; without it always the same. */
function* randomName(): Routine<string> {
  const bytes = yield* attempt(randomBytes(6));
  if (bytes instanceof Errno) return "aaaaaa";
  return [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join("");
}
