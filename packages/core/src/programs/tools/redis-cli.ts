/** redis-cli: commands from the command line or from standard input. @see redis-cli(1) */
import { close, Errno, MSG_NOSIGNAL, type Program, type Routine, read, sendto } from "../../abi/index.ts";
import { encode, fromLatin1, latin1 } from "../../lib/index.ts";
import { attempt, Io, isatty, resolve } from "../../userland/index.ts";
import { connectTo } from "../http/client.ts";
import { commandBytes, type Reply, RespReader } from "../servers/resp.ts";

export const redisCli: Program = function* (argv, env) {
  const io = new Io("redis-cli", argv, env);
  const code = yield* main(io);
  yield* io.out.flush();
  return code;
};

function* main(io: Io): Routine<number> {
  let host = "127.0.0.1";
  let port = 6379;
  let password = io.env.get("REDISCLI_AUTH");
  let isRaw = !(yield* isatty(1));
  const words = io.argv.slice(1);
  for (; words[0]?.startsWith("-"); words.shift()) {
    const [option] = words;
    if (option === "--version") {
      yield* io.out.line("redis-cli 7.4.1");
      return 0;
    }
    if (option === "-h") host = take(words);
    else if (option === "-p") port = Number(take(words));
    else if (option === "-a" || option === "--pass") password = take(words);
    else if (option === "-n" || option === "-u" || option === "-t") take(words);
    else if (option === "--raw") isRaw = true;
    else if (option === "--no-raw") isRaw = false;
  }
  const [address] = yield* resolve(host);
  const fd = address === undefined ? undefined : yield* attempt(connectTo(address, port));
  if (fd === undefined || fd instanceof Errno) {
    const why = fd === undefined ? "Name or service not known" : fd.message;
    yield* io.err.write(`Could not connect to Redis at ${host}:${port}: ${why}\n`);
    return 1;
  }
  const reader = new RespReader();
  if (password !== undefined) yield* ask(fd, reader, ["AUTH", password]);
  const commands = words.length > 0 ? [words.map((word) => latin1(encode(word)))] : yield* fromInput(io);
  let code = 0;
  for (const command of commands) {
    const reply = yield* ask(fd, reader, command);
    if (reply === undefined) {
      yield* io.err.write("Error: Server closed the connection\n");
      return 1;
    }
    yield* io.out.write(fromLatin1(`${isRaw ? raw(reply) : pretty(reply, "")}\n`));
    if (reply.kind === "error" && words.length > 0) code = 1;
  }
  yield* close(fd);
  return code;
}

function take(words: string[]): string {
  words.shift();
  return words[0] ?? "";
}

function* fromInput(io: Io): Routine<readonly (readonly string[])[]> {
  const commands: (readonly string[])[] = [];
  for (let line = yield* io.in.latin1Line(); line !== undefined; line = yield* io.in.latin1Line()) {
    const words = line.match(/"(?:[^"\\]|\\.)*"|'[^']*'|\S+/g) ?? [];
    if (words.length > 0) commands.push(words.map((word) => word.replace(/^(["'])(.*)\1$/, "$2")));
  }
  return commands;
}

function* ask(fd: number, reader: RespReader, words: readonly string[]): Routine<Reply | undefined> {
  for (let rest = commandBytes(words); rest.length > 0; ) {
    const sent = yield* sendto(fd, rest, MSG_NOSIGNAL).attempt();
    if (sent instanceof Errno) return undefined;
    rest = rest.subarray(sent);
  }
  for (;;) {
    const reply = reader.reply();
    if (reply !== undefined) return reply;
    const bytes = yield* read(fd, 65_536).attempt();
    if (bytes instanceof Errno || bytes.length === 0) return undefined;
    reader.push(bytes);
  }
}

/** As it is printed where no terminal is. */
function raw(reply: Reply): string {
  switch (reply.kind) {
    case "integer":
      return String(reply.value);
    case "array":
      return (reply.items ?? []).map(raw).join("\n");
    default:
      return reply.text ?? "";
  }
}

function pretty(reply: Reply, indent: string): string {
  switch (reply.kind) {
    case "status":
      return reply.text;
    case "error":
      return `(error) ${reply.text}`;
    case "integer":
      return `(integer) ${reply.value}`;
    case "bulk":
      return reply.text === undefined ? "(nil)" : JSON.stringify(reply.text);
    case "array": {
      const items = reply.items ?? [];
      if (items.length === 0) return "(empty array)";
      const width = String(items.length).length;
      const lines = items.map(
        (item, index) => `${String(index + 1).padStart(width)}) ${pretty(item, `${indent}${" ".repeat(width + 2)}`)}`,
      );
      return lines.join(`\n${indent}`);
    }
  }
}
