/** start-stop-daemon: start a program unless it runs, or stop it. @see start-stop-daemon(8) */
import {
  close,
  Errno,
  getpid,
  getpriority,
  kill,
  O_APPEND,
  O_CREAT,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  open,
  type Routine,
  readlink,
  SIGTERM,
  setgroups,
  setpriority,
  setsid,
} from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { execvp, fork } from "../../exec.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io, readText, writeAll } from "../../io.ts";
import { moveFd } from "../../move-fd.ts";
import { integerOrDie } from "../../number.ts";
import { chdirOrDie, openOrDie } from "../../or-die.ts";
import { type Owner, ownerOrDie, uidOrDie, userById } from "../../passwd.ts";
import { signalByName } from "../../signal-names.ts";
import { becomeGroup, changeIdentity } from "../system/identity.ts";
import { processArguments, processIds, processRow } from "../system/process-table.ts";

const LONG_OPTIONS = {
  stop: "K",
  start: "S",
  background: "b",
  quiet: "q",
  test: "t",
  "make-pidfile": "m",
  output: "O",
  oknodo: "o",
  verbose: "v",
  nicelevel: "N",
  startas: "a",
  name: "n",
  signal: "s",
  user: "u",
  chuid: "c",
  chdir: "d",
  exec: "x",
  pidfile: "p",
  retry: "R",
};

export const startStopDaemon: Applet = function* (io) {
  const options = yield* getopt(io, "KSbqtma:n:s:u:c:d:x:p:O:ovN:R:", LONG_OPTIONS);
  yield* checkOptions(io, options);
  const name = options.value("s");
  const signal = name === undefined ? SIGTERM : signalByName(name);
  if (signal === undefined) return yield* showUsage(io);
  const [first, ...rest] = options.operands;
  const named = options.value("x") ?? (options.has("S") ? (options.value("a") ?? first) : undefined);
  if (options.has("S") && named === undefined) return yield* showUsage(io);
  const found = yield* findProcesses(io, options, named);
  if (options.has("K")) {
    const stopped = yield* stop(io, options, found, signal);
    return stopped || options.has("o") ? 0 : 1;
  }
  if (found.length > 0) {
    if (!options.has("q")) yield* io.out.line(`${named} is already running`);
    return options.has("o") ? 0 : 1;
  }
  const program = options.value("x") ?? options.value("a");
  const words = program === undefined ? rest : options.operands;
  return yield* start(io, options, [options.value("a") ?? named ?? "", ...words], named ?? "");
};

function* checkOptions(io: Io, options: Options): Routine<void> {
  const matches = ["x", "p", "u", "n"].some((letter) => options.has(letter));
  const wrong =
    options.has("K") === options.has("S") || (options.has("m") && !options.has("p")) || (options.has("K") && !matches);
  if (wrong) yield* showUsage(io);
}

/** The processes that fulfil every condition, the newest first. */
function* findProcesses(io: Io, options: Options, program: string | undefined): Routine<readonly number[]> {
  const owner = options.value("u");
  const uid = owner === undefined ? undefined : yield* uidOrDie(io, owner);
  const pidFile = options.value("p");
  const candidates = pidFile === undefined ? yield* processIds() : yield* pidInFile(io, pidFile);
  const found: number[] = [];
  for (const pid of candidates) {
    const row = yield* processRow(pid);
    const name = options.value("n");
    const isNamed = name === undefined || row?.comm === name;
    const isOwned = uid === undefined || row?.uid === uid;
    if (isNamed && isOwned && (program === undefined || (yield* runs(pid, program)))) found.unshift(pid);
  }
  return found;
}

function* pidInFile(io: Io, path: string): Routine<readonly number[]> {
  const text = yield* attempt(readText(path));
  if (text instanceof Errno) {
    if (text.code !== "ENOENT") yield* io.pdie(`open pidfile ${path}`, text);
    return [];
  }
  const [digits] = /^\s*\d+/.exec(text) ?? [];
  return digits === undefined ? [] : [Number(digits)];
}

