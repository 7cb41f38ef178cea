/**
 * curl, over plain HTTP: requests with the options that scripts and health checks use.
 *
 * @see curl(1)
 */
import { clock_gettime, close, Errno, type Program, type Routine } from "../../abi/index.ts";
import { basename, concat, decode, encode, ownValue } from "../../lib/index.ts";
import { AppletExit, attempt, Io, readFile, resolve, writeAll } from "../../userland/index.ts";
import { putFile } from "../files.ts";
import { connectTo, type Exchanged, exchange } from "../http/client.ts";
import { type Fields, field, head } from "../http/message.ts";

/** curl's exit codes. */
const CODES = {
  protocol: 1,
  usage: 2,
  url: 3,
  resolve: 6,
  connect: 7,
  status: 22,
  write: 23,
  timeout: 28,
  empty: 52,
} as const;
const REDIRECTS_MAX = 50;

interface Request {
  readonly url: string;
  readonly options: Options;
}

interface Options {
  silent: boolean;
  showsError: boolean;
  fails: boolean;
  follows: boolean;
  includes: boolean;
  headOnly: boolean;
  verbose: boolean;
  get: boolean;
  output: string | undefined;
  remoteName: boolean;
  method: string | undefined;
  readonly fields: (readonly [string, string])[];
  readonly data: Uint8Array[];
  writeOut: string | undefined;
  timeoutUs: number | undefined;
  retries: number;
  user: string | undefined;
  agent: string;
}

export function makeCurl(version: string): Program {
  return function* (argv, env) {
    const io = new Io("curl", argv, env);
    let code: number;
    try {
      code = yield* main(io, version);
    } catch (ending) {
      if (!(ending instanceof AppletExit)) throw ending;
      code = ending.code;
    }
    yield* io.out.flush();
    return code;
  };
}

function* main(io: Io, version: string): Routine<number> {
  const parsed = yield* parse(io, version);
  if (parsed.urls.length === 0) {
    yield* io.err.write("curl: try 'curl --help' for more information\n");
    return CODES.usage;
  }
  let code = 0;
  for (const url of parsed.urls) {
    for (let tries = 0; ; tries++) {
      code = yield* transfer(io, { url, options: parsed.options });
      if (code === 0 || tries >= parsed.options.retries) break;
    }
  }
  return code;
}

// ── the command line ──

const LONG: Readonly<Record<string, string>> = {
  silent: "s",
  "show-error": "S",
  fail: "f",
  location: "L",
  include: "i",
  head: "I",
  verbose: "v",
  get: "G",
  output: "o",
  "remote-name": "O",
  request: "X",
  header: "H",
  data: "d",
  "data-raw": "d",
  "data-binary": "d",
  json: "json",
  "write-out": "w",
  "max-time": "m",
  user: "u",
  "user-agent": "A",
  insecure: "k",
  version: "V",
  help: "h",
  retry: "retry",
  "connect-timeout": "connect-timeout",
  "retry-delay": "ignored-value",
  "retry-max-time": "ignored-value",
  "retry-connrefused": "k",
  "retry-all-errors": "k",
  compressed: "k",
  "no-buffer": "N",
  "fail-with-body": "f",
  proto: "ignored-value",
  "proto-redir": "ignored-value",
  tlsv1: "k",
  "tlsv1.2": "k",
  "http1.1": "k",
  ipv4: "4",
  ipv6: "6",
  "progress-bar": "#",
  url: "url",
};
const TAKES_VALUE = new Set([
  "o",
  "X",
  "H",
  "d",
  "w",
  "m",
  "u",
  "A",
  "e",
  "b",
  "c",
  "T",
  "F",
  "x",
  "json",
  "retry",
  "connect-timeout",
  "ignored-value",
  "url",
]);

function* parse(io: Io, version: string): Routine<{ readonly urls: readonly string[]; readonly options: Options }> {
  const options: Options = {
    silent: false,
    showsError: false,
    fails: false,
    follows: false,
    includes: false,
    headOnly: false,
    verbose: false,
    get: false,
    output: undefined,
    remoteName: false,
    method: undefined,
    fields: [],
    data: [],
    writeOut: undefined,
    timeoutUs: undefined,
    retries: 0,
    user: undefined,
    agent: `curl/${version}`,
  };
  const urls: string[] = [];
  const words = io.argv.slice(1);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith("-") || word === "-") {
      urls.push(word);
      continue;
    }
    const names = word.startsWith("--") ? [ownValue(LONG, word.slice(2)) ?? ""] : [...word.slice(1)];
    if (names[0] === "") return yield* refuse(io, `option ${word}: is unknown`);
    for (const [at, name] of names.entries()) {
      if (!TAKES_VALUE.has(name)) {
        if (!(yield* setFlag(io, options, name, version))) return yield* refuse(io, `option ${word}: is unknown`);
        continue;
      }
      const attached = word.startsWith("--") ? "" : names.slice(at + 1).join("");
      const value = attached === "" ? words.shift() : attached;
      if (value === undefined) return yield* refuse(io, `option ${word}: requires parameter`);
      if (name === "url") urls.push(value);
      else yield* setValue(options, name, value);
      break;
    }
  }
  return { urls, options };
}

