/**
 * redis-server: one process, all connections by poll(2), its keys in dump.rdb when it ends.
 *
 * Unlike Redis's own, the dump is text.
 *
 * @see https://redis.io/docs/latest/
 */
import {
  accept4,
  brk,
  clock_gettime,
  close,
  Errno,
  getpid,
  MSG_NOSIGNAL,
  POLLIN,
  type Program,
  poll,
  type Routine,
  read,
  SIGINT,
  SIGTERM,
  sendto,
} from "../../abi/index.ts";
import { concat } from "../../lib/index.ts";
import { attempt, civilOf, Io, readText, strftime } from "../../userland/index.ts";
import { putFile } from "../files.ts";
import { listenOn } from "../http/server.ts";
import { RedisStore } from "./redis-store.ts";
import { bulk, failure, OK, ProtocolError, type Reply, RespReader, replyBytes } from "./resp.ts";
import { endOn } from "./signals.ts";

/** Memory that is told to the kernel in steps. */
const STEP_BYTES = 65_536;
const IDLE_BYTES = 3 * 1_048_576;

interface Client {
  readonly reader: RespReader;
  isKnown: boolean;
}

export function makeRedisServer(version: string): Program {
  return function* (argv, env) {
    const io = new Io("redis-server", argv, env);
    if (argv[1] === "--version" || argv[1] === "-v") {
      yield* io.out.line(`Redis server v=${version} sha=00000000:0 malloc=libc bits=64 build=0`);
      yield* io.out.flush();
      return 0;
    }
    return yield* new RedisServer(io, version).run();
  };
}

