/**
 * One request to httpd, and its answer: a file, a redirection, a CGI program's output, or an error.
 *
 * @see busybox's httpd: handle_incoming_and_exit
 */
import {
  access,
  clock_gettime,
  close,
  Errno,
  fstat,
  lseek,
  open,
  R_OK,
  type Routine,
  read,
  SEEK_SET,
  type Stat,
  shutdown,
  stat,
  X_OK,
} from "../../../abi/index.ts";
import { decode, encode, fromLatin1, latin1 } from "../../../lib/index.ts";
import { attempt, type Io, readFile, writeAll } from "../../io.ts";
import { httpDate } from "../../net/http-date.ts";
import { LineReader, ReadTimeout } from "../../net/line-reader.ts";
import { decodeBase64 } from "./base64.ts";
import { runCgi } from "./cgi.ts";
import { contentType } from "./content-type.ts";
import type { Asked, Peer } from "./http-message.ts";
import type { HttpdConf } from "./httpd-conf.ts";

const TIMEOUT_US = 60_000_000;
const BUFFER_SIZE = 8192;

/** Reason and text of each answer. */
const ANSWERS: Readonly<Record<number, readonly [reason: string, text: string | undefined]>> = {
  200: ["OK", undefined],
  206: ["Partial Content", undefined],
  302: ["Found", undefined],
  304: ["Not Modified", undefined],
  401: ["Unauthorized", ""],
  400: ["Bad Request", "Unsupported method"],
  403: ["Forbidden", ""],
  404: ["Not Found", "The requested URL was not found"],
  408: ["Request Timeout", "No request appeared within 60 seconds"],
  413: ["Entity Too Large", "Entity Too Large"],
  500: ["Internal Server Error", "Internal Server Error"],
  501: ["Not Implemented", "The requested method is not recognized"],
};

/** Ends the work on a request with an error's number. */
class Refusal {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

export class HttpRequest {
  readonly #io: Io;
  readonly #conf: HttpdConf;
  readonly #peer: Peer;
  readonly #reader: LineReader;

  constructor(io: Io, conf: HttpdConf, peer: Peer) {
    this.#io = io;
    this.#conf = conf;
    this.#peer = peer;
    this.#reader = new LineReader(peer.input, TIMEOUT_US);
  }

