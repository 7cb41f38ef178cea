/**
 * nginx: servers and locations of its configuration, with files, redirects and a plain reverse proxy.
 *
 * One process does it all: unlike nginx there are no workers.
 *
 * @see https://nginx.org/en/docs/
 */
import {
  accept4,
  clock_gettime,
  close,
  Errno,
  getpid,
  type Program,
  type Routine,
  SIGINT,
  SIGQUIT,
  SIGTERM,
  uname,
} from "../../abi/index.ts";
import { encode } from "../../lib/index.ts";
import { attempt, civilOf, httpDate, Io, resolve, strftime } from "../../userland/index.ts";
import { connectTo, exchange } from "../http/client.ts";
import { contentType, findFile, pathOf, sendFile } from "../http/file-server.ts";
import { type Fields, field } from "../http/message.ts";
import { type Answer, type Incoming, listenOn, serveHttp } from "../http/server.ts";
import { reasonOf } from "../http/status.ts";
import { ConfigError, type Directive, directiveOf, readConfig } from "./nginx-config.ts";
import { endOn } from "./signals.ts";

const CONFIG = "/etc/nginx/nginx.conf";

export function makeNginx(version: string): Program {
  return function* (argv, env) {
    const io = new Io("nginx", argv, env);
    const words = argv.slice(1);
    if (words[0] === "-v" || words[0] === "-V") {
      yield* io.err.write(`nginx version: nginx/${version}\n`);
      return 0;
    }
    const path = words[words.indexOf("-c") + 1] ?? CONFIG;
    const config = yield* loadConfig(io, words.includes("-c") ? path : CONFIG);
    if (config === undefined) {
      if (words.includes("-t")) yield* io.err.write(`nginx: configuration file ${CONFIG} test failed\n`);
      return 1;
    }
    if (words.includes("-t")) {
      yield* io.err.write(
        `nginx: the configuration file ${CONFIG} syntax is ok\nnginx: configuration file ${CONFIG} test is successful\n`,
      );
      return 0;
    }
    return yield* new Nginx(io, version, config).run();
  };
}

function* loadConfig(io: Io, path: string): Routine<readonly Directive[] | undefined> {
  try {
    const config = yield* readConfig(path);
    const unknown = config.find(({ name }) => !TOP.has(name));
    if (unknown !== undefined) throw new ConfigError(`unknown directive "${unknown.name}" in ${path}:${unknown.line}`);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const time = strftime("%Y/%m/%d %H:%M:%S", civilOf(yield* clock_gettime()));
    const pid = yield* getpid();
    yield* io.err.write(`${time} [emerg] ${pid}#${pid}: ${error.message}\nnginx: [emerg] ${error.message}\n`);
    return undefined;
  }
}

const TOP: ReadonlySet<string> = new Set([
  ..."user worker_processes error_log pid events http stream mail load_module worker_rlimit_nofile daemon".split(" "),
  ..."master_process env pcre_jit timer_resolution worker_cpu_affinity worker_priority worker_shutdown_timeout".split(
    " ",
  ),
]);

class Nginx {
  readonly #io: Io;
  readonly #version: string;
  readonly #http: readonly Directive[];
  readonly #servers: readonly (readonly Directive[])[];

  constructor(io: Io, version: string, config: readonly Directive[]) {
    this.#io = io;
    this.#version = version;
    this.#http = directiveOf(config, "http")?.block ?? [];
    this.#servers = this.#http.flatMap(({ name, block }) => (name === "server" && block !== undefined ? [block] : []));
  }

  *run(): Routine<number> {
    const ports = new Set(this.#servers.flatMap(portsOf));
    const [port] = ports;
    if (port === undefined || ports.size > 1) {
      if (ports.size > 1) yield* this.#log("warn", `this nginx serves one port only: ${port}`);
      else return yield* this.#idle();
    }
    let listener: number;
    try {
      listener = yield* listenOn("::", port ?? 80);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      yield* this.#log("emerg", `bind() to 0.0.0.0:${port} failed (${error.errno}: ${error.message})`);
      yield* this.#io.err.write(`nginx: [emerg] bind() to 0.0.0.0:${port} failed (${error.errno}: ${error.message})\n`);
      return 1;
    }
    yield* this.#greet();
    return yield* serveHttp(listener, (request) => this.#answer(request), {
      onError: (status) => this.#errorPage(status, []),
      onAnswer: (request, status, bytes) => this.#access(request, status, bytes),
    });
  }

