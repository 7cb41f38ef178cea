/**
 * A stand-in for PostgreSQL: it starts, logs, lets people in and ends as the real one does, and answers next to no SQL.
 *
 * @see https://www.postgresql.org/docs/17/app-postgres.html
 */
import {
  accept4,
  bind,
  chmod,
  clock_gettime,
  clone,
  close,
  Errno,
  execve,
  getpid,
  getresuid,
  kill,
  listen,
  MSG_NOSIGNAL,
  nanosleep,
  POLLIN,
  type Program,
  poll,
  type Routine,
  read,
  SIGINT,
  SIGQUIT,
  SIGTERM,
  sendto,
  socket,
  unlink,
} from "../../abi/index.ts";
import { concat, join } from "../../lib/index.ts";
import { attempt, civilOf, Io, readText, strftime } from "../../userland/index.ts";
import { exists, makeDirectories, putFile } from "../files.ts";
import { listenOn } from "../http/server.ts";
import { runSql, type SqlContext } from "./postgres-sql.ts";
import {
  authenticationOk,
  authenticationPassword,
  commandComplete,
  dataRow,
  emptyQuery,
  errorResponse,
  parameterStatus,
  readNumber,
  readyForQuery,
  rowDescription,
  SSL_REQUEST,
  texts,
  WireReader,
} from "./postgres-wire.ts";
import { endOn } from "./signals.ts";

const SOCKET_DIRECTORY = "/var/run/postgresql";

interface Session {
  readonly reader: WireReader;
  readonly isLocal: boolean;
  state: "starting" | "asked" | "ready";
  user: string;
  database: string;
}

export function makePostgres(version: string): Program {
  return function* (argv, env) {
    const io = new Io("postgres", argv, env);
    if (argv[1] === "--version" || argv[1] === "-V") {
      yield* io.out.line(`postgres (PostgreSQL) ${version} (Debian ${version}-1.pgdg120+1)`);
      yield* io.out.flush();
      return 0;
    }
    if ((yield* getresuid()).effective === 0) {
      yield* io.err.write(
        '"root" execution of the PostgreSQL server is not permitted.\nThe server must be started under an unprivileged user ID to prevent\npossible system security compromise.  See the documentation for\nmore information on how to properly start the server.\n',
      );
      return 1;
    }
    const settings = settingsOf(argv.slice(1));
    const directory = settings.get("data_directory") ?? env.get("PGDATA") ?? "";
    if (!(yield* exists(join(directory, "PG_VERSION")))) {
      yield* io.err.write(
        `postgres: could not access the server configuration file "${directory}/postgresql.conf": No such file or directory\n`,
      );
      return 2;
    }
    return yield* new Postgres(io, version, directory, settings).run();
  };
}

/** `-D DIRECTORY`, `-p PORT`, `-c NAME=VALUE`. */
function settingsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "-D") settings.set("data_directory", rest.shift() ?? "");
    else if (word === "-p") settings.set("port", rest.shift() ?? "5432");
    else if (word === "-c" || word.startsWith("--")) {
      const [name = "", ...value] = (word === "-c" ? (rest.shift() ?? "") : word.slice(2)).split("=");
      settings.set(name, value.join("="));
    }
  }
  return settings;
}

class Postgres {
  readonly #io: Io;
  readonly #version: string;
  readonly #directory: string;
  readonly #settings: ReadonlyMap<string, string>;
  readonly #users = new Map<string, string>();
  readonly #databases = new Set(["postgres", "template0", "template1"]);
  readonly #sessions = new Map<number, Session>();
  #pid = 1;

  constructor(io: Io, version: string, directory: string, settings: ReadonlyMap<string, string>) {
    this.#io = io;
    this.#version = version;
    this.#directory = directory;
    this.#settings = settings;
  }