function* refuse(io: Io, why: string): Routine<never> {
  yield* io.err.write(`curl: ${why}\ncurl: try 'curl --help' or 'curl --manual' for more information\n`);
  throw new AppletExit(CODES.usage);
}

/** False for an option that there is not. */
function* setFlag(io: Io, options: Options, name: string, version: string): Routine<boolean> {
  switch (name) {
    case "s":
      options.silent = true;
      return true;
    case "S":
      options.showsError = true;
      return true;
    case "f":
      options.fails = true;
      return true;
    case "L":
      options.follows = true;
      return true;
    case "i":
      options.includes = true;
      return true;
    case "I":
      options.headOnly = true;
      return true;
    case "v":
      options.verbose = true;
      return true;
    case "G":
      options.get = true;
      return true;
    case "O":
      options.remoteName = true;
      return true;
    case "V":
      yield* io.out.write(`curl ${version} (a program of Bottleship)\nProtocols: http\n`);
      throw new AppletExit(0);
    case "h":
      yield* io.out.write("Usage: curl [options...] <url>\n");
      throw new AppletExit(0);
    default:
      return /^[kNgjqn#46]$/.test(name);
  }
}

function* setValue(options: Options, name: string, value: string): Routine<void> {
  switch (name) {
    case "o":
      options.output = value;
      return;
    case "X":
      options.method = value;
      return;
    case "H": {
      const colon = value.indexOf(":");
      if (colon > 0) options.fields.push([value.slice(0, colon), value.slice(colon + 1).trim()]);
      return;
    }
    case "json":
      options.fields.push(["Content-Type", "application/json"], ["Accept", "application/json"]);
      options.data.push(encode(value));
      return;
    case "d":
      if (value.startsWith("@")) options.data.push(yield* readFile(value.slice(1)));
      else options.data.push(encode(value));
      return;
    case "w":
      options.writeOut = value;
      return;
    case "m":
    case "connect-timeout":
      options.timeoutUs = Math.round(Number(value) * 1_000_000);
      return;
    case "retry":
      options.retries = Number(value);
      return;
    case "u":
      options.user = value;
      return;
    case "A":
      options.agent = value;
      return;
  }
}

// ── the transfer ──

function* transfer(io: Io, { url, options }: Request): Routine<number> {
  const startUs = yield* clock_gettime();
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const result = yield* once(io, { url: at, options });
    if (typeof result === "number") return result;
    const location = field(result.fields, "location");
    if (options.follows && result.status >= 300 && result.status < 400 && location !== undefined) {
      if (redirects >= REDIRECTS_MAX)
        return yield* fail(io, options, 47, `Maximum (${REDIRECTS_MAX}) redirects followed`);
      at = location.startsWith("/") ? at.replace(/^((?:https?:\/\/)?[^/]*).*$/, `$1${location}`) : location;
      continue;
    }
    const code = yield* deliver(io, { url: at, options }, result);
    yield* writeOut(io, options, result, (yield* clock_gettime()) - startUs, at);
    return code;
  }
}

