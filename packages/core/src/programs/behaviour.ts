/**
 * Declared behaviours: a program described by what can be seen of it, for those who test what is around it.
 *
 *     behaviourProgram({ listens: 8080, readyAfter: "5s", leaks: "1m", logs: [{ line: "tick", every: "1s" }] })
 */
import {
  accept4,
  brk,
  clock_gettime,
  close,
  Errno,
  POLLIN,
  type Program,
  poll,
  type Routine,
  read,
  SIGTERM,
  sendto,
  sigaction,
} from "../abi/index.ts";
import { encode } from "../lib/index.ts";
import { Io } from "../userland/index.ts";
import { byteCount, type Duration, durationUs } from "./duration.ts";
import { responseBytes } from "./http/message.ts";
import { listenOn } from "./http/server.ts";

/** A line that a program writes, once or again and again. */
export interface LogLine {
  readonly line: string;
  /** Once, this long after the start. Default: at the start. */
  readonly after?: Duration;
  /** Again and again, from `after` on. */
  readonly every?: Duration;
  readonly stream?: "stdout" | "stderr";
}

/** All that a program is seen to do. */
export interface Behaviour {
  /** TCP ports on all addresses. HTTP requests are answered with 200 and `responds`. */
  readonly listens?: number | readonly number[];
  /** It listens, and `readyLine` is logged, only after this. */
  readonly readyAfter?: Duration;
  readonly readyLine?: string;
  /** What HTTP requests are answered with. Default "ok\n". */
  readonly responds?: string;
  /** It ends by itself after this. Default: never. */
  readonly runsFor?: Duration;
  /** Its exit code, whether it ends by itself or on SIGTERM. Default 0. Without `runsFor` and `listens` it ends at once. */
  readonly exitsWith?: number;
  /** SIGTERM does nothing. By default it ends at once, also as the first process of a container. */
  readonly ignoresTerm?: boolean;
  /** Bytes of memory that it takes each second: `"1m"`. */
  readonly leaks?: number | string;
  /** Bytes of memory that it holds from the start. */
  readonly holds?: number | string;
  readonly logs?: string | readonly (string | LogLine)[];
}

const SECOND_US = 1_000_000;

/** Something that is due at a time, and perhaps again. */
interface Due {
  atUs: number;
  readonly everyUs: number | undefined;
  readonly act: () => Routine<void>;
}

/** A program that behaves as declared. */
export function behaviourProgram(behaviour: Behaviour): Program {
  return function* (argv, env) {
    const run = new Run(behaviour, new Io(argv[0] ?? "", argv, env));
    return yield* run.main();
  };
}

class Run {
  readonly #behaviour: Behaviour;
  readonly #io: Io;
  readonly #due: Due[] = [];
  readonly #listeners = new Set<number>();
  readonly #connections = new Set<number>();
  #heldBytes = 0;
  #ended = false;
  #code: number;

  constructor(behaviour: Behaviour, io: Io) {
    this.#behaviour = behaviour;
    this.#io = io;
    this.#code = behaviour.exitsWith ?? 0;
  }

  *main(): Routine<number> {
    yield* this.#handleTerm();
    const startUs = yield* clock_gettime();
    this.#plan(startUs);
    while (!this.#ended) {
      const nowUs = yield* clock_gettime();
      const next = this.#earliest();
      if (next !== undefined && next.atUs <= nowUs) yield* this.#act(next);
      else yield* this.#wait(next === undefined ? undefined : next.atUs - nowUs);
    }
    yield* this.#io.out.flush();
    return this.#code;
  }

  *#handleTerm(): Routine<void> {
    if (this.#behaviour.ignoresTerm === true) {
      yield* sigaction(SIGTERM, "ignore");
      return;
    }
    const onTerm = function* (this: Run): Routine<void> {
      this.#ended = true;
    }.bind(this);
    yield* sigaction(SIGTERM, onTerm);
  }

  #plan(startUs: number): void {
    const { listens, readyAfter = 0, runsFor, exitsWith, leaks, holds, logs = [] } = this.#behaviour;
    const at = (after: Duration, act: () => Routine<void>, everyUs?: number): void => {
      this.#due.push({ atUs: startUs + durationUs(after), everyUs, act });
    };
    const lines = typeof logs === "string" ? [logs] : logs;
    for (const one of lines) {
      const { line, after = 0, every, stream = "stdout" } = typeof one === "string" ? { line: one } : one;
      at(after, () => this.#log(line, stream), every === undefined ? undefined : durationUs(every));
    }
    if (holds !== undefined) at(0, () => this.#hold(byteCount(holds)));
    if (leaks !== undefined) at(SECOND_US, () => this.#hold(byteCount(leaks)), SECOND_US);
    at(readyAfter, () => this.#becomeReady());
    const isShort = runsFor === undefined && exitsWith !== undefined && listens === undefined;
    if (runsFor !== undefined) at(runsFor, () => this.#end());
    else if (isShort) at(Math.max(0, ...this.#due.map((due) => due.atUs - startUs)), () => this.#end());
  }

  /** The first of those that are due first. */
  #earliest(): Due | undefined {
    let earliest: Due | undefined;
    for (const due of this.#due) if (earliest === undefined || due.atUs < earliest.atUs) earliest = due;
    return earliest;
  }

  *#act(due: Due): Routine<void> {
    if (due.everyUs === undefined) this.#due.splice(this.#due.indexOf(due), 1);
    else due.atUs += Math.max(1, due.everyUs);
    yield* due.act();
  }

  *#log(line: string, stream: "stdout" | "stderr"): Routine<void> {
    yield* (stream === "stdout" ? this.#io.out : this.#io.err).line(line);
    yield* this.#io.out.flush();
  }

  *#hold(bytes: number): Routine<void> {
    this.#heldBytes += bytes;
    yield* brk(this.#heldBytes);
  }

  *#becomeReady(): Routine<void> {
    const { listens = [], readyLine } = this.#behaviour;
    for (const port of typeof listens === "number" ? [listens] : listens) {
      this.#listeners.add(yield* listenOn("0.0.0.0", port));
    }
    if (readyLine !== undefined) yield* this.#log(readyLine, "stdout");
  }

  *#end(): Routine<void> {
    this.#ended = true;
  }

  *#wait(timeoutUs: number | undefined): Routine<void> {
    const fds = [...this.#listeners, ...this.#connections].map((fd) => ({ fd, events: POLLIN }));
    const ready = yield* poll(fds, timeoutUs).attempt();
    if (ready instanceof Errno) return;
    for (const { fd } of ready) {
      if (this.#connections.has(fd)) yield* this.#answer(fd);
      else {
        const accepted = yield* accept4(fd).attempt();
        if (!(accepted instanceof Errno)) this.#connections.add(accepted.fd);
      }
    }
  }

  *#answer(fd: number): Routine<void> {
    const bytes = yield* read(fd, 65_536).attempt();
    if (!(bytes instanceof Errno) && bytes.length > 0) {
      const body = encode(this.#behaviour.responds ?? "ok\n");
      const isHttp = bytes.length > 3 && bytes.includes(0x0d);
      const fields = [["Connection", "close"]] as const;
      if (!isHttp) return;
      yield* sendto(fd, responseBytes({ status: 200, fields, body })).attempt();
    }
    this.#connections.delete(fd);
    yield* close(fd);
  }
}
