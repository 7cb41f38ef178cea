/** nc: connect standard input and output to a stream. @see busybox's nc */
import {
  accept4,
  alarm,
  close,
  Errno,
  exit,
  nanosleep,
  O_RDWR,
  POLLIN,
  type PollFd,
  poll,
  type Routine,
  read,
  SIGALRM,
  SIGCHLD,
  shutdown,
  sigaction,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execPreferred, fork } from "../../exec.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, Io, writeAll } from "../../io.ts";
import { moveFd } from "../../move-fd.ts";
import { portOrDie } from "../../net/services.ts";
import { connectOrDie, hostOrDie, listenOrDie } from "../../net/stream.ts";
import { openOrDie } from "../../or-die.ts";

const BUFFER_SIZE = 1024;

export const nc: Applet = function* (io) {
  const { options, program } = yield* parse(io);
  const listens = options.count("l");
  const port = yield* portOrDie(io, options.value("p"), 0);
  const seconds = options.number("w") ?? 0;
  const delay = options.number("i") ?? 0;
  const file = options.value("f");
  yield* checkOperands(io, options, { listens: listens > 0, file: file !== undefined });
  if (seconds > 0) {
    yield* sigaction(SIGALRM, function* () {
      yield* io.warn("timed out");
      yield* exit(1);
    });
    yield* alarm(seconds * 1_000_000);
  }
  if (file !== undefined) return yield* serve(io, yield* openOrDie(io, file, O_RDWR), program, delay);
  if (listens === 0) {
    const [host = "", service] = options.operands;
    const target = yield* hostOrDie(io, host, yield* portOrDie(io, service, 0));
    // A port of one's own is only for listening.
    const fd = yield* connectOrDie(io, target);
    if (seconds > 0) yield* alarm(0);
    return yield* serve(io, fd, program, delay);
  }
  const [host] = options.operands;
  const at = host === undefined ? { port } : { ...(yield* hostOrDie(io, host, port)) };
  const server = yield* listenOrDie(io, at, listens);
  for (;;) {
    const { fd } = yield* accept4(server);
    if (seconds > 0) yield* alarm(0);
    if (listens === 1 || program.length === 0) {
      yield* close(server);
      return yield* serve(io, fd, program, delay);
    }
    yield* fork(io, () => serve(io, fd, program, delay));
    yield* sigaction(SIGCHLD, "ignore");
    yield* close(fd);
  }
};

/** With `-e PROG` everything behind it belongs to the program. */
function* parse(io: Io): Routine<{ readonly options: Options; readonly program: readonly string[] }> {
  const at = io.argv.findIndex((word, index) => index > 0 && /^-[^-]*e$/.test(word));
  if (at < 0) return { options: yield* getopt(io, "lp:w:+i:+f:e:", "letters only"), program: [] };
  const program = io.argv.slice(at + 1);
  const [first] = program;
  if (first === undefined) return yield* showUsage(io);
  const before = [...io.argv.slice(0, at), (io.argv[at] as string).slice(0, -1)].filter((word) => word !== "-");
  return { options: yield* getopt(new Io(io.name, before, io.env), "lp:w:i:f:", "letters only"), program };
}

function* checkOperands(
  io: Io,
  { operands }: Options,
  { listens, file }: { readonly listens: boolean; readonly file: boolean },
): Routine<void> {
  const count = operands.length;
  const fits = file ? count === 0 && !listens : listens ? count <= 1 : count === 1 || count === 2;
  if (!fits) yield* showUsage(io);
}

function* serve(io: Io, fd: number, program: readonly string[], delaySeconds: number): Routine<number> {
  if (program.length === 0) return yield* pump(io, fd, delaySeconds);
  yield* moveFd(fd, 0, 1);
  const failure = yield* execPreferred(io, program);
  return yield* io.pdie(`can't execute '${program[0] ?? ""}'`, failure);
}

/** Copies both ways until the other side ends. The end of the input ends only that direction. */
function* pump(io: Io, fd: number, delaySeconds: number): Routine<number> {
  let inputOpen = true;
  for (;;) {
    const wanted: PollFd[] = [
      { fd: inputOpen ? 0 : -1, events: POLLIN },
      { fd, events: POLLIN },
    ];
    const ready = yield* poll(wanted);
    for (const from of [0, fd]) {
      if (!ready.some((one) => one.fd === from)) continue;
      const bytes = yield* attempt(read(from, BUFFER_SIZE));
      const ended = bytes instanceof Errno || bytes.length === 0;
      if (ended && from === fd) return 0;
      if (ended) {
        yield* attempt(shutdown(fd, "write"));
        inputOpen = false;
      } else {
        const failure = yield* attempt(writeAll(from === 0 ? fd : 1, bytes));
        if (failure instanceof Errno) yield* io.pdie("write error", failure);
      }
      if (delaySeconds > 0) yield* nanosleep(delaySeconds * 1_000_000);
    }
  }
}