function* once(io: Io, { url, options }: Request): Routine<Exchanged | number> {
  const match = /^(?:([a-z]+):\/\/)?(?:([^@/]*)@)?(\[[^\]]*\]|[^/:?#]*)(?::(\d+))?([/?][^#]*)?/i.exec(url);
  const [, scheme = "http", userinfo, rawHost = "", port = "80", rest = "/"] = match ?? [];
  if (rawHost === "") return yield* fail(io, options, CODES.url, "URL using bad/illegal format or missing URL");
  if (scheme.toLowerCase() !== "http") {
    return yield* fail(io, options, CODES.protocol, `Protocol "${scheme}" not supported or disabled in libcurl`);
  }
  const host = rawHost.replace(/^\[|\]$/g, "");
  const addresses = yield* resolve(host);
  if (addresses.length === 0) return yield* fail(io, options, CODES.resolve, `Could not resolve host: ${host}`);
  const startUs = yield* clock_gettime();
  let fd: number | undefined;
  for (const address of addresses) {
    if (options.verbose) yield* io.err.write(`*   Trying ${address}:${port}...\n`);
    const connected = yield* attempt(connectTo(address, Number(port)));
    if (connected instanceof Errno) continue;
    fd = connected;
    if (options.verbose) yield* io.err.write(`* Connected to ${host} (${address}) port ${port}\n`);
    break;
  }
  if (fd === undefined) {
    const ms = Math.round(((yield* clock_gettime()) - startUs) / 1000);
    return yield* fail(
      io,
      options,
      CODES.connect,
      `Failed to connect to ${host} port ${port} after ${ms} ms: Couldn't connect to server`,
    );
  }
  const response = yield* ask(io, options, fd, {
    host: rawHost,
    port,
    target: rest.startsWith("?") ? `/${rest}` : rest,
    userinfo,
  });
  yield* close(fd);
  if (response === "timeout") {
    return yield* fail(
      io,
      options,
      CODES.timeout,
      `Operation timed out after ${Math.round((options.timeoutUs ?? 0) / 1000)} milliseconds with 0 bytes received`,
    );
  }
  if (response === "empty") return yield* fail(io, options, CODES.empty, "Empty reply from server");
  if (response === "malformed") return yield* fail(io, options, 1, "Received HTTP/0.9 when not allowed");
  return response;
}

interface Where {
  readonly host: string;
  readonly port: string;
  readonly target: string;
  readonly userinfo: string | undefined;
}

function* ask(io: Io, options: Options, fd: number, { host, port, target, userinfo }: Where) {
  const data = concat(options.data.flatMap((part, index) => (index === 0 ? [part] : [encode("&"), part])));
  const sendsData = options.data.length > 0 && !options.get;
  const method = options.method ?? (options.headOnly ? "HEAD" : sendsData ? "POST" : "GET");
  const own: (readonly [string, string])[] = [
    ["Host", port === "80" ? host : `${host}:${port}`],
    ["User-Agent", options.agent],
    ["Accept", "*/*"],
  ];
  const user = options.user ?? userinfo;
  if (user !== undefined) own.push(["Authorization", `Basic ${base64(user)}`]);
  if (sendsData) own.push(["Content-Type", "application/x-www-form-urlencoded"]);
  const given = new Set(options.fields.map(([name]) => name.toLowerCase()));
  const fields: Fields = [...own.filter(([name]) => !given.has(name.toLowerCase())), ...options.fields];
  const query = options.get && data.length > 0 ? `${target.includes("?") ? "&" : "?"}${decode(data)}` : "";
  const request = {
    method,
    target: target + query,
    version: "HTTP/1.1",
    fields,
    body: sendsData ? data : new Uint8Array(0),
  };
  if (options.verbose) {
    for (const line of decode(head(`${method} ${request.target} HTTP/1.1`, fields))
      .split("\r\n")
      .slice(0, -1))
      yield* io.err.write(`> ${line}\n`);
  }
  return yield* exchange(fd, request, options.timeoutUs);
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64(text: string): string {
  const bytes = encode(text);
  let coded = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let part = 0; part < 4; part++)
      coded += at + part > bytes.length ? "=" : ALPHABET[(group >> (18 - 6 * part)) & 63];
  }
  return coded;
}

function* deliver(io: Io, { url, options }: Request, response: Exchanged): Routine<number> {
  const { status, reason = "", fields, body, version } = response;
  const text = head(`${version} ${status} ${reason}`, fields);
  if (options.verbose) for (const line of decode(text).split("\r\n").slice(0, -1)) yield* io.err.write(`< ${line}\n`);
  if (options.fails && status >= 400) {
    return yield* fail(io, options, CODES.status, `The requested URL returned error: ${status}`);
  }
  const shown = options.headOnly ? text : options.includes ? concat([text, body]) : body;
  const file = options.output ?? (options.remoteName ? basename(url.replace(/[?#].*$/, "")) : undefined);
  yield* io.out.flush();
  const failed = yield* attempt(file === undefined || file === "-" ? writeAll(1, shown) : putFile(file, shown));
  if (failed instanceof Errno)
    return yield* fail(io, options, CODES.write, "Failed writing received data to disk/application");
  return 0;
}

function* writeOut(io: Io, options: Options, response: Exchanged, us: number, url: string): Routine<void> {
  if (options.writeOut === undefined) return;
  const values: Readonly<Record<string, string>> = {
    http_code: String(response.status).padStart(3, "0"),
    response_code: String(response.status),
    size_download: String(response.body.length),
    time_total: (us / 1_000_000).toFixed(6),
    content_type: field(response.fields, "content-type") ?? "",
    url_effective: url,
  };
  yield* io.out.write(
    options.writeOut
      .replaceAll(/%\{(\w+)\}/g, (_, name: string) => ownValue(values, name) ?? "")
      .replaceAll("\\n", "\n")
      .replaceAll("\\t", "\t"),
  );
}

function* fail(io: Io, options: Options, code: number, message: string): Routine<number> {
  if (options.writeOut !== undefined && code !== CODES.status) {
    yield* io.out.write(
      options.writeOut
        .replaceAll(/%\{(http_code|response_code)\}/g, "000")
        .replaceAll(/%\{\w+\}/g, "")
        .replaceAll("\\n", "\n"),
    );
  }
  if (!options.silent || options.showsError) yield* io.err.write(`curl: (${code}) ${message}\n`);
  return code;
}