class RedisServer {
  readonly #io: Io;
  readonly #version: string;
  readonly #store = new RedisStore();
  readonly #settings = new Map([
    ["port", "6379"],
    ["bind", "0.0.0.0"],
    ["dir", "."],
    ["dbfilename", "dump.rdb"],
  ]);
  #pid = 1;
  #declaredBytes = 0;

  constructor(io: Io, version: string) {
    this.#io = io;
    this.#version = version;
  }

  *run(): Routine<number> {
    this.#pid = yield* getpid();
    const file = yield* this.#configure();
    yield* this.#log("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo", "C");
    yield* this.#log(
      `Redis version=${this.#version}, bits=64, commit=00000000, modified=0, pid=${this.#pid}, just started`,
      "C",
    );
    if (file === undefined && this.#io.argv.length === 1) {
      yield* this.#log(
        "Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf",
        "C",
        "#",
      );
    } else yield* this.#log("Configuration loaded", "C");
    const port = Number(this.#settings.get("port"));
    let listener: number;
    try {
      listener = yield* listenOn("::", port);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      yield* this.#log(
        `Warning: Could not create server TCP listening socket *:${port}: bind: ${error.message}`,
        "M",
        "#",
      );
      yield* this.#log("Failed listening on port 6379 (tcp), aborting.", "M", "#");
      return 1;
    }
    yield* this.#log("monotonic clock: POSIX clock_gettime");
    yield* this.#log(`Running mode=standalone, port=${port}.`);
    yield* this.#log("Server initialized");
    yield* this.#load();
    yield* this.#log("Ready to accept connections tcp");
    yield* endOn([SIGTERM, SIGINT], (signal) => this.#shutDown(signal === SIGTERM ? "SIGTERM" : "SIGINT"));
    return yield* this.#serve(listener);
  }

  /** `redis-server [FILE] [--NAME VALUE…]`. Evaluates to the file. */
  *#configure(): Routine<string | undefined> {
    const words = this.#io.argv.slice(1);
    const file = words[0]?.startsWith("--") === false ? words.shift() : undefined;
    const text = file === undefined ? "" : yield* attempt(readText(file));
    if (text instanceof Errno) {
      yield* this.#log(`Fatal error, can't open config file '${file}': ${text.message}`, "C", "#");
      return file;
    }
    for (const line of text.split("\n")) {
      const [name, ...values] = line.trim().split(/\s+/);
      if (name !== undefined && name !== "" && !name.startsWith("#"))
        this.#settings.set(name, unquoted(values.join(" ")));
    }
    for (let word = words.shift(); word !== undefined; word = words.shift()) {
      if (word.startsWith("--"))
        this.#settings.set(word.slice(2), words[0]?.startsWith("--") === false ? (words.shift() ?? "") : "");
    }
    return file;
  }

  *#log(message: string, role: "C" | "M" = "M", mark = "*"): Routine<void> {
    const nowUs = yield* clock_gettime();
    const time = strftime("%d %b %Y %H:%M:%S", civilOf(nowUs));
    const ms = String(Math.floor(nowUs / 1000) % 1000).padStart(3, "0");
    yield* this.#io.out.line(`${this.#pid}:${role} ${time}.${ms} ${mark} ${message}`);
    yield* this.#io.out.flush();
  }

  get #dumpPath(): string {
    return `${this.#settings.get("dir")}/${this.#settings.get("dbfilename")}`;
  }

  *#load(): Routine<void> {
    const text = yield* attempt(readText(this.#dumpPath));
    if (text instanceof Errno || !this.#store.load(text)) return;
    yield* this.#log(`Done loading RDB, keys loaded: ${this.#store.entries.size}, keys expired: 0.`);
    yield* this.#log("DB loaded from disk: 0.000 seconds");
  }

  *#shutDown(signal: string): Routine<void> {
    const seconds = Math.floor((yield* clock_gettime()) / 1_000_000);
    yield* this.#io.out.line(`${this.#pid}:signal-handler (${seconds}) Received ${signal} scheduling shutdown...`);
    yield* this.#log("User requested shutdown...");
    if (this.#settings.get("save") !== "") {
      yield* this.#log("Saving the final RDB snapshot before exiting.");
      const failed = yield* attempt(putFile(this.#dumpPath, this.#store.dump()));
      if (failed instanceof Errno) yield* this.#log(`Error trying to save the DB: ${failed.message}`, "M", "#");
      else yield* this.#log("DB saved on disk");
    }
    yield* this.#log("Redis is now ready to exit, bye bye...", "M", "#");
  }

  *#serve(listener: number): Routine<number> {
    const clients = new Map<number, Client>();
    for (;;) {
      const ready = yield* poll([listener, ...clients.keys()].map((fd) => ({ fd, events: POLLIN }))).attempt();
      if (ready instanceof Errno) continue;
      for (const { fd } of ready) {
        const client = clients.get(fd);
        if (client !== undefined) {
          if (yield* this.#talk(fd, client)) continue;
          clients.delete(fd);
          yield* close(fd).attempt();
        } else {
          const accepted = yield* accept4(listener).attempt();
          if (!(accepted instanceof Errno)) clients.set(accepted.fd, { reader: new RespReader(), isKnown: false });
        }
      }
    }
  }

  /** Answers what has come. False when the client is gone. */
  *#talk(fd: number, client: Client): Routine<boolean> {
    const bytes = yield* read(fd, 65_536).attempt();
    if (bytes instanceof Errno || bytes.length === 0) return false;
    client.reader.push(bytes);
    const replies: Uint8Array[] = [];
    let goesOn = true;
    try {
      for (let words = client.reader.command(); words !== undefined && goesOn; words = client.reader.command()) {
        if (words.length === 0 || words[0] === "") continue;
        replies.push(replyBytes(yield* this.#answer(words, client)));
        goesOn = words[0]?.toLowerCase() !== "quit";
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      replies.push(replyBytes(failure(`ERR Protocol error: ${error.message}`)));
      goesOn = false;
    }
    for (let rest = concat(replies); rest.length > 0; ) {
      const sent = yield* sendto(fd, rest, MSG_NOSIGNAL).attempt();
      if (sent instanceof Errno) return false;
      rest = rest.subarray(sent);
    }
    yield* this.#declareMemory();
    return goesOn;
  }

  *#answer(words: readonly string[], client: Client): Routine<Reply> {
    const nowUs = yield* clock_gettime();
    const password = this.#settings.get("requirepass") ?? "";
    const name = (words[0] ?? "").toLowerCase();
    if (name === "auth") return this.#authenticate(words, client, password);
    if (password !== "" && !client.isKnown && name !== "quit" && name !== "hello") {
      return failure("NOAUTH Authentication required.");
    }
    switch (name) {
      case "quit":
        return OK;
      case "hello":
        return failure("NOPROTO unsupported protocol version");
      case "info":
        return bulk(this.#info());
      case "save":
      case "bgsave": {
        const failed = yield* attempt(putFile(this.#dumpPath, this.#store.dump()));
        if (failed instanceof Errno) return failure("ERR");
        return name === "save" ? OK : { kind: "status", text: "Background saving started" };
      }
      default:
        return this.#store.run(words, nowUs);
    }
  }

  #authenticate(words: readonly string[], client: Client, password: string): Reply {
    if (password === "") {
      return failure(
        "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
      );
    }
    client.isKnown = words.at(-1) === password;
    return client.isKnown ? OK : failure("WRONGPASS invalid username-password pair or user is disabled.");
  }

  #info(): string {
    const lines = [
      "# Server",
      `redis_version:${this.#version}`,
      "redis_mode:standalone",
      `process_id:${this.#pid}`,
      `tcp_port:${this.#settings.get("port")}`,
      "",
      "# Memory",
      `used_memory:${IDLE_BYTES + this.#store.bytes}`,
      "",
      "# Keyspace",
      ...(this.#store.entries.size > 0 ? [`db0:keys=${this.#store.entries.size},expires=0,avg_ttl=0`] : []),
      "",
    ];
    return lines.join("\r\n");
  }

  *#declareMemory(): Routine<void> {
    const bytes = IDLE_BYTES + Math.ceil(this.#store.bytes / STEP_BYTES) * STEP_BYTES;
    if (bytes === this.#declaredBytes) return;
    this.#declaredBytes = bytes;
    yield* brk(bytes);
  }
}

const unquoted = (text: string): string => text.replace(/^"(.*)"$/, "$1");
