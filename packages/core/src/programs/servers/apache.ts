/**
 * Apache httpd: serves its document root, as its configuration file says in the directives that matter here.
 *
 * @see https://httpd.apache.org/docs/2.4/
 */
import {
  clock_gettime,
  Errno,
  getpid,
  netlink_get,
  type Program,
  type Routine,
  SIGINT,
  SIGTERM,
  SIGWINCH,
} from "../../abi/index.ts";
import { basename, encode, join } from "../../lib/index.ts";
import { attempt, civilOf, httpDate, Io, readText, strftime } from "../../userland/index.ts";
import { listDirectory } from "../files.ts";
import { findFile, pathOf, sendFile } from "../http/file-server.ts";
import { type Fields, field } from "../http/message.ts";
import { type Answer, type Incoming, listenOn, serveHttp } from "../http/server.ts";
import { reasonOf } from "../http/status.ts";
import { endOn } from "./signals.ts";

export interface ApacheOptions {
  /** "2.4.62" */
  readonly version: string;
  /** "Unix", "Debian" */
  readonly platform: string;
  readonly root: string;
}

interface Config {
  readonly port: number;
  readonly documentRoot: string;
  readonly indexes: readonly string[];
  readonly serverName: string | undefined;
}

export function makeApache(options: ApacheOptions): Program {
  return function* (argv, env) {
    const io = new Io(basename(argv[0] ?? "httpd"), argv, env);
    const server = `Apache/${options.version} (${options.platform})`;
    if (argv[1] === "-v" || argv[1] === "-V") {
      yield* io.out.line(`Server version: ${server}\nServer built:   Jan  1 2025 00:00:00`);
      yield* io.out.flush();
      return 0;
    }
    const config = yield* readConfig(io, options);
    if (config === undefined) return 1;
    if (argv[1] === "-t") {
      yield* io.err.write("Syntax OK\n");
      return 0;
    }
    if (config.serverName === undefined) yield* warnOfName(io);
    return yield* run(io, config, server);
  };
}

function* run(io: Io, config: Config, server: string): Routine<number> {
  let listener: number;
  try {
    listener = yield* listenOn("::", config.port);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* io.err.write(
      `(${error.errno})${error.message}: AH00072: make_sock: could not bind to address [::]:${config.port}\n` +
        "no listening sockets available, shutting down\nAH00015: Unable to open logs\n",
    );
    return 1;
  }
  const pid = yield* getpid();
  const log = function* (module: string, message: string): Routine<void> {
    const nowUs = yield* clock_gettime();
    const time = strftime("%a %b %d %H:%M:%S", civilOf(nowUs));
    const micro = String(nowUs % 1_000_000).padStart(6, "0");
    const year = strftime("%Y", civilOf(nowUs));
    yield* io.err.write(`[${time}.${micro} ${year}] [${module}:notice] [pid ${pid}:tid ${pid}] ${message}\n`);
  };
  yield* endOn([SIGTERM, SIGINT, SIGWINCH], (signal) =>
    log(
      "mpm_event",
      signal === SIGWINCH
        ? "AH00492: caught SIGWINCH, shutting down gracefully"
        : "AH00491: caught SIGTERM, shutting down",
    ),
  );
  yield* log("mpm_event", `AH00489: ${server} configured -- resuming normal operations`);
  yield* log("core", "AH00094: Command line: 'httpd -D FOREGROUND'");
  return yield* serveHttp(listener, (request) => answer(request, config, server), {
    onError: (status) => errorPage(status, [["Server", server]]),
    *onAnswer({ from, method, target, version }, status, bytes) {
      const time = strftime("%d/%b/%Y:%H:%M:%S +0000", civilOf(yield* clock_gettime()));
      const address = from.family === "unix" ? "-" : from.address.replace(/^::ffff:/, "");
      yield* io.out.line(
        `${address} - - [${time}] "${method} ${target} ${version}" ${status} ${bytes === 0 ? "-" : bytes}`,
      );
      yield* io.out.flush();
    },
  });
}

