/** psql and pg_isready, for the stand-in for PostgreSQL. @see psql(1), pg_isready(1) */
import {
  close,
  connect,
  Errno,
  MSG_NOSIGNAL,
  type Program,
  type Routine,
  read,
  sendto,
  socket,
} from "../../abi/index.ts";
import { decode } from "../../lib/index.ts";
import { attempt, Io, readText, resolve } from "../../userland/index.ts";
import { connectTo } from "../http/client.ts";
import {
  errorFields,
  password,
  query,
  readNumber,
  startup,
  terminate,
  texts,
  type WireMessage,
  WireReader,
} from "../servers/postgres-wire.ts";

const SOCKET_DIRECTORY = "/var/run/postgresql";

interface Target {
  /** "" or a path: a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

function parse(io: Io) {
  const options = new Map<string, string>();
  const commands: string[] = [];
  const operands: string[] = [];
  const flags = new Set<string>();
  const words = io.argv.slice(1);
  const names: Readonly<Record<string, string>> = {
    host: "h",
    port: "p",
    username: "U",
    dbname: "d",
    command: "c",
    file: "f",
    timeout: "t",
  };
  const take = (name: string, attached: string): boolean => {
    if (!/^[hpUdcfv]$/.test(name) && !(name === "t" && io.name !== "psql")) return false;
    const value = attached === "" ? (words.shift() ?? "") : attached;
    if (name === "c") commands.push(value);
    else options.set(name, value);
    return true;
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const long = /^--([a-z-]+)(?:=(.*))?$/s.exec(word);
    if (long !== null) {
      const name = names[long[1] ?? ""] ?? long[1] ?? "";
      if (!take(name, long[2] ?? "")) flags.add(name);
    } else if (!word.startsWith("-")) operands.push(word);
    else {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at] ?? "";
        if (take(letter, word.slice(at + 1))) break;
        flags.add(letter);
      }
    }
  }
  const { env } = io;
  const user = options.get("U") ?? operands[1] ?? env.get("PGUSER") ?? env.get("USER") ?? "postgres";
  const host = options.get("h") ?? env.get("PGHOST") ?? "";
  const port = Number(options.get("p") ?? env.get("PGPORT") ?? 5432);
  const database = options.get("d") ?? operands[0] ?? env.get("PGDATABASE") ?? user;
  return { target: { host, port, user, database }, commands, file: options.get("f"), flags };
}

function* open({ host, port }: Target): Routine<number | string> {
  if (host !== "" && !host.startsWith("/")) {
    const [address] = yield* resolve(host);
    if (address === undefined) return `could not translate host name "${host}" to address: Name or service not known`;
    const fd = yield* attempt(connectTo(address, port));
    if (!(fd instanceof Errno)) return fd;
    return `connection to server at "${host}" (${address}), port ${port} failed: ${fd.message}\n\tIs the server running on that host and accepting TCP/IP connections?`;
  }
  const path = `${host === "" ? SOCKET_DIRECTORY : host}/.s.PGSQL.${port}`;
  const fd = yield* socket("unix", "stream");
  const failed = yield* connect(fd, { family: "unix", path }).attempt();
  if (!(failed instanceof Errno)) return fd;
  yield* close(fd);
  return `connection to server on socket "${path}" failed: ${failed.message}\n\tIs the server running locally and accepting connections on that socket?`;
}

function* send(fd: number, bytes: Uint8Array): Routine<void> {
  for (let rest = bytes; rest.length > 0; ) {
    const sent = yield* sendto(fd, rest, MSG_NOSIGNAL).attempt();
    if (sent instanceof Errno) return;
    rest = rest.subarray(sent);
  }
}

/** Messages up to one that lets the client speak again. */
function* receive(fd: number, reader: WireReader): Routine<readonly WireMessage[]> {
  const messages: WireMessage[] = [];
  for (;;) {
    for (let message = reader.next(); message !== undefined; message = reader.next()) {
      messages.push(message);
      const asks = message.type === "R" && readNumber(message.body, 0) !== 0;
      if (message.type === "Z" || asks) return messages;
    }
    const bytes = yield* read(fd, 65_536).attempt();
    if (bytes instanceof Errno || bytes.length === 0) return messages;
    reader.push(bytes);
  }
}

export const pgIsReady: Program = function* (argv, env) {
  const io = new Io("pg_isready", argv, env);
  const { target, flags } = parse(io);
  const place = `${target.host === "" ? SOCKET_DIRECTORY : target.host}:${target.port}`;
  const fd = yield* open(target);
  let code = 2;
  if (typeof fd === "number") {
    yield* send(fd, startup({ user: target.user, database: target.database }));
    code = (yield* receive(fd, new WireReader())).length > 0 ? 0 : 1;
    yield* close(fd);
  }
  const words = ["accepting connections", "rejecting connections", "no response"];
  if (!flags.has("q") && !flags.has("quiet")) yield* io.out.line(`${place} - ${words[code]}`);
  yield* io.out.flush();
  return code;
};

export const psql: Program = function* (argv, env) {
  const io = new Io("psql", argv, env);
  const code = yield* main(io);
  yield* io.out.flush();
  return code;
};

function* main(io: Io): Routine<number> {
  const { target, commands, file, flags } = parse(io);
  if (flags.has("V") || flags.has("version")) {
    yield* io.out.line("psql (PostgreSQL) 17.2 (Debian 17.2-1.pgdg120+1)");
    return 0;
  }
  const fd = yield* open(target);
  if (typeof fd === "string") {
    yield* io.err.write(`psql: error: ${fd}\n`);
    return 2;
  }
  const reader = new WireReader();
  if (!(yield* logIn(io, fd, reader, target))) return 2;
  const sources = [...commands];
  if (file !== undefined) sources.push(yield* readText(file));
  if (sources.length === 0) sources.push(decode(yield* io.in.rest()));
  let code = 0;
  for (const sql of sources) {
    yield* send(fd, query(sql));
    if (!(yield* show(io, yield* receive(fd, reader), flags))) code = 1;
  }
  yield* send(fd, terminate());
  yield* close(fd);
  return code;
}

function* logIn(io: Io, fd: number, reader: WireReader, target: Target): Routine<boolean> {
  yield* send(fd, startup({ user: target.user, database: target.database }));
  let messages = yield* receive(fd, reader);
  if (messages.some(({ type, body }) => type === "R" && readNumber(body, 0) !== 0)) {
    const secret = io.env.get("PGPASSWORD");
    if (secret === undefined) {
      yield* io.err.write("psql: error: fe_sendauth: no password supplied\n");
      return false;
    }
    yield* send(fd, password(secret));
    messages = yield* receive(fd, reader);
  }
  const failed = messages.find(({ type }) => type === "E");
  if (failed === undefined) return true;
  const fields = errorFields(failed.body);
  yield* io.err.write(`psql: error: connection to server failed: ${fields.get("S")}:  ${fields.get("M")}\n`);
  return false;
}

/** Prints results as tables. False if there was an error. */
function* show(io: Io, messages: readonly WireMessage[], flags: ReadonlySet<string>): Routine<boolean> {
  let names: readonly string[] = [];
  let rows: (readonly string[])[] = [];
  let isFine = true;
  const bare = flags.has("t") || flags.has("tuples-only");
  const unaligned = flags.has("A") || flags.has("no-align");
  for (const { type, body } of messages) {
    if (type === "T") [names, rows] = [columnNames(body), []];
    else if (type === "D") rows.push(cells(body));
    else if (type === "E") {
      const fields = errorFields(body);
      yield* io.out.flush();
      yield* io.err.write(`${fields.get("S")}:  ${fields.get("M")}\n`);
      isFine = false;
    } else if (type === "C") {
      const tag = texts(body)[0] ?? "";
      if (names.length === 0) yield* io.out.line(tag);
      else yield* io.out.write(table(names, rows, { bare, unaligned }));
      names = [];
    }
  }
  return isFine;
}

function columnNames(body: Uint8Array): readonly string[] {
  const names: string[] = [];
  const count = ((body[0] ?? 0) << 8) | (body[1] ?? 0);
  for (let at = 2, index = 0; index < count; index++) {
    const end = body.indexOf(0, at);
    names.push(texts(body.subarray(at, end))[0] ?? "");
    at = end + 19;
  }
  return names;
}

function cells(body: Uint8Array): readonly string[] {
  const values: string[] = [];
  const count = ((body[0] ?? 0) << 8) | (body[1] ?? 0);
  for (let at = 2, index = 0; index < count; index++) {
    const length = readNumber(body, at);
    values.push(texts(body.subarray(at + 4, at + 4 + length))[0] ?? "");
    at += 4 + length;
  }
  return values;
}

interface Style {
  readonly bare: boolean;
  readonly unaligned: boolean;
}

function table(names: readonly string[], rows: readonly (readonly string[])[], { bare, unaligned }: Style): string {
  const footer = `(${rows.length} row${rows.length === 1 ? "" : "s"})\n`;
  if (unaligned) {
    const lines = [...(bare ? [] : [names]), ...rows].map((one) => `${one.join("|")}\n`);
    return lines.join("") + (bare ? "" : footer);
  }
  const widths = names.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const isNumber = names.map((_, index) => rows.every((row) => /^-?\d+(\.\d+)?$/.test(row[index] ?? "")));
  const cell = (text: string, index: number): string =>
    ` ${isNumber[index] === true ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0)} `;
  const centred = (text: string, index: number): string => {
    const space = (widths[index] ?? 0) - text.length;
    return ` ${" ".repeat(Math.floor(space / 2))}${text}${" ".repeat(Math.ceil(space / 2))} `;
  };
  const lines = rows.map((row) => row.map(cell).join("|").replace(/ $/, ""));
  if (bare) return `${lines.join("\n")}\n\n`;
  const head = names.map(centred).join("|");
  const rule = widths.map((width) => "-".repeat(width + 2)).join("+");
  return `${[head, rule, ...lines].join("\n")}\n${footer}\n`;
}
