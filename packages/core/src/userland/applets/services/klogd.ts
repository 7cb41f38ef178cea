/** klogd: hand the kernel's messages to the system log. @see klogd(8), syslog(2) */
import {
  close,
  Errno,
  getpid,
  kill,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  open,
  type Routine,
  SIGHUP,
  SIGINT,
  SIGTERM,
  type Signal,
  sigaction,
  syslog,
  unlink,
} from "../../../abi/index.ts";
import { decode, encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { unsignedOrDie } from "../../number.ts";
import { FULL_VERSION } from "../../version.ts";
import { daemonize } from "./daemonize.ts";
import { LEVEL_COUNT, tellSyslog } from "./syslog.ts";

const TAG = "kernel";
/** Levels of messages of the facility kern. */
const [ERROR, NOTICE] = [3, 5];
const PID_FILE = "/var/run/klogd.pid";
const LINE = /^(?:<(\d+)>)?(.*)$/s;

export const klogd: Applet = function* (io) {
  const options = yield* getopt(io, "c:n");
  const level = options.value("c");
  if (level !== undefined) yield* unsignedOrDie(io, level, 1, LEVEL_COUNT);
  const work = (): Routine<number> => forward(io, level !== undefined);
  if (options.has("n")) return yield* work();
  yield* daemonize(work, { atRoot: true });
  return 0;
};

function* forward(io: Io, setsLevel: boolean): Routine<number> {
  if (setsLevel) yield* attempt(syslog("console-level"));
  yield* sigaction(SIGHUP, "ignore");
  let ended: Signal | undefined;
  for (const signal of [SIGINT, SIGTERM]) {
    yield* sigaction(
      signal,
      function* (got) {
        ended = got;
      },
      { restart: false },
    );
  }
  yield* tellSyslog(io, NOTICE, TAG, `klogd started: ${FULL_VERSION}`);
  yield* writePid();
  while (ended === undefined) {
    const bytes = yield* attempt(syslog("read"));
    if (!(bytes instanceof Errno)) yield* tell(io, decode(bytes));
    else if (bytes.code !== "EINTR") {
      yield* tellSyslog(io, ERROR, TAG, `klogctl(2) error: ${bytes.message}`);
      break;
    }
  }
  yield* attempt(syslog("console-level"));
  yield* tellSyslog(io, NOTICE, TAG, "klogd: exiting");
  yield* attempt(unlink(PID_FILE));
  if (ended === undefined) return 1;
  yield* sigaction(ended, "default");
  yield* kill(yield* getpid(), ended);
  return 1;
}

/** Each line is a message of its own, with the level that stands before it. */
function* tell(io: Io, text: string): Routine<void> {
  for (const line of text.split("\n")) {
    const [, level, message = ""] = LINE.exec(line) ?? [];
    if (message !== "") yield* tellSyslog(io, level === undefined ? NOTICE + 1 : Number(level), TAG, message);
  }
}

/** If there is a place for it. */
function* writePid(): Routine<void> {
  const fd = yield* attempt(open(PID_FILE, O_WRONLY | O_CREAT | O_TRUNC, 0o666));
  if (fd instanceof Errno) return;
  yield* writeAll(fd, encode(`${yield* getpid()}\n`));
  yield* close(fd);
}
