/**
 * stty: the modes of a terminal.
 *
 * There are no terminals yet whose modes could be shown, so that it only says what is wrong with other files.
 *
 * @see stty(1p)
 */
import { Errno, ioctl, O_NONBLOCK, O_RDONLY, open } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { attempt } from "../../io.ts";

export const stty: Applet = function* (io) {
  const at = io.argv.indexOf("-F");
  const path = at > 0 ? io.argv[at + 1] : undefined;
  const fd = path === undefined ? 0 : yield* attempt(open(path, O_RDONLY | O_NONBLOCK));
  if (fd instanceof Errno) return yield* io.pdie(`can't open '${path}'`, fd);
  const modes = yield* attempt(ioctl(fd, "TCGETS"));
  return modes instanceof Errno ? yield* io.pdie(path ?? "standard input", modes) : 0;
};