  /** No server is configured: it only waits for its end. */
  *#idle(): Routine<number> {
    yield* this.#greet();
    const listener = yield* listenOn("127.0.0.1", 0);
    for (;;) yield* close((yield* accept4(listener)).fd);
  }

  *#greet(): Routine<void> {
    const farewell = (signal: number): Routine<void> =>
      this.#log(
        "notice",
        `signal ${signal} (${signal === SIGQUIT ? "SIGQUIT" : signal === SIGINT ? "SIGINT" : "SIGTERM"}) received, ${signal === SIGQUIT ? "shutting down" : "exiting"}`,
      );
    yield* endOn([SIGQUIT, SIGTERM, SIGINT], farewell);
    const { release } = yield* uname();
    const lines = [
      'using the "epoll" event method',
      `nginx/${this.#version}`,
      "built by gcc 12.2.0 (Debian 12.2.0-14)",
      `OS: Linux ${release}`,
      "getrlimit(RLIMIT_NOFILE): 1048576:1048576",
      "start worker processes",
    ];
    for (const line of lines) yield* this.#log("notice", line);
  }

  *#log(level: string, message: string): Routine<void> {
    const time = strftime("%Y/%m/%d %H:%M:%S", civilOf(yield* clock_gettime()));
    const pid = yield* getpid();
    yield* this.#io.err.write(`${time} [${level}] ${pid}#${pid}: ${message}\n`);
  }

  *#access({ from, method, target, version, fields }: Incoming, status: number, bytes: number): Routine<void> {
    const time = strftime("%d/%b/%Y:%H:%M:%S +0000", civilOf(yield* clock_gettime()));
    const address = from.family === "unix" ? "unix:" : from.address.replace(/^::ffff:/, "");
    const [referer, agent, forwarded] = ["referer", "user-agent", "x-forwarded-for"].map(
      (name) => field(fields, name) ?? "-",
    );
    yield* this.#io.out.line(
      `${address} - - [${time}] "${method} ${target} ${version}" ${status} ${bytes} "${referer}" "${agent}" "${forwarded}"`,
    );
    yield* this.#io.out.flush();
  }

  *#answer(request: Incoming): Routine<Answer> {
    const own: Fields = [
      ["Server", `nginx/${this.#version}`],
      ["Date", httpDate(yield* clock_gettime())],
    ];
    const path = pathOf(request.target);
    if (path === undefined) return this.#errorPage(400, own);
    const host = (field(request.fields, "host") ?? "").replace(/:\d+$/, "");
    const server =
      this.#servers.find((block) => directiveOf(block, "server_name")?.words.includes(host)) ?? this.#servers[0] ?? [];
    const location = findLocation(server, path);
    const block = [...this.#http, ...server, ...(location?.block ?? [])];
    return yield* this.#inLocation(request, path, block, location, own);
  }

  *#inLocation(
    request: Incoming,
    path: string,
    block: readonly Directive[],
    location: Directive | undefined,
    own: Fields,
  ): Routine<Answer> {
    const added: Fields = block.flatMap(({ name, words }) =>
      name === "add_header" ? [[words[0] ?? "", words[1] ?? ""] as const] : [],
    );
    const fields: Fields = [...own, ...added];
    const returned = directiveOf(block, "return");
    if (returned !== undefined) return this.#returned(request, returned, fields, block);
    const proxy = directiveOf(location?.block ?? [], "proxy_pass")?.words[0];
    if (proxy !== undefined) return yield* this.#proxy(request, proxy, location, own);
    const root = directiveOf(block, "root")?.words[0] ?? "/etc/nginx/html";
    const alias = directiveOf(location?.block ?? [], "alias")?.words[0];
    const prefix = location?.words.at(-1) ?? "/";
    const [base, below] = alias === undefined ? [root, path] : [alias, path.slice(prefix.length)];
    const indexes = directiveOf(block, "index")?.words ?? ["index.html"];
    const tried = directiveOf(block, "try_files")?.words.map((word) => word.replaceAll("$uri", below)) ?? [below];
    for (const [index, candidate] of tried.entries()) {
      if (/^=\d+$/.test(candidate)) return this.#errorPage(Number(candidate.slice(1)), fields);
      const found = yield* findFile(base, candidate, indexes);
      if (found.kind === "file")
        return (yield* sendFile(request, found, fields, "application/octet-stream")) ?? this.#errorPage(403, own);
      const isLast = index === tried.length - 1;
      if (!isLast && found.kind !== "directory") continue;
      if (found.kind === "directory" && !candidate.endsWith("/")) {
        const to = `http://${field(request.fields, "host") ?? "localhost"}${path}/`;
        return this.#errorPage(301, [...fields, ["Location", to]]);
      }
      if (isLast) return yield* this.#missing(found.kind === "missing" ? 404 : 403, found.path, fields);
    }
    return this.#errorPage(404, fields);
  }

  *#missing(status: number, path: string, fields: Fields): Routine<Answer> {
    yield* this.#log(
      "error",
      status === 404
        ? `*1 open() "${path}" failed (2: No such file or directory)`
        : `*1 directory index of "${path}/" is forbidden`,
    );
    return this.#errorPage(status, fields);
  }

  #returned(request: Incoming, { words }: Directive, own: Fields, block: readonly Directive[]): Answer {
    const [first = "200", text = ""] = words;
    const status = /^\d+$/.test(first) ? Number(first) : 302;
    const value = (status === 302 && words.length === 1 ? first : text)
      .replaceAll("$request_uri", request.target)
      .replaceAll("$host", field(request.fields, "host") ?? "")
      .replaceAll("\\n", "\n");
    if (status >= 301 && status <= 308) return this.#errorPage(status, [...own, ["Location", value]]);
    if (value === "" && status !== 200 && status !== 204) return this.#errorPage(status, own);
    const type = directiveOf(block, "default_type")?.words[0] ?? "application/octet-stream";
    return { status, fields: [...own, ["Content-Type", type]], body: encode(value) };
  }

  *#proxy(request: Incoming, url: string, location: Directive | undefined, own: Fields): Routine<Answer> {
    const match = /^http:\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(this.#upstream(url));
    const [, host = "", port = "80", uri] = match ?? [];
    const prefix = location?.words.at(-1) ?? "/";
    const target = uri === undefined ? request.target : uri + request.target.slice(prefix.length);
    const [address] = yield* resolve(host);
    const fd = address === undefined ? undefined : yield* attempt(connectTo(address, Number(port)));
    if (fd === undefined || fd instanceof Errno) {
      const why =
        fd === undefined
          ? `${host} could not be resolved`
          : `connect() failed (${fd.errno}: ${fd.message}) while connecting to upstream`;
      yield* this.#log("error", `*1 ${why}, upstream: "${url}"`);
      return this.#errorPage(502, own);
    }
    const kept = request.fields.filter(([name]) => !/^(host|connection|content-length)$/i.test(name));
    const fields: Fields = [["Host", `${host}${port === "80" ? "" : `:${port}`}`], ["Connection", "close"], ...kept];
    const response = yield* exchange(fd, { ...request, target, version: "HTTP/1.0", fields });
    yield* close(fd);
    if (typeof response === "string") return this.#errorPage(502, own);
    const passed = response.fields.filter(
      ([name]) => !/^(connection|transfer-encoding|server|date|keep-alive)$/i.test(name),
    );
    return { status: response.status, fields: [...own, ...passed], body: response.body };
  }

  /** A group of servers by its name: the first of them. */
  #upstream(url: string): string {
    const name = /^http:\/\/([^/:]+)/.exec(url)?.[1];
    const group = this.#http.find((one) => one.name === "upstream" && one.words[0] === name);
    const server = directiveOf(group?.block ?? [], "server")?.words[0];
    return server === undefined ? url : url.replace(/^http:\/\/[^/:]+(:\d+)?/, `http://${server}`);
  }

  #errorPage(status: number, own: Fields) {
    const title = `${status} ${PHRASES[status] ?? reasonOf(status)}`;
    const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/${this.#version}</center>\r\n</body>\r\n</html>\r\n`;
    return { status, fields: [...own, ["Content-Type", contentType("x.html", "")] as const], body: encode(page) };
  }
}