  *run(): Routine<number> {
    this.#pid = yield* getpid();
    yield* this.#loadCatalog();
    const port = Number(this.#settings.get("port") ?? 5432);
    yield* this.#log(`starting ${this.#longVersion}`);
    const listeners: number[] = [];
    if (this.#settings.get("listen_addresses") !== "") {
      const listener = yield* attempt(listenOn("::", port));
      if (listener instanceof Errno) {
        yield* this.#log(`could not bind IPv4 address "0.0.0.0": ${listener.message}`);
        yield* this.#log("could not create any TCP/IP sockets", "FATAL");
        return 1;
      }
      listeners.push(listener);
      yield* this.#log(`listening on IPv4 address "0.0.0.0", port ${port}`);
      yield* this.#log(`listening on IPv6 address "::", port ${port}`);
    }
    const path = `${SOCKET_DIRECTORY}/.s.PGSQL.${port}`;
    listeners.push(yield* listenLocal(path));
    yield* this.#log(`listening on Unix socket "${path}"`);
    const stopped = yield* attempt(readText(join(this.#directory, "global/pg_control")));
    const text = stopped instanceof Errno ? this.#timeText(yield* clock_gettime()) : stopped.trim();
    yield* this.#log(`database system was shut down at ${text}`, "LOG", 3);
    yield* nanosleep(30_000).attempt();
    yield* putFile(join(this.#directory, "postmaster.pid"), `${this.#pid}\n${this.#directory}\n`);
    yield* this.#log("database system is ready to accept connections");
    yield* endOn([SIGTERM, SIGINT, SIGQUIT], (signal) => this.#shutDown(signal, path));
    return yield* this.#serve(new Set(listeners));
  }

  get #longVersion(): string {
    return `PostgreSQL ${this.#version} (Debian ${this.#version}-1.pgdg120+1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit`;
  }

  #timeText(us: number): string {
    return strftime("%Y-%m-%d %H:%M:%S UTC", civilOf(us));
  }

  *#log(message: string, level = "LOG", child = 0): Routine<void> {
    const nowUs = yield* clock_gettime();
    const ms = String(Math.floor(nowUs / 1000) % 1000).padStart(3, "0");
    const time = strftime("%Y-%m-%d %H:%M:%S", civilOf(nowUs));
    yield* this.#io.err.write(`${time}.${ms} UTC [${this.#pid + child}] ${level}:  ${message}\n`);
  }

  *#loadCatalog(): Routine<void> {
    const roles = yield* attempt(readText(join(this.#directory, "global/pg_authid")));
    for (const line of (roles instanceof Errno ? "" : roles).split("\n")) {
      const [name = "", ...secret] = line.split(":");
      if (name !== "") this.#users.set(name, secret.join(":"));
    }
    const databases = yield* attempt(readText(join(this.#directory, "global/pg_database")));
    for (const name of (databases instanceof Errno ? "" : databases).split("\n"))
      if (name !== "") this.#databases.add(name);
  }

  *#saveCatalog(): Routine<void> {
    const roles = [...this.#users].map(([name, secret]) => `${name}:${secret}\n`);
    yield* putFile(join(this.#directory, "global/pg_authid"), roles.join(""), 0o600);
    yield* putFile(
      join(this.#directory, "global/pg_database"),
      [...this.#databases].map((name) => `${name}\n`).join(""),
      0o600,
    );
  }

  *#shutDown(signal: number, path: string): Routine<void> {
    const kind = signal === SIGINT ? "fast" : signal === SIGTERM ? "smart" : "immediate";
    yield* this.#log(`received ${kind} shutdown request`);
    if (kind === "fast") yield* this.#log("aborting any active transactions");
    if (kind !== "immediate") {
      yield* this.#log(
        `background worker "logical replication launcher" (PID ${this.#pid + 6}) exited with exit code 1`,
      );
      yield* this.#log("shutting down", "LOG", 1);
      yield* this.#saveCatalog();
      yield* putFile(join(this.#directory, "global/pg_control"), `${this.#timeText(yield* clock_gettime())}\n`);
    }
    yield* unlink(path).attempt();
    yield* unlink(join(this.#directory, "postmaster.pid")).attempt();
    yield* this.#log("database system is shut down");
  }

  *#serve(listeners: ReadonlySet<number>): Routine<number> {
    for (;;) {
      const fds = [...listeners, ...this.#sessions.keys()];
      const ready = yield* poll(fds.map((fd) => ({ fd, events: POLLIN }))).attempt();
      if (ready instanceof Errno) continue;
      for (const { fd } of ready) {
        const session = this.#sessions.get(fd);
        if (session === undefined) {
          const accepted = yield* accept4(fd).attempt();
          if (accepted instanceof Errno) continue;
          const isLocal = accepted.from.family === "unix";
          this.#sessions.set(accepted.fd, {
            reader: new WireReader(),
            isLocal,
            state: "starting",
            user: "",
            database: "",
          });
        } else if (!(yield* this.#talk(fd, session))) {
          this.#sessions.delete(fd);
          yield* close(fd).attempt();
        }
      }
    }
  }

  /** Answers what has come. False when the session is over. */
  *#talk(fd: number, session: Session): Routine<boolean> {
    const bytes = yield* read(fd, 65_536).attempt();
    if (bytes instanceof Errno || bytes.length === 0) return false;
    session.reader.push(bytes);
    for (;;) {
      const message = session.reader.next({ untyped: session.state === "starting" });
      if (message === undefined) return true;
      if (message.type === "X") return false;
      const replies = yield* this.#answer(message.type, message.body, session);
      for (let rest = concat([...replies.bytes]); rest.length > 0; ) {
        const sent = yield* sendto(fd, rest, MSG_NOSIGNAL).attempt();
        if (sent instanceof Errno) return false;
        rest = rest.subarray(sent);
      }
      if (!replies.goesOn) return false;
    }
  }

  *#answer(
    type: string,
    body: Uint8Array,
    session: Session,
  ): Routine<{ readonly bytes: readonly Uint8Array[]; readonly goesOn: boolean }> {
    const go = (...bytes: readonly Uint8Array[]) => ({ bytes, goesOn: true });
    if (session.state === "starting") {
      if (readNumber(body, 0) === SSL_REQUEST) return go(new Uint8Array([0x4e]));
      const words = texts(body.subarray(4));
      session.user = words[words.indexOf("user") + 1] ?? "";
      session.database = words.includes("database") ? (words[words.indexOf("database") + 1] ?? "") : session.user;
      if (!session.isLocal && (this.#users.get(session.user) ?? "-") !== "") {
        session.state = "asked";
        return go(authenticationPassword());
      }
      return yield* this.#admit(session);
    }
    if (session.state === "asked") {
      if (type === "p" && texts(body)[0] === this.#users.get(session.user)) return yield* this.#admit(session);
      const message = `password authentication failed for user "${session.user}"`;
      yield* this.#log(message, "FATAL", 40);
      return { bytes: [errorResponse("FATAL", "28P01", message)], goesOn: false };
    }
    if (type !== "Q") {
      return go(
        errorResponse("ERROR", "0A000", "this PostgreSQL is a stand-in: it takes simple queries only"),
        readyForQuery(),
      );
    }
    const sql = texts(body)[0] ?? "";
    const context: SqlContext = {
      version: this.#longVersion,
      database: session.database,
      user: session.user,
      databases: this.#databases,
      users: this.#users,
    };
    const replies: Uint8Array[] = [];
    for (const result of runSql(sql, context)) {
      if (result.kind === "rows") {
        replies.push(
          rowDescription(result.names),
          ...result.rows.map(dataRow),
          commandComplete(`SELECT ${result.rows.length}`),
        );
      } else if (result.kind === "done") replies.push(commandComplete(result.tag));
      else if (result.kind === "empty") replies.push(emptyQuery());
      else {
        yield* this.#log(result.message, "ERROR", 40);
        yield* this.#log(sql.trim(), "STATEMENT", 40);
        replies.push(errorResponse("ERROR", result.code, result.message));
      }
    }
    return go(...replies, readyForQuery());
  }

  *#admit(session: Session): Routine<{ readonly bytes: readonly Uint8Array[]; readonly goesOn: boolean }> {
    const failure = !this.#users.has(session.user)
      ? (["28000", `role "${session.user}" does not exist`] as const)
      : !this.#databases.has(session.database)
        ? (["3D000", `database "${session.database}" does not exist`] as const)
        : undefined;
    if (failure !== undefined) {
      yield* this.#log(failure[1], "FATAL", 40);
      return { bytes: [errorResponse("FATAL", failure[0], failure[1])], goesOn: false };
    }
    session.state = "ready";
    const parameters = [parameterStatus("server_version", this.#version), parameterStatus("client_encoding", "UTF8")];
    return { bytes: [authenticationOk(), ...parameters, readyForQuery()], goesOn: true };
  }
}

function* listenLocal(path: string): Routine<number> {
  yield* unlink(path).attempt();
  const fd = yield* socket("unix", "stream");
  yield* bind(fd, { family: "unix", path });
  yield* listen(fd, 128);
  yield* chmod(path, 0o777);
  return fd;
}

// ── initdb and pg_ctl ──

/** initdb: makes a data directory. `-D DIRECTORY`, `--username=NAME`, `--pwfile=FILE`. */
export const initdb: Program = function* (argv, env) {
  const io = new Io("initdb", argv, env);
  const words = argv.slice(1);
  const value = (name: string): string | undefined =>
    words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const directory =
    (words.includes("-D") ? words[words.indexOf("-D") + 1] : undefined) ?? value("--pgdata") ?? env.get("PGDATA") ?? "";
  const user = value("--username") ?? "postgres";
  const file = value("--pwfile");
  const secret = file === undefined ? "" : yield* attempt(readText(file));
  yield* io.out.write(
    `The files belonging to this database system will be owned by user "postgres".\nThis user must also own the server process.\n\nThe database cluster will be initialized with locale "en_US.utf8".\nThe default database encoding has accordingly been set to "UTF8".\nThe default text search configuration will be set to "english".\n\nData page checksums are disabled.\n\nfixing permissions on existing directory ${directory} ... ok\ncreating subdirectories ... ok\nselecting dynamic shared memory implementation ... posix\nselecting default "max_connections" ... 100\nselecting default "shared_buffers" ... 128MB\nselecting default time zone ... Etc/UTC\ncreating configuration files ... ok\n`,
  );
  yield* io.out.flush();
  for (const name of ["base", "global", "pg_wal", "pg_xact"]) yield* makeDirectories(join(directory, name));
  yield* putFile(join(directory, "PG_VERSION"), "17\n", 0o600);
  yield* putFile(
    join(directory, "postgresql.conf"),
    "listen_addresses = '*'\nmax_connections = 100\nshared_buffers = 128MB\n",
    0o600,
  );
  yield* putFile(join(directory, "pg_hba.conf"), "local all all trust\nhost all all 127.0.0.1/32 trust\n", 0o600);
  yield* putFile(
    join(directory, "global/pg_authid"),
    `${user}:${secret instanceof Errno ? "" : secret.trim()}\n`,
    0o600,
  );
  for (const step of ["running bootstrap script", "performing post-bootstrap initialization", "syncing data to disk"]) {
    yield* nanosleep(250_000).attempt();
    yield* io.out.line(`${step} ... ok`);
    yield* io.out.flush();
  }
  yield* io.out.write(
    `\n\nSuccess. You can now start the database server using:\n\n    pg_ctl -D ${directory} -l logfile start\n\n`,
  );
  yield* io.out.flush();
  return 0;
};

/** How often pg_ctl looks, and how often at most. */
const LOOK_US = 100_000;
const LOOKS = 600;

/** pg_ctl: starts a server beside itself, or ends it. */
export const pgCtl: Program = function* (argv, env) {
  const io = new Io("pg_ctl", argv, env);
  const words = argv.slice(1);
  const after = (name: string): string | undefined =>
    words.includes(name) ? words[words.indexOf(name) + 1] : undefined;
  const directory = after("-D") ?? env.get("PGDATA") ?? "";
  const file = join(directory, "postmaster.pid");
  if (words.includes("start")) {
    yield* io.out.write("waiting for server to start....");
    yield* io.out.flush();
    const options = (after("-o") ?? "")
      .split(/\s+/)
      .flatMap((word) => (word === "" ? [] : [word.replaceAll(/^['"]|['"]$/g, "")]));
    yield* clone(startServer, { directory, options, env });
    for (let looks = 0; looks < LOOKS && !(yield* exists(file)); looks++) yield* nanosleep(LOOK_US).attempt();
    yield* io.out.write(" done\nserver started\n");
  } else if (words.includes("stop")) {
    const text = yield* attempt(readText(file));
    if (text instanceof Errno) {
      yield* io.err.write(`pg_ctl: PID file "${file}" does not exist\nIs server running?\n`);
      return 1;
    }
    yield* io.out.write("waiting for server to shut down....");
    yield* io.out.flush();
    yield* kill(Number(text.split("\n", 1)[0]), SIGINT).attempt();
    for (let looks = 0; looks < LOOKS && (yield* exists(file)); looks++) yield* nanosleep(LOOK_US).attempt();
    yield* io.out.write(" done\nserver stopped\n");
  }
  yield* io.out.flush();
  return 0;
};

interface ServerStart {
  readonly directory: string;
  readonly options: readonly string[];
  readonly env: ReadonlyMap<string, string>;
}

function* startServer({ directory, options, env }: ServerStart): Routine<number> {
  for (const place of ["/usr/lib/postgresql/17/bin/postgres", "/usr/local/bin/postgres"]) {
    yield* execve(place, ["postgres", "-D", directory, ...options], env).attempt();
  }
  return 127;
}
