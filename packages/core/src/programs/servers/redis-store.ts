/**
 * What a Redis server holds and what its commands do to it. Knows no sockets: a command goes in, a reply comes out.
 *
 * @see https://redis.io/docs/latest/commands/
 */
import { ownValue } from "../../lib/index.ts";
import { array, bulk, failure, integer, OK, type Reply, status } from "./resp.ts";

type Value =
  | { readonly type: "string"; text: string }
  | { readonly type: "list"; readonly items: string[] }
  | { readonly type: "set"; readonly members: Set<string> }
  | { readonly type: "hash"; readonly fields: Map<string, string> };

interface Entry {
  readonly value: Value;
  /** Microseconds since 1970; `undefined` for never. */
  expiresUs: number | undefined;
}

const WRONG_TYPE = failure("WRONGTYPE Operation against a key holding the wrong kind of value");
const NO_INTEGER = failure("ERR value is not an integer or out of range");
const SYNTAX = failure("ERR syntax error");

/** A command's arguments, without its name. */
type Handler = (store: RedisStore, args: readonly string[]) => Reply;

interface CommandSpec {
  readonly run: Handler;
  /** At least so many arguments; exactly if `most` says so. */
  readonly least: number;
  readonly most: number;
}

export class RedisStore {
  readonly entries = new Map<string, Entry>();
  nowUs = 0;
  /** Bytes of keys and values, roughly. */
  get bytes(): number {
    let total = 0;
    for (const [key, { value }] of this.entries) total += key.length + sizeOf(value);
    return total;
  }

  /** Runs a command at a time. */
  run(words: readonly string[], nowUs: number): Reply {
    this.nowUs = nowUs;
    const [name = "", ...args] = words;
    const command = COMMANDS.get(name.toLowerCase());
    if (command === undefined) {
      const shown = args.map((word) => `'${word}' `).join("");
      return failure(`ERR unknown command '${name}', with args beginning with: ${shown}`);
    }
    if (args.length < command.least || args.length > command.most) {
      return failure(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
    }
    return command.run(this, args);
  }

  /** A key's entry that has not expired. */
  get(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry?.expiresUs === undefined || entry.expiresUs > this.nowUs) return entry;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value, expiresUs?: number): void {
    this.entries.set(key, { value, expiresUs });
  }

  /** Keys that have not expired, in the order in which they came. */
  keys(): readonly string[] {
    return [...this.entries.keys()].filter((key) => this.get(key) !== undefined);
  }

  /** Everything as text that `load` reads. */
  dump(): string {
    const plain = this.keys().map((key) => {
      const { value, expiresUs } = this.entries.get(key) as Entry;
      return [key, expiresUs ?? null, value.type, contentOf(value)];
    });
    return JSON.stringify(plain);
  }

  /** @returns false for a text that is no dump */
  load(text: string): boolean {
    try {
      const rows = JSON.parse(text) as [string, number | null, Value["type"], unknown][];
      for (const [key, expiresUs, type, content] of rows) this.set(key, valueOf(type, content), expiresUs ?? undefined);
      return true;
    } catch {
      return false;
    }
  }
}

function sizeOf(value: Value): number {
  switch (value.type) {
    case "string":
      return value.text.length;
    case "list":
      return value.items.reduce((sum, item) => sum + item.length, 0);
    case "set":
      return [...value.members].reduce((sum, member) => sum + member.length, 0);
    case "hash":
      return [...value.fields].reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  }
}

function contentOf(value: Value): unknown {
  if (value.type === "string") return value.text;
  if (value.type === "list") return value.items;
  return value.type === "set" ? [...value.members] : [...value.fields];
}

function valueOf(type: Value["type"], content: unknown): Value {
  if (type === "string") return { type, text: String(content) };
  if (type === "list") return { type, items: [...(content as string[])] };
  if (type === "set") return { type, members: new Set(content as string[]) };
  return { type, fields: new Map(content as [string, string][]) };
}

/** A handler for keys of one type: the value is made if `creates`, and the key goes when it is empty. */
function of<T extends Value["type"]>(
  type: T,
  make: (() => Extract<Value, { type: T }>) | undefined,
  run: (value: Extract<Value, { type: T }> | undefined, args: readonly string[], store: RedisStore) => Reply,
): Handler {
  return (store, [key = "", ...args]) => {
    const entry = store.get(key);
    if (entry !== undefined && entry.value.type !== type) return WRONG_TYPE;
    const value = (entry?.value ?? make?.()) as Extract<Value, { type: T }> | undefined;
    const reply = run(value, args, store);
    if (value !== undefined && isEmpty(value)) store.entries.delete(key);
    else if (entry === undefined && value !== undefined && make !== undefined) store.set(key, value);
    return reply;
  };
}

