/**
 * Ryuk, the reaper of testcontainers: clients tell it what is theirs, line by line, and keep their connections open for as
 * long as they live. When the last one has gone, and none comes back, it removes what they have named.
 *
 * The real one asks the engine over /var/run/docker.sock; here `remove` does.
 *
 * @see https://github.com/testcontainers/moby-ryuk
 */
import {
  accept4,
  clock_gettime,
  close,
  Errno,
  hold,
  nanosleep,
  POLLIN,
  type Program,
  poll,
  type Routine,
  read,
} from "../../abi/index.ts";
import { encode, latin1 } from "../../lib/index.ts";
import { attempt, civilOf, Io, strftime, writeAll } from "../../userland/index.ts";
import { durationUs } from "../duration.ts";
import { listenOn } from "../http/server.ts";

const DEFAULT_PORT = 8080;
/** How long the first client may take, and how long one that has gone may stay away. */
const CONNECTION_TIMEOUT = "1m";
const RECONNECTION_TIMEOUT = "10s";
/** How often it looks whether everything is removed. */
const LOOK_US = 10_000;
/** How far the engine gets from one look to the next, at least: the world would leave it no time at all otherwise. */
const MICROTASKS_PER_LOOK = 100;

/** A filter of lists, as the API has it: `label`, `org.testcontainers.session-id=…`. */
export interface ReaperFilter {
  readonly name: string;
  readonly value: string;
}

/** How many of each were removed. */
export interface Reaped {
  readonly containers: number;
  readonly networks: number;
  readonly volumes: number;
  readonly images: number;
}

/** Removes what meets all filters of one of the sets. */
export type Reap = (sets: readonly (readonly ReaperFilter[])[]) => Promise<Reaped>;

/** The program of a Ryuk that removes through `reap`. */
export function makeRyuk(reap: Reap): Program {
  return function* ryuk(argv, env) {
    return yield* new Ryuk(new Io("ryuk", argv, env), reap).run();
  };
}

class Ryuk {
  readonly #io: Io;
  readonly #reap: Reap;
  /** By their text: who says the same thing twice has said it once. */
  readonly #sets = new Map<string, readonly ReaperFilter[]>();
  /** Of each client, the line that is not whole yet. */
  readonly #clients = new Map<number, string>();

  constructor(io: Io, reap: Reap) {
    this.#io = io;
    this.#reap = reap;
  }

  *run(): Routine<number> {
    const port = Number(this.#io.env.get("RYUK_PORT") ?? DEFAULT_PORT);
    yield* this.#log(`starting port=${port}`);
    const listener = yield* tryToListen(port);
    if (listener instanceof Errno) {
      yield* this.#log(`"listen failed" error="${listener.message}"`);
      return 1;
    }
    yield* this.#log(`Started address=[::]:${port}`);
    yield* this.#serve(listener);
    yield* this.#log(`"prune check" clients=${this.#clients.size}`);
    yield* this.#remove();
    yield* this.#log("done");
    return 0;
  }

  /** Until nobody has been there for as long as that may be. */
  *#serve(listener: number): Routine<void> {
    let patienceUs = this.#setting("RYUK_CONNECTION_TIMEOUT", CONNECTION_TIMEOUT);
    for (;;) {
      const waited = [listener, ...this.#clients.keys()].map((fd) => ({ fd, events: POLLIN }));
      const ready = yield* poll(waited, this.#clients.size > 0 ? undefined : patienceUs).attempt();
      if (ready instanceof Errno) continue;
      if (ready.length === 0) return;
      for (const { fd } of ready) {
        if (fd === listener) yield* this.#accept(listener);
        else if (!(yield* this.#listen(fd))) {
          this.#clients.delete(fd);
          yield* close(fd).attempt();
          yield* this.#log(`"client disconnected"`);
          patienceUs = this.#setting("RYUK_RECONNECTION_TIMEOUT", RECONNECTION_TIMEOUT);
        }
      }
    }
  }

  *#accept(listener: number): Routine<void> {
    const accepted = yield* accept4(listener).attempt();
    if (accepted instanceof Errno) return;
    this.#clients.set(accepted.fd, "");
    yield* this.#log(`"client connected" clients=${this.#clients.size}`);
  }

  /** False when the client is gone. */
  *#listen(fd: number): Routine<boolean> {
    const bytes = yield* read(fd, 65_536).attempt();
    if (bytes instanceof Errno || bytes.length === 0) return false;
    const lines = ((this.#clients.get(fd) ?? "") + latin1(bytes)).split("\n");
    this.#clients.set(fd, lines.pop() ?? "");
    for (const line of lines.map((text) => text.trim()).filter((text) => text !== "")) {
      const filters = filtersOf(line);
      if (filters === undefined) {
        yield* this.#log(`"failed to parse filter" filter="${line}"`);
        continue;
      }
      this.#sets.set(line, filters);
      yield* this.#log(`"adding filter" filter="${line}"`);
      const failure = yield* attempt(writeAll(fd, encode("ACK\n")));
      if (failure instanceof Errno) return false;
    }
    return true;
  }

  /** The engine removes while this process sleeps. */
  *#remove(): Routine<void> {
    let reaped: Reaped | undefined;
    let failure: unknown;
    void Promise.resolve()
      .then(() => this.#reap([...this.#sets.values()]))
      .then(
        (counts) => {
          reaped = counts;
        },
        (error: unknown) => {
          failure = error;
        },
      );
    while (reaped === undefined && failure === undefined) {
      yield* hold(microtasks(MICROTASKS_PER_LOOK), { outside: true }).attempt();
      yield* nanosleep(LOOK_US);
    }
    if (reaped === undefined) yield* this.#log(`"prune failed" error="${String(failure)}"`);
    else {
      const { containers, networks, volumes, images } = reaped;
      yield* this.#log(`removed containers=${containers} networks=${networks} volumes=${volumes} images=${images}`);
    }
  }

  #setting(name: string, fallback: string): number {
    try {
      return durationUs(this.#io.env.get(name) ?? fallback);
    } catch {
      return durationUs(fallback);
    }
  }

  *#log(message: string): Routine<void> {
    const time = strftime("%Y-%m-%dT%H:%M:%SZ", civilOf(yield* clock_gettime()));
    yield* this.#io.err.write(`time=${time} level=INFO msg=${message}\n`);
    yield* this.#io.err.flush();
  }
}

async function microtasks(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await undefined;
}

function* tryToListen(port: number): Routine<number | Errno> {
  try {
    return yield* listenOn("0.0.0.0", port);
  } catch (error) {
    if (error instanceof Errno) return error;
    throw error;
  }
}

/** `label=a=b&name=c`, written as in a URL; `undefined` for what names no filter. */
function filtersOf(line: string): readonly ReaperFilter[] | undefined {
  const filters = [...new URLSearchParams(line)].map(([name, value]) => ({ name, value }));
  const isRight = filters.length > 0 && filters.every(({ name, value }) => name !== "" && value !== "");
  return isRight ? filters : undefined;
}