  *answer(): Routine<number> {
    try {
      const { peer } = this.#peer;
      if (peer !== undefined && !this.#conf.admits(peer.address)) throw new Refusal(403);
      const line = yield* this.#reader.line();
      if (line !== undefined && line !== "") yield* this.#handle(line);
    } catch (ending) {
      if (ending instanceof Refusal) yield* this.#refuse(ending.code);
      else if (ending instanceof ReadTimeout) yield* this.#refuse(408);
      else throw ending;
    }
    yield* attempt(shutdown(this.#peer.output, "write"));
    return 0;
  }

  *#handle(line: string): Routine<void> {
    const [, method = "", url, version] = /^(\S*) +(\/\S*)(?: +(HTTP\/\S*))?/.exec(line) ?? [];
    if (url === undefined || version === undefined) throw new Refusal(400);
    const question = url.indexOf("?");
    const path = canonical(decodePath(question < 0 ? url : url.slice(0, question)));
    const query = question < 0 ? undefined : url.slice(question + 1);
    const isCgi = path.startsWith("/cgi-bin/");
    if (path === "/cgi-bin/") throw new Refusal(403);
    const file = yield* this.#find(path);
    const headers = yield* this.#readHeaders();
    if (path.endsWith("/httpd.conf")) throw new Refusal(403);
    const encoded = /^Basic\s+(.*)$/i.exec(lookup(headers, "authorization") ?? "")?.[1] ?? "";
    if (!(yield* this.#conf.opens(path, latin1(decodeBase64(encoded))))) throw new Refusal(401);
    if (file === "directory" && !isCgi) {
      yield* this.#headers(302, [`Location: ${path}/${query === undefined ? "" : `?${query}`}`], HTML);
      return;
    }
    const asked: Asked = {
      method: method.toUpperCase(),
      path: file === "index.cgi" ? "/cgi-bin/index.cgi" : path,
      query,
      headers,
    };
    if (isCgi || file === "index.cgi") {
      const started = yield* runCgi(this.#io, this.#peer, this.#reader, asked, url);
      if (started) return;
    }
    if (asked.method !== "GET" && asked.method !== "HEAD") throw new Refusal(KNOWN.has(asked.method) ? 501 : 400);
    yield* this.#sendFile(
      path.endsWith("/") ? path + this.#conf.index : path,
      file === "directory" || file === "index.cgi" ? undefined : file,
      asked,
    );
  }

  /** What the path leads to: a file, or a directory that was asked for without its slash. */
  *#find(path: string): Routine<Stat | "directory" | "index.cgi" | undefined> {
    const found = yield* stat(`.${path.endsWith("/") ? path + this.#conf.index : path}`).attempt();
    if (found instanceof Errno) {
      if (!path.endsWith("/")) return undefined;
      if ((yield* access("cgi-bin/index.cgi", X_OK).attempt()) instanceof Errno) throw new Refusal(404);
      return "index.cgi";
    }
    return found.type === "dir" && !path.endsWith("/") ? "directory" : found;
  }

  *#readHeaders(): Routine<ReadonlyMap<string, string>> {
    const headers = new Map<string, string>();
    for (let line = yield* this.#reader.line(); line !== undefined && line !== ""; line = yield* this.#reader.line()) {
      const colon = line.indexOf(":");
      if (colon > 0) headers.set(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    return headers;
  }

  /** The packed file beside the one that was asked for goes to who takes gzip, and goes whole. */
  *#sendFile(path: string, plain: Stat | undefined, { headers }: Asked): Routine<void> {
    const takesGzip = lookup(headers, "accept-encoding")?.includes("gzip") === true;
    const packed = takesGzip ? yield* attempt(open(`.${path}.gz`)) : undefined;
    const isPacked = typeof packed === "number";
    const fd = isPacked ? packed : yield* this.#openPlain(path, plain);
    const found = yield* fstat(fd);
    const modified = Math.floor(found.mtimeUs / 1e6);
    const etag = `"${modified.toString(16)}-${found.size.toString(16)}"`;
    if (lookup(headers, "if-none-match")?.includes(etag) === true) throw new Refusal(304);
    const range = isPacked ? undefined : rangeOf(lookup(headers, "range"), found.size);
    const type = contentType(path, this.#conf.types);
    const length = range === undefined ? found.size : range.end - range.start + 1;
    yield* this.#headers(
      range === undefined ? 200 : 206,
      [
        ...(range === undefined ? [] : [`Content-Range: bytes ${range.start}-${range.end}/${found.size}`]),
        "Accept-Ranges: bytes",
        `Last-Modified: ${httpDate(found.mtimeUs)}`,
        `ETag: ${etag}`,
        `Content-Length: ${length}`,
        ...(isPacked ? ["Content-Encoding: gzip"] : []),
      ],
      range === undefined ? type : HTML,
    );
    if (range !== undefined) yield* lseek(fd, range.start, SEEK_SET);
    yield* this.#copy(fd, length);
    yield* close(fd);
  }

  /** What is not there or may not be read was not found. */
  *#openPlain(path: string, found: Stat | undefined): Routine<number> {
    if (found === undefined) throw new Refusal(404);
    const fd = yield* attempt(open(`.${path}`));
    if (fd instanceof Errno || (yield* access(`.${path}`, R_OK).attempt()) instanceof Errno) throw new Refusal(404);
    return fd;
  }

  *#copy(fd: number, length: number): Routine<void> {
    for (let left = length; left > 0; ) {
      const bytes = yield* attempt(read(fd, Math.min(left, BUFFER_SIZE)));
      if (bytes instanceof Errno || bytes.length === 0) return;
      if ((yield* attempt(writeAll(this.#peer.output, bytes))) instanceof Errno) return;
      left -= bytes.length;
    }
  }

  /** An error, with a page of one's own if there is one. */
  *#refuse(code: number): Routine<void> {
    const lines = code === 401 ? [`WWW-Authenticate: Basic realm="Web Server Authentication"`] : [];
    const page = this.#conf.errorPages.get(code);
    const own = page === undefined ? undefined : yield* attempt(readFile(page));
    yield* this.#headers(code, lines, HTML, own instanceof Errno ? undefined : own);
  }

  /** The head of an answer, with the page of an error. */
  *#headers(code: number, lines: readonly string[], type: string | undefined, body?: Uint8Array): Routine<void> {
    const [reason, text] = ANSWERS[code] ?? ["", undefined];
    const head = [
      `HTTP/1.1 ${code} ${reason}`,
      `Date: ${httpDate(yield* clock_gettime())}`,
      "Connection: close",
      ...(type === undefined ? [] : [`Content-type: ${type}`]),
      ...lines,
    ];
    const title = `${code} ${reason}`;
    const page =
      text === undefined || body !== undefined
        ? ""
        : `<HTML><HEAD><TITLE>${title}</TITLE></HEAD>\n<BODY><H1>${title}</H1>\n${text}\n</BODY></HTML>\n`;
    yield* attempt(writeAll(this.#peer.output, encode(`${head.join("\r\n")}\r\n\r\n${page}`)));
    if (body !== undefined) yield* attempt(writeAll(this.#peer.output, body));
  }
}

const HTML = "text/html";

const lookup = (headers: ReadonlyMap<string, string>, name: string): string | undefined =>
  [...headers].find(([header]) => header.toLowerCase() === name)?.[1];

/** Methods that are for programs: for a file they are not implemented; others are nonsense. */
const KNOWN: ReadonlySet<string> = new Set(["POST"]);

/** `%2F` and `%00` cannot be meant, a `%` without two digits is wrong. */
function decodePath(path: string): string {
  if (/%(?![0-9a-fA-F]{2})/.test(path)) throw new Refusal(400);
  if (/%(2[fF]|00)/.test(path)) throw new Refusal(404);
  return decode(
    fromLatin1(path.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))),
  );
}

/** Without double slashes and dots; nobody gets out of the root. */
function canonical(path: string): string {
  const names: string[] = [];
  const parts = path.split("/");
  for (const part of parts) {
    if (part === "..") {
      if (names.pop() === undefined) throw new Refusal(400);
    } else if (part !== "" && part !== ".") names.push(part);
  }
  const last = parts.at(-1);
  const slash = names.length > 0 && (last === "" || last === "." || last === "..") ? "/" : "";
  return `/${names.join("/")}${slash}`;
}

/** `bytes=START-[END]`; an end of 0 counts as not given. */
function rangeOf(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | undefined {
  const [, first, last = ""] = /^bytes=(\d+)-(\d*)/.exec(header ?? "") ?? [];
  if (first === undefined) return undefined;
  const start = Number(first);
  const end = Number(last) === 0 ? size - 1 : Math.min(Number(last), size - 1);
  return end < start ? undefined : { start, end };
}