function* runs(pid: number, program: string): Routine<boolean> {
  const exe = yield* attempt(readlink(`/proc/${pid}/exe`));
  return exe === program || (yield* processArguments(pid))[0] === program;
}

/** True if something was stopped, or could be. */
function* stop(io: Io, options: Options, found: readonly number[], signal: number): Routine<boolean> {
  const what =
    options.value("n") ??
    options.value("x") ??
    (options.has("p")
      ? `process in pidfile '${options.value("p")}'`
      : `process(es) owned by '${options.value("u") ?? ""}'`);
  if (found.length === 0) {
    if (!options.has("q")) yield* io.out.line(`no ${what} found; none killed`);
    return false;
  }
  const stopped: number[] = [];
  for (const pid of found) {
    const error = yield* attempt(kill(pid, options.has("t") ? 0 : signal));
    if (!(error instanceof Errno)) stopped.push(pid);
    else {
      yield* io.perror(`warning: killing process ${pid}`, error);
      if (options.has("t")) return false;
    }
  }
  if (!options.has("q") && stopped.length > 0) yield* io.out.line(`stopped ${what} (pid ${stopped.join(" ")})`);
  return stopped.length > 0;
}

function* start(io: Io, options: Options, argv: readonly string[], program: string): Routine<number> {
  if (!options.has("b")) return yield* become(io, options, argv, program);
  yield* fork(io, function* () {
    yield* setsid();
    yield* redirect(io, "/dev/null", O_RDWR, [0]);
    // A session leader could get a terminal by opening one; its child cannot.
    yield* fork(io, () => become(io, options, argv, program));
    return 0;
  });
  return 0;
}

/** Prepares the process as the options say and becomes the program. */
function* become(io: Io, options: Options, argv: readonly string[], program: string): Routine<number> {
  const pidFile = options.value("p");
  if (options.has("m") && pidFile !== undefined) yield* writePid(pidFile);
  const nice = options.value("N");
  if (nice !== undefined) {
    const priority = (yield* getpriority()) + (yield* integerOrDie(io, nice));
    const error = yield* attempt(setpriority("process", 0, priority));
    if (error instanceof Errno) yield* io.pdie(`setpriority(${priority})`, error);
  }
  const owner = options.value("c");
  if (owner !== undefined) yield* changeOwner(io, yield* ownerOrDie(io, owner));
  const directory = options.value("d");
  if (directory !== undefined) yield* chdirOrDie(io, directory);
  const output = options.value("O");
  if (output !== undefined) yield* redirect(io, output, O_WRONLY | O_CREAT | O_APPEND, [1, 2]);
  else if (options.has("b")) yield* redirect(io, "/dev/null", O_RDWR, [1, 2]);
  yield* io.out.flush();
  const error = yield* execvp(argv, io.env, program);
  return yield* io.pdie(`can't execute '${argv[0]}'`, error);
}

/** Becomes a user, in a group or the user's own one, or joins a group as who one is; -1 for what is not given. */
function* changeOwner(io: Io, { uid, gid }: Owner): Routine<void> {
  if (uid === -1) {
    if (gid !== -1) yield* changeGroup(io, gid);
    return;
  }
  const user = yield* userById(io, uid);
  if (user === undefined) return yield* io.die(`unknown uid ${uid}`);
  yield* changeIdentity(io, gid === -1 ? user : { ...user, gid });
}

/** Into a group alone: of the others nothing is left. */
function* changeGroup(io: Io, gid: number): Routine<void> {
  yield* becomeGroup(io, gid);
  yield* attempt(setgroups([gid]));
}

function* writePid(path: string): Routine<void> {
  const fd = yield* attempt(open(path, O_WRONLY | O_CREAT | O_TRUNC));
  if (fd instanceof Errno) return;
  yield* writeAll(fd, encode(`${yield* getpid()}\n`));
  yield* close(fd);
}

function* redirect(io: Io, path: string, flags: number, streams: readonly number[]): Routine<void> {
  yield* moveFd(yield* openOrDie(io, path, flags), ...streams);
}