function isEmpty(value: Value): boolean {
  if (value.type === "list") return value.items.length === 0;
  if (value.type === "set") return value.members.size === 0;
  return value.type === "hash" && value.fields.size === 0;
}

const list = () => ({ type: "list" as const, items: [] as string[] });
const set = () => ({ type: "set" as const, members: new Set<string>() });
const hash = () => ({ type: "hash" as const, fields: new Map<string, string>() });

const getString: Handler = (store, [key = ""]) => {
  const entry = store.get(key);
  if (entry === undefined) return bulk(undefined);
  return entry.value.type === "string" ? bulk(entry.value.text) : WRONG_TYPE;
};

function setString(store: RedisStore, [key = "", text = "", ...options]: readonly string[]): Reply {
  const before = store.get(key);
  let expiresUs: number | undefined;
  let returns = false;
  for (let at = 0; at < options.length; at++) {
    const option = (options[at] ?? "").toUpperCase();
    if (option === "NX" && before !== undefined) return bulk(undefined);
    if (option === "XX" && before === undefined) return bulk(undefined);
    if (option === "GET") returns = true;
    else if (option === "KEEPTTL") expiresUs = before?.expiresUs;
    else if (/^P?EX(AT)?$/.test(option)) {
      const amount = Number(options[++at]);
      if (!Number.isInteger(amount)) return NO_INTEGER;
      if (amount <= 0) return failure("ERR invalid expire time in 'set' command");
      const us = amount * (option.startsWith("P") ? 1_000 : 1_000_000);
      expiresUs = option.endsWith("AT") ? us : store.nowUs + us;
    } else if (option !== "NX" && option !== "XX") return SYNTAX;
  }
  if (returns && before !== undefined && before.value.type !== "string") return WRONG_TYPE;
  store.set(key, { type: "string", text }, expiresUs);
  if (!returns) return OK;
  return bulk(before?.value.type === "string" ? before.value.text : undefined);
}

function add(store: RedisStore, key: string, amountText: string, sign: 1 | -1): Reply {
  const entry = store.get(key);
  if (entry !== undefined && entry.value.type !== "string") return WRONG_TYPE;
  const before = entry?.value.type === "string" ? entry.value.text : "0";
  if (!/^-?\d+$/.test(before) || !/^-?\d+$/.test(amountText)) return NO_INTEGER;
  const sum = Number(before) + sign * Number(amountText);
  if (!Number.isSafeInteger(sum)) return failure("ERR increment or decrement would overflow");
  store.set(key, { type: "string", text: String(sum) }, entry?.expiresUs);
  return integer(sum);
}

function expire(store: RedisStore, key: string, text: string, unitUs: number): Reply {
  const entry = store.get(key);
  if (!/^-?\d+$/.test(text)) return NO_INTEGER;
  if (entry === undefined) return integer(0);
  if (Number(text) <= 0) store.entries.delete(key);
  else entry.expiresUs = store.nowUs + Number(text) * unitUs;
  return integer(1);
}

function timeLeft(store: RedisStore, key: string, unitUs: number): Reply {
  const entry = store.get(key);
  if (entry === undefined) return integer(-2);
  return integer(entry.expiresUs === undefined ? -1 : Math.round((entry.expiresUs - store.nowUs) / unitUs));
}

/** `*`, `?`, `[a-c]` and `\` of KEYS, as a regular expression. */
function globOf(pattern: string): RegExp {
  const body = pattern.replaceAll(
    /\\(.)|\*|\?|\[\^?[^\]]*\]|[.+^${}()|/\]]/gs,
    (token, escaped: string | undefined) => {
      if (escaped !== undefined) return `\\${escaped}`.replace(/\\([A-Za-z0-9])/, "$1");
      if (token === "*") return ".*";
      if (token === "?") return ".";
      return token.startsWith("[") ? token : `\\${token}`;
    },
  );
  return new RegExp(`^${body}$`, "s");
}

/** Indices of LRANGE: negative ones count from the end. */
function slice(items: readonly string[], from: string, to: string): readonly string[] {
  const at = (text: string): number => (Number(text) < 0 ? items.length + Number(text) : Number(text));
  return items.slice(Math.max(0, at(from)), at(to) + 1);
}

