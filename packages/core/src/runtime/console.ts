/**
 * The terminal of a process with `terminal: true`: made in the container's own devpts, by the process itself.
 *
 * The master goes to whoever started the container, as over runc's console socket.
 *
 * @see runc libcontainer/init_linux.go:setupConsole, fixStdioPermissions, rootfs_linux.go:mountConsole
 */
import {
  close,
  dup3,
  fchown,
  fstat,
  ioctl,
  MS_BIND,
  mount,
  O_CLOEXEC,
  O_CREAT,
  O_NOCTTY,
  O_RDWR,
  open,
  type Routine,
  write,
} from "../abi/index.ts";
import { encode } from "../lib/index.ts";
import type { ProcessSpec } from "../oci/index.ts";

/** How the descriptor of the master is told; it is taken from the process there and then. */
export const CONSOLE_PREFIX = "console ";

/** Gives the calling session leader a terminal for its standard streams. `isFirst`: it is the container's console too. */
export function* setUpConsole(
  { consoleSize, user }: ProcessSpec,
  reportFd: number,
  { isFirst }: { readonly isFirst: boolean },
): Routine<void> {
  const master = yield* open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  const path = `/dev/pts/${yield* ioctl(master, "TIOCGPTN")}`;
  yield* ioctl(master, "TIOCSPTLCK", 0);
  if (consoleSize !== undefined) {
    yield* ioctl(master, "TIOCSWINSZ", { rows: consoleSize.height, columns: consoleSize.width });
  }
  if (isFirst) {
    yield* close(yield* open("/dev/console", O_CREAT | O_RDWR | O_NOCTTY | O_CLOEXEC, 0o666));
    yield* mount(path, "/dev/console", "bind", MS_BIND);
  }
  const slave = yield* open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
  yield* write(reportFd, encode(`${CONSOLE_PREFIX}${master}`));
  yield* close(master);
  if (user.uid !== 0) yield* fchown(slave, user.uid, (yield* fstat(slave)).gid);
  for (const fd of [0, 1, 2]) yield* dup3(slave, fd, 0);
  yield* close(slave);
  yield* ioctl(0, "TIOCSCTTY", 0);
}
