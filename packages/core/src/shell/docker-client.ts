/**
 * `/usr/bin/docker` on the machine: a process that has a command line carried out by the engine, and lends it its
 * terminal, its directory and its files.
 *
 * The real client speaks HTTP over /var/run/docker.sock; here the process hands its words over as they are. Everything
 * else is a process's own: it is stopped by ^Z, ended by signals, and waits for the terminal like any other.
 *
 * @see docker/cli cli/command/container/hijack.go, tty.go
 */
import {
  Errno,
  getcwd,
  ioctl,
  POLLHUP,
  POLLIN,
  type PollFd,
  type Program,
  poll,
  type Routine,
  read,
  SIGINT,
  SIGTERM,
  SIGWINCH,
  type Signal,
  sigaction,
  type Termios,
  type WindowSize,
} from "../abi/index.ts";
import { type CommandOptions, type Engine, inputUse } from "../engine/index.ts";
import { assert, decode } from "../lib/index.ts";
import { attempt, Input, isatty, rawMode, writeAll } from "../userland/index.ts";
import { ClientCall, type Errand } from "./client-call.ts";
import type { ClientCount } from "./client-count.ts";
import { MachineDisk } from "./machine-disk.ts";

const BLOCK = 65_536;
/** Where the door bell is: out of everybody's way. */
const BELL_FD = 10;

export function dockerClient(engine: Engine, clients: ClientCount): Program {
  const disk = new MachineDisk(engine.kernel);
  return function* docker(argv, env) {
    const words = argv.slice(1);
    const isTerminal = (yield* isatty(0)) && (yield* isatty(1));
    const size = isTerminal ? yield* windowSize() : undefined;
    const options: CommandOptions = {
      ...{ disk, cwd: yield* getcwd(), env: Object.fromEntries(env) },
      ...(size && { terminal: { size } }),
    };
    const use = inputUse(engine, words, options);
    const stdin = use === "everything" ? yield* new Input(0).rest() : undefined;
    const call = openCall(engine, clients);
    yield* listenForSignals(call);
    call.start(words, { ...options, ...(stdin && { stdin }) });
    return yield* serve(call, use === "keys");
  };
}

/** The process's end of the bell is a descriptor of its own. */
function openCall(engine: Engine, clients: ClientCount): ClientCall {
  const { kernel } = engine;
  const process = kernel.current;
  assert(process !== undefined, "a program runs as a process");
  const [bell, button] = kernel.pipes.pipe(0, 0, 0);
  process.files.set(BELL_FD, bell, true);
  const call = new ClientCall(engine, button, clients);
  const onExit = (event: { readonly process: unknown }): void => {
    if (event.process !== process) return;
    kernel.events.off("exited", onExit);
    call.leave();
  };
  kernel.events.on("exited", onExit);
  return call;
}

function* listenForSignals(call: ClientCall): Routine<void> {
  const interrupt = function* (signal: Signal): Routine<void> {
    call.interrupt(signal);
  };
  for (const signal of [SIGINT, SIGTERM]) yield* sigaction(signal, interrupt);
  yield* sigaction(SIGWINCH, function* (): Routine<void> {
    call.keys.push(yield* windowSize());
  });
}

function* windowSize(): Routine<WindowSize> {
  return (yield* ioctl(1, "TIOCGWINSZ")) as WindowSize;
}

/** Does what the call asks for until it is over. Its exit code is the process's. */
function* serve(call: ClientCall, givesKeys: boolean): Routine<number> {
  let modes: Termios | undefined;
  let isOpen = givesKeys;
  for (;;) {
    const wanted: PollFd[] = [{ fd: BELL_FD, events: POLLIN }];
    if (isOpen && call.isRaw) wanted.push({ fd: 0, events: POLLIN });
    const ready = yield* attempt(poll(wanted));
    if (ready instanceof Errno) continue;
    if (ready.some(({ fd }) => fd === BELL_FD)) yield* read(BELL_FD, BLOCK);
    for (const errand of call.take()) {
      if (errand.kind === "raw") modes = yield* makeRaw();
      else yield* run(errand);
    }
    if (call.exitCode !== undefined) break;
    if (ready.some(({ fd, events }) => fd === 0 && (events & (POLLIN | POLLHUP)) !== 0)) isOpen = yield* passKeys(call);
  }
  if (modes !== undefined) yield* attempt(ioctl(0, "TCSETS", modes));
  return call.exitCode;
}

function* run(errand: Exclude<Errand, { kind: "raw" }>): Routine<void> {
  if (errand.kind === "write") yield* attempt(writeAll(errand.fd, errand.bytes));
  else {
    const line = yield* new Input(0).line();
    errand.answer(decode(line ?? new Uint8Array()).replace(/\n$/, ""));
  }
}

/** False when the terminal has hung up. */
function* passKeys(call: ClientCall): Routine<boolean> {
  const bytes = yield* attempt(read(0, BLOCK));
  if (bytes instanceof Errno) return bytes.code === "EINTR";
  if (bytes.length > 0) call.keys.push(bytes);
  return bytes.length > 0;
}

/** The modes that the terminal had before. */
function* makeRaw(): Routine<Termios | undefined> {
  const modes = yield* attempt(ioctl(0, "TCGETS"));
  if (modes instanceof Errno) return undefined;
  yield* ioctl(0, "TCSETS", rawMode(modes as Termios));
  return modes as Termios;
}