const MANY = Number.MAX_SAFE_INTEGER;
const bulks = (texts: Iterable<string>): Reply => array([...texts].map((text) => bulk(text)));

const COMMANDS: ReadonlyMap<string, CommandSpec> = new Map(
  Object.entries({
    ping: command(0, 1, (_, [text]) => (text === undefined ? status("PONG") : bulk(text))),
    echo: command(1, 1, (_, [text]) => bulk(text)),
    set: command(2, MANY, setString),
    get: command(1, 1, getString),
    setnx: command(2, 2, (store, args) => integer(setString(store, [...args, "NX"]) === OK ? 1 : 0)),
    setex: command(3, 3, (store, [key = "", seconds = "", text = ""]) => setString(store, [key, text, "EX", seconds])),
    psetex: command(3, 3, (store, [key = "", ms = "", text = ""]) => setString(store, [key, text, "PX", ms])),
    getset: command(2, 2, (store, args) => setString(store, [...args, "GET"])),
    getdel: command(1, 1, (store, args) => {
      const reply = getString(store, args);
      if (reply !== WRONG_TYPE) store.entries.delete(args[0] ?? "");
      return reply;
    }),
    mget: command(1, MANY, (store, keys) =>
      array(keys.map((key) => (store.get(key)?.value.type === "string" ? getString(store, [key]) : bulk(undefined)))),
    ),
    mset: command(2, MANY, (store, args) => {
      if (args.length % 2 === 1) return failure("ERR wrong number of arguments for 'mset' command");
      for (let at = 0; at < args.length; at += 2) setString(store, args.slice(at, at + 2));
      return OK;
    }),
    append: command(2, 2, (store, [key = "", text = ""]) => {
      const entry = store.get(key);
      if (entry !== undefined && entry.value.type !== "string") return WRONG_TYPE;
      const whole = (entry?.value.type === "string" ? entry.value.text : "") + text;
      store.set(key, { type: "string", text: whole }, entry?.expiresUs);
      return integer(whole.length);
    }),
    strlen: command(1, 1, (store, args) => {
      const reply = getString(store, args);
      return reply.kind === "bulk" ? integer(reply.text?.length ?? 0) : reply;
    }),
    incr: command(1, 1, (store, [key = ""]) => add(store, key, "1", 1)),
    decr: command(1, 1, (store, [key = ""]) => add(store, key, "1", -1)),
    incrby: command(2, 2, (store, [key = "", amount = ""]) => add(store, key, amount, 1)),
    decrby: command(2, 2, (store, [key = "", amount = ""]) => add(store, key, amount, -1)),
    del: command(1, MANY, (store, keys) =>
      integer(keys.filter((key) => store.get(key) !== undefined && store.entries.delete(key)).length),
    ),
    unlink: command(1, MANY, (store, keys) =>
      integer(keys.filter((key) => store.get(key) !== undefined && store.entries.delete(key)).length),
    ),
    exists: command(1, MANY, (store, keys) => integer(keys.filter((key) => store.get(key) !== undefined).length)),
    type: command(1, 1, (store, [key = ""]) => status(store.get(key)?.value.type ?? "none")),
    expire: command(2, 3, (store, [key = "", seconds = ""]) => expire(store, key, seconds, 1_000_000)),
    pexpire: command(2, 3, (store, [key = "", ms = ""]) => expire(store, key, ms, 1_000)),
    ttl: command(1, 1, (store, [key = ""]) => timeLeft(store, key, 1_000_000)),
    pttl: command(1, 1, (store, [key = ""]) => timeLeft(store, key, 1_000)),
    persist: command(1, 1, (store, [key = ""]) => {
      const entry = store.get(key);
      if (entry?.expiresUs === undefined) return integer(0);
      entry.expiresUs = undefined;
      return integer(1);
    }),
    rename: command(2, 2, (store, [from = "", to = ""]) => {
      const entry = store.get(from);
      if (entry === undefined) return failure("ERR no such key");
      store.entries.delete(from);
      store.entries.set(to, entry);
      return OK;
    }),
    keys: command(1, 1, (store, [pattern = "*"]) => bulks(store.keys().filter((key) => globOf(pattern).test(key)))),
    scan: command(1, MANY, (store, args) => {
      const at = args.findIndex((word) => word.toUpperCase() === "MATCH");
      const pattern = globOf(at < 0 ? "*" : (args[at + 1] ?? "*"));
      return array([bulk("0"), bulks(store.keys().filter((key) => pattern.test(key)))]);
    }),
    dbsize: command(0, 0, (store) => integer(store.keys().length)),
    flushall: command(0, 1, flush),
    flushdb: command(0, 1, flush),
    time: command(0, 0, ({ nowUs }) => bulks([String(Math.floor(nowUs / 1_000_000)), String(nowUs % 1_000_000)])),
    lpush: command(
      2,
      MANY,
      of("list", list, (value, items) => integer(value?.items.unshift(...items.toReversed()) ?? 0)),
    ),
    rpush: command(
      2,
      MANY,
      of("list", list, (value, items) => integer(value?.items.push(...items) ?? 0)),
    ),
    lpop: command(
      1,
      1,
      of("list", undefined, (value) => bulk(value?.items.shift())),
    ),
    rpop: command(
      1,
      1,
      of("list", undefined, (value) => bulk(value?.items.pop())),
    ),
    llen: command(
      1,
      1,
      of("list", undefined, (value) => integer(value?.items.length ?? 0)),
    ),
    lrange: command(
      3,
      3,
      of("list", undefined, (value, [from = "0", to = "-1"]) => bulks(slice(value?.items ?? [], from, to))),
    ),
    sadd: command(
      2,
      MANY,
      of("set", set, (value, members) => {
        const before = value?.members.size ?? 0;
        for (const member of members) value?.members.add(member);
        return integer((value?.members.size ?? 0) - before);
      }),
    ),
    srem: command(
      2,
      MANY,
      of("set", undefined, (value, members) =>
        integer(members.filter((member) => value?.members.delete(member)).length),
      ),
    ),
    smembers: command(
      1,
      1,
      of("set", undefined, (value) => bulks(value?.members ?? [])),
    ),
    sismember: command(
      2,
      2,
      of("set", undefined, (value, [member = ""]) => integer(value?.members.has(member) ? 1 : 0)),
    ),
    scard: command(
      1,
      1,
      of("set", undefined, (value) => integer(value?.members.size ?? 0)),
    ),
    hset: command(
      3,
      MANY,
      of("hash", hash, (value, args) => {
        const before = value?.fields.size ?? 0;
        for (let at = 0; at + 1 < args.length; at += 2) value?.fields.set(args[at] ?? "", args[at + 1] ?? "");
        return integer((value?.fields.size ?? 0) - before);
      }),
    ),
    hget: command(
      2,
      2,
      of("hash", undefined, (value, [name = ""]) => bulk(value?.fields.get(name))),
    ),
    hdel: command(
      2,
      MANY,
      of("hash", undefined, (value, names) => integer(names.filter((name) => value?.fields.delete(name)).length)),
    ),
    hgetall: command(
      1,
      1,
      of("hash", undefined, (value) => bulks([...(value?.fields ?? [])].flat())),
    ),
    hkeys: command(
      1,
      1,
      of("hash", undefined, (value) => bulks(value?.fields.keys() ?? [])),
    ),
    hlen: command(
      1,
      1,
      of("hash", undefined, (value) => integer(value?.fields.size ?? 0)),
    ),
    hexists: command(
      2,
      2,
      of("hash", undefined, (value, [name = ""]) => integer(value?.fields.has(name) ? 1 : 0)),
    ),
    hincrby: command(
      3,
      3,
      of("hash", hash, (value, [name = "", amount = ""]) => {
        const before = value?.fields.get(name) ?? "0";
        if (!/^-?\d+$/.test(before) || !/^-?\d+$/.test(amount)) return failure("ERR hash value is not an integer");
        const sum = Number(before) + Number(amount);
        value?.fields.set(name, String(sum));
        return integer(sum);
      }),
    ),
    select: command(1, 1, (_, [index]) => (index === "0" ? OK : failure("ERR DB index is out of range"))),
    command: command(0, MANY, () => array([])),
    client: command(1, MANY, () => OK),
    config: command(1, MANY, (_, [action = "", name = ""]) => {
      if (action.toUpperCase() !== "GET") return OK;
      const values: Readonly<Record<string, string>> = {
        save: "3600 1 300 100 60 10000",
        appendonly: "no",
        maxmemory: "0",
      };
      const value = ownValue(values, name);
      return bulks(value === undefined ? [] : [name, value]);
    }),
  } satisfies Record<string, CommandSpec>),
);

function command(least: number, most: number, run: Handler): CommandSpec {
  return { least, most, run };
}

function flush(store: RedisStore): Reply {
  store.entries.clear();
  return OK;
}
