/**
 * Applets that others run as a function call where they would wait for a child: no process is made.
 *
 * @see busybox: libbb/vfork_daemon_rexec.c:spawn_and_wait, the applets marked NOFORK
 */
import type { Routine } from "../../abi/index.ts";
import { runApplet } from "../applet.ts";
import { Io } from "../io.ts";

const WITHOUT_PROCESS: ReadonlySet<string> = new Set(
  `[ [[ adjtimex arch basename clear dirname echo false free fsync hostid kill killall link logname mkdir nproc
  pivot_root printf pwd readlink realpath rmdir sync test touch true truncate tty uname unlink usleep which whoami`
    .trim()
    .split(/\s+/),
);

/** The exit code of such an applet; `undefined` for what has to be a process. */
export function* runInProcess(io: Io, argv: readonly string[]): Routine<number | undefined> {
  const [name = ""] = argv;
  if (!WITHOUT_PROCESS.has(name)) return undefined;
  const applet = io.siblings?.get(name);
  if (applet === undefined) return undefined;
  yield* io.out.flush();
  return yield* runApplet(applet, new Io(name, argv, io.env, undefined, io.siblings));
}