function* readConfig(io: Io, { root }: ApacheOptions): Routine<Config | undefined> {
  const path = join(root, "conf/httpd.conf");
  const text = yield* attempt(readText(path));
  if (text instanceof Errno) {
    yield* io.err.write(`httpd: Could not open configuration file ${path}: ${text.message}\n`);
    return undefined;
  }
  const directive = (name: string): string | undefined =>
    new RegExp(`^\\s*${name}\\s+"?([^"\\n]*)"?\\s*$`, "mi").exec(text)?.[1]?.trim();
  return {
    port: Number(/(\d+)$/.exec(directive("Listen") ?? "80")?.[1] ?? 80),
    documentRoot: directive("DocumentRoot") ?? join(root, "htdocs"),
    indexes: (directive("DirectoryIndex") ?? "index.html").split(/\s+/),
    serverName: directive("ServerName"),
  };
}

/** Said twice: the configuration is read twice. */
function* warnOfName(io: Io): Routine<void> {
  const own = (yield* netlink_get()).addresses
    .map(({ address }) => address)
    .find((one) => !one.startsWith("127.") && !one.includes(":"));
  const line = `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${own ?? "127.0.0.1"}. Set the 'ServerName' directive globally to suppress this message\n`;
  yield* io.err.write(line + line);
}

function* answer(request: Incoming, config: Config, server: string): Routine<Answer> {
  const own: Fields = [
    ["Date", httpDate(yield* clock_gettime())],
    ["Server", server],
  ];
  if (!/^(GET|HEAD|POST|OPTIONS)$/.test(request.method)) return errorPage(405, own);
  const path = pathOf(request.target);
  if (path === undefined) return errorPage(400, own);
  const found = yield* findFile(config.documentRoot, path, config.indexes);
  if (found.kind === "missing") return errorPage(404, own);
  if (found.kind === "forbidden") return errorPage(403, own);
  if (found.kind === "directory") return yield* directory(request, path, found.path, own);
  const entity = `"${(found.stat?.size ?? 0).toString(16)}-${Math.floor(found.stat?.mtimeUs ?? 0).toString(16)}"`;
  if (field(request.fields, "if-none-match") === entity) return { status: 304, fields: own, body: new Uint8Array(0) };
  const fields: Fields = [...own, ["ETag", entity], ["Accept-Ranges", "bytes"]];
  return (yield* sendFile(request, found, fields, "text/plain")) ?? errorPage(403, own);
}

function* directory(request: Incoming, path: string, place: string, own: Fields): Routine<Answer> {
  if (!path.endsWith("/")) {
    const host = field(request.fields, "host") ?? "localhost";
    return errorPage(301, [...own, ["Location", `http://${host}${path}/`]]);
  }
  const items = (yield* listDirectory(place)).map((name) => `<li><a href="${name}"> ${name}</a></li>\n`);
  const page = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of ${path}</title>\n </head>\n <body>\n<h1>Index of ${path}</h1>\n<ul>${items.join("")}</ul>\n</body></html>\n`;
  return { status: 200, fields: [...own, ["Content-Type", "text/html;charset=ISO-8859-1"]], body: encode(page) };
}

const EXPLANATIONS: Readonly<Record<number, string>> = {
  301: "The document has moved.",
  400: "Your browser sent a request that this server could not understand.",
  403: "You don't have permission to access this resource.",
  404: "The requested URL was not found on this server.",
  405: "The requested method is not allowed for this URL.",
};

function errorPage(status: number, own: Fields) {
  const title = `${status} ${reasonOf(status)}`;
  const page = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${title}</title>\n</head><body>\n<h1>${reasonOf(status)}</h1>\n<p>${EXPLANATIONS[status] ?? ""}</p>\n</body></html>\n`;
  const fields: Fields = [...own, ["Content-Type", "text/html; charset=iso-8859-1"]];
  return { status, fields, body: encode(page) };
}
