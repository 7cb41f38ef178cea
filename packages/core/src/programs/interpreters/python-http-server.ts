/** `python -m http.server [PORT] [-b ADDRESS] [-d DIRECTORY]`. @see Lib/http/server.py */
import { clock_gettime, Errno, getcwd, type Routine } from "../../abi/index.ts";
import { encode, join } from "../../lib/index.ts";
import { civilOf, httpDate, type Io, strftime } from "../../userland/index.ts";
import { listDirectory } from "../files.ts";
import { findFile, pathOf, sendFile } from "../http/file-server.ts";
import type { Fields } from "../http/message.ts";
import { type Answer, type Incoming, listenOn, serveHttp } from "../http/server.ts";
import type { PythonHome } from "./python-home.ts";

export function* httpServerModule(io: Io, home: PythonHome): Routine<number> {
  let port = 8000;
  let host = "0.0.0.0";
  let directory = yield* getcwd();
  const words = io.argv.slice(1);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "-b" || word === "--bind") host = words.shift() ?? host;
    else if (word === "-d" || word === "--directory") directory = join(directory, words.shift() ?? ".");
    else port = Number(word);
  }
  let listener: number;
  try {
    listener = yield* listenOn(host, port);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* io.err.write(`OSError: [Errno ${error.errno}] ${error.message}\n`);
    return 1;
  }
  yield* io.out.line(`Serving HTTP on ${host} port ${port} (http://${host}:${port}/) ...`);
  yield* io.out.flush();
  const answer = function* (request: Incoming): Routine<Answer> {
    const own: Fields = [
      ["Server", `SimpleHTTP/0.6 Python/${home.version}`],
      ["Date", httpDate(yield* clock_gettime())],
      ["Connection", "close"],
    ];
    return yield* answerFile(directory, request, own);
  };
  return yield* serveHttp(listener, answer, {
    *onAnswer({ from, method, target, version }, status) {
      const now = strftime("%d/%b/%Y %H:%M:%S", civilOf(yield* clock_gettime()));
      const address = from.family === "unix" ? "-" : from.address;
      if (status >= 400)
        yield* io.err.write(`${address} - - [${now}] code ${status}, message ${MESSAGES[status] ?? ""}\n`);
      yield* io.err.write(`${address} - - [${now}] "${method} ${target} ${version}" ${status} -\n`);
    },
  });
}

const MESSAGES: Readonly<Record<number, string>> = { 404: "File not found", 501: "Unsupported method" };

function* answerFile(directory: string, request: Incoming, own: Fields): Routine<Answer> {
  if (request.method !== "GET" && request.method !== "HEAD") return errorPage(501, own);
  const path = pathOf(request.target);
  const found = yield* findFile(directory, path ?? "/\0", ["index.html", "index.htm"]);
  if (path === undefined || found.kind === "missing" || found.kind === "forbidden") return errorPage(404, own);
  if (found.kind === "file") {
    return (yield* sendFile(request, found, own, "application/octet-stream")) ?? errorPage(404, own);
  }
  if (!path.endsWith("/")) {
    const fields: Fields = [...own, ["Location", `${path}/`], ["Content-Length", "0"]];
    return { status: 301, fields, body: new Uint8Array(0) };
  }
  const items = (yield* listDirectory(found.path)).map((name) => `<li><a href="${name}">${name}</a></li>\n`);
  const title = `Directory listing for ${path}`;
  const page = `<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${title}</title>\n</head>\n<body>\n<h1>${title}</h1>\n<hr>\n<ul>\n${items.join("")}</ul>\n<hr>\n</body>\n</html>\n`;
  return { status: 200, fields: [...own, ["Content-type", "text/html; charset=utf-8"]], body: encode(page) };
}

function errorPage(status: number, own: Fields): Answer {
  const message = MESSAGES[status] ?? "";
  const page = `<!DOCTYPE HTML>\n<html lang="en">\n    <head>\n        <meta charset="utf-8">\n        <title>Error response</title>\n    </head>\n    <body>\n        <h1>Error response</h1>\n        <p>Error code: ${status}</p>\n        <p>Message: ${message}.</p>\n    </body>\n</html>\n`;
  return { status, reason: message, fields: [...own, ["Content-Type", "text/html;charset=utf-8"]], body: encode(page) };
}
