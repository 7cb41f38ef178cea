/**
 * init, linuxrc: the first process of a machine or container. It starts what /etc/inittab says, again and again if need
 * be, buries the dead, and ends all when it is told to.
 *
 * @see init(8), busybox: init/init.c
 */
import {
  chdir,
  Errno,
  exit,
  fcntl,
  getpid,
  ioctl,
  kill,
  nanosleep,
  O_NONBLOCK,
  O_RDWR,
  open,
  type Routine,
  read,
  reboot,
  SIGCONT,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGQUIT,
  SIGTERM,
  SIGTSTP,
  SIGUSR1,
  SIGUSR2,
  type Signal,
  setsid,
  sigaction,
  sync,
  WNOHANG,
  wait4,
} from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { execPreferred, fork, waitFor } from "../../exec.ts";
import { showUsage } from "../../getopt.ts";
import { AppletExit, attempt, Io, writeAll } from "../../io.ts";
import { moveFd, STANDARD_STREAMS } from "../../move-fd.ts";
import { type InitAction, type InittabEntry, readInittab } from "./inittab.ts";

const SECOND = 1_000_000;
const QUESTION = "\nPlease press Enter to activate this console. ";
/** Commands with one of these are for a shell. */
const SPECIAL = /[~`!$^&*()=|\\{}[\];"'<>?]/;
const SHELL = "/bin/sh";
const NEWLINE = 10;
const PATH = "/sbin:/usr/sbin:/bin:/usr/bin";
const SIGNALS = [SIGUSR1, SIGUSR2, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGTSTP] as const;
/** What each signal asks for. */
const ENDINGS: ReadonlyMap<Signal, readonly [what: string, how: "halt" | "restart" | "power-off"]> = new Map([
  [SIGUSR1, ["halt", "halt"]],
  [SIGUSR2, ["poweroff", "power-off"]],
  [SIGTERM, ["reboot", "restart"]],
]);

export const init: Applet = function* (io) {
  if ((yield* getpid()) !== 1 && io.name !== "linuxrc") return yield* io.die("must be run as PID 1");
  if (io.argv[1] === "--help") return yield* showUsage(io, "init", 0);
  yield* attempt(setsid());
  yield* attempt(chdir("/"));
  const env = new Map([
    ...io.env,
    ["HOME", "/"],
    ["PATH", io.env.get("PATH") ?? PATH],
    ["SHELL", SHELL],
    ["USER", "root"],
  ]);
  return yield* new Init(new Io(io.name, io.argv, env, io.out, io.siblings)).run();
};

class Init {
  readonly #io: Io;
  #entries: readonly InittabEntry[] = [];
  /** The process of each entry that is to run for ever. */
  readonly #running = new Map<InittabEntry, number>();
  #pending: Signal[] = [];

  constructor(io: Io) {
    this.#io = io;
  }

  *run(): Routine<number> {
    const init = this;
    for (const signal of SIGNALS) {
      yield* sigaction(
        signal,
        function* (got) {
          init.#pending.push(got);
        },
        { restart: false, lostAtBirth: true },
      );
    }
    yield* this.#load();
    for (const action of ["sysinit", "wait", "once"] as const) {
      yield* this.#runAll(action);
      yield* this.#obey();
    }
    for (;;) {
      yield* this.#runAll("respawn");
      yield* this.#runAll("askfirst");
      yield* this.#obey();
      // Who ends at once is not started again at once.
      yield* attempt(nanosleep(SECOND));
      yield* this.#obey();
      const waited = yield* attempt(wait4(-1));
      if (!(waited instanceof Errno) && waited !== undefined) yield* this.#bury(waited.pid);
      yield* this.#obey();
    }
  }

  *#load(): Routine<void> {
    const { entries, bad } = yield* readInittab();
    this.#entries = entries;
    for (const line of bad) yield* this.#say(`Bad inittab entry at line ${line}`);
  }

  /** All that have died. */
  *#bury(first: number): Routine<void> {
    let pid: number | undefined = first;
    while (pid !== undefined) {
      for (const [entry, running] of this.#running) if (running === pid) this.#running.delete(entry);
      const next = yield* attempt(wait4(-1, WNOHANG));
      pid = next instanceof Errno ? undefined : next?.pid;
    }
  }

  *#runAll(action: InitAction): Routine<void> {
    for (const entry of this.#entries) {
      if (entry.action !== action) continue;
      const lasts = action === "respawn" || action === "askfirst";
      if (lasts && this.#running.has(entry)) continue;
      const pid = yield* this.#start(entry);
      if (lasts) this.#running.set(entry, pid);
      else if (action !== "once") yield* waitFor(pid);
    }
  }

  *#start(entry: InittabEntry): Routine<number> {
    const init = this;
    return yield* fork(this.#io, function* () {
      for (const signal of SIGNALS) yield* sigaction(signal, "default");
      yield* attempt(setsid());
      if (!(yield* init.#openTerminal(entry.terminal))) return 1;
      if (entry.action === "askfirst") yield* init.#ask();
      return yield* init.#become(entry.command);
    });
  }

  *#openTerminal(terminal: string): Routine<boolean> {
    if (terminal === "") return true;
    const fd = yield* attempt(open(terminal, O_RDWR | O_NONBLOCK));
    if (fd instanceof Errno) {
      yield* this.#say(`can't open ${terminal}: ${fd.message}`);
      return false;
    }
    // It is opened so that nobody waits for a line to be ready, and read as usual.
    yield* fcntl(fd, "F_SETFL", O_RDWR);
    yield* moveFd(fd, ...STANDARD_STREAMS);
    return true;
  }

  /** Waits for a line, or for the end of input. */
  *#ask(): Routine<void> {
    yield* attempt(writeAll(1, encode(QUESTION)));
    for (;;) {
      const byte = yield* attempt(read(0, 1));
      if (byte instanceof Errno || byte.length === 0 || byte[0] === NEWLINE) return;
    }
  }

  /** Returns only if it cannot. A dash before the command makes a login shell of it. */
  *#become(command: string): Routine<number> {
    const isLogin = command.startsWith("-");
    const plain = isLogin ? command.slice(1) : command;
    const words = plain.split(/[ \t]+/).filter((word) => word !== "");
    const [program, argv] = SPECIAL.test(plain)
      ? [SHELL, [isLogin ? `-${SHELL}` : SHELL, "-c", `exec ${plain}`]]
      : [words[0] ?? "", isLogin ? [`-${words[0] ?? ""}`, ...words.slice(1)] : words];
    if (isLogin) yield* attempt(ioctl(0, "TIOCSCTTY", 0));
    const failure = yield* execPreferred(this.#io, argv, this.#io.env, program);
    yield* this.#say(`can't run '${program}': ${failure.message}`);
    return 1;
  }

  *#obey(): Routine<void> {
    for (let signal = this.#pending.shift(); signal !== undefined; signal = this.#pending.shift()) {
      const ending = ENDINGS.get(signal);
      if (ending !== undefined) yield* this.#end(...ending);
      else if (signal === SIGINT) yield* this.#runAll("ctrlaltdel");
      else if (signal === SIGHUP) yield* this.#reload();
      else if (signal === SIGQUIT) yield* this.#restart();
      else yield* this.#pause();
    }
  }

  *#reload(): Routine<void> {
    const before = [...this.#running];
    yield* this.#load();
    this.#running.clear();
    for (const [old, pid] of before) {
      const same = this.#entries.find(({ command, terminal }) => command === old.command && terminal === old.terminal);
      if (same === undefined) yield* attempt(kill(pid, SIGTERM));
      else this.#running.set(same, pid);
    }
    yield* this.#runAll("once");
  }

  /** Nothing is started again until somebody says so. */
  *#pause(): Routine<void> {
    let goesOn = false;
    yield* sigaction(
      SIGCONT,
      function* () {
        goesOn = true;
      },
      { restart: false, lostAtBirth: true },
    );
    while (!goesOn) yield* attempt(nanosleep(SECOND));
    yield* sigaction(SIGCONT, "default");
  }

  *#killAll(): Routine<void> {
    yield* this.#runAll("shutdown");
    yield* this.#say("The system is going down NOW!");
    yield* attempt(kill(-1, SIGTERM));
    yield* this.#say("Sent SIGTERM to all processes");
    yield* sync();
    yield* attempt(nanosleep(SECOND));
    yield* attempt(kill(-1, SIGKILL));
    yield* this.#say("Sent SIGKILL to all processes");
    yield* sync();
  }

  *#end(what: string, how: "halt" | "restart" | "power-off"): Routine<void> {
    yield* this.#killAll();
    yield* this.#say(`Requesting system ${what}`);
    yield* attempt(nanosleep(SECOND));
    const child = yield* fork(this.#io, function* () {
      yield* attempt(reboot(how));
      return 0;
    });
    yield* waitFor(child);
    // A container's init goes on after that.
    yield* attempt(nanosleep(SECOND));
    throw new AppletExit(0);
  }

  /** Another init takes the place of this one. */
  *#restart(): Routine<void> {
    const next = this.#entries.find(({ action }) => action === "restart");
    if (next === undefined) return;
    yield* this.#killAll();
    for (const signal of SIGNALS) yield* sigaction(signal, "default");
    if (!(yield* this.#openTerminal(next.terminal))) return;
    yield* this.#become(next.command);
    yield* exit(1);
  }

  /** On the console, which standard error is. */
  *#say(message: string): Routine<void> {
    yield* attempt(writeAll(2, encode(`\r${message}\n`)));
  }
}