const PHRASES: Readonly<Record<number, string>> = {
  302: "Found",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

function portsOf(server: readonly Directive[]): readonly number[] {
  const listens = server.filter(({ name }) => name === "listen");
  if (listens.length === 0) return [80];
  return listens.map(({ words }) => Number(/(\d+)$/.exec(words[0] ?? "")?.[1] ?? 80));
}

/** An exact location wins, then the first regular expression, then the longest prefix. */
function findLocation(server: readonly Directive[], path: string): Directive | undefined {
  const locations = server.filter(({ name }) => name === "location");
  const exact = locations.find(({ words }) => words[0] === "=" && words[1] === path);
  if (exact !== undefined) return exact;
  const prefixes = locations.filter(({ words }) => words.length === 1 || words[0] === "^~");
  const longest = prefixes
    .filter(({ words }) => path.startsWith(words.at(-1) ?? "/"))
    .sort((a, b) => (b.words.at(-1)?.length ?? 0) - (a.words.at(-1)?.length ?? 0))[0];
  if (longest?.words[0] === "^~") return longest;
  const matching = locations.find(({ words: [kind, pattern = ""] }) => {
    if (kind !== "~" && kind !== "~*") return false;
    return new RegExp(pattern, kind === "~*" ? "i" : "").test(path);
  });
  return matching ?? longest;
}
