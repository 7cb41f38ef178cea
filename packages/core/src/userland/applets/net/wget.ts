/** wget: fetch files over HTTP. @see RFC 9112, busybox's wget */
import {
  alarm,
  close,
  connect,
  Errno,
  exit,
  ftruncate,
  lseek,
  O_CREAT,
  O_EXCL,
  O_TRUNC,
  O_WRONLY,
  open,
  type Routine,
  SEEK_END,
  SIGALRM,
  sigaction,
  socket,
} from "../../../abi/index.ts";
import { base64, basename, encode, familyOf, fromLatin1 } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io, readFile, writeAll } from "../../io.ts";
import { moveFd } from "../../move-fd.ts";
import { resolve } from "../../net/host-names.ts";
import { domainOf, dotted, splitHostPort } from "../../net/inet-address.ts";
import { LineReader, ReadTimeout } from "../../net/line-reader.ts";
import { openOrDie } from "../../or-die.ts";
import { HttpBody } from "./http-body.ts";
import { progressLine } from "./progress-line.ts";
import { parseUrl, type Url } from "./url.ts";

const MAX_REDIRECTIONS = 16;
const DEFAULT_TIMEOUT_SECONDS = 900;
const BUFFER_SIZE = 4096;

const LONG_OPTIONS: Readonly<Record<string, string>> = {
  continue: "c",
  quiet: "q",
  "server-response": "S",
  "output-document": "O",
  "output-file": "o",
  "directory-prefix": "P",
  proxy: "Y",
  "user-agent": "U",
  timeout: "T",
  tries: "t",
  header: "header:",
  "post-data": "post-data:",
  "post-file": "post-file:",
  spider: "spider",
  "no-check-certificate": "no-check-certificate",
  // What it takes and does not heed.
  "no-cache": "no-cache",
  "no-clobber": "no-clobber",
  "no-host-directories": "no-host-directories",
  "no-parent": "no-parent",
  "no-verbose": "no-verbose",
  "passive-ftp": "passive-ftp",
};

export const wget: Applet = function* (io) {
  const options = yield* getopt(io, "cqSO:o:P:Y:U:T:+t:n::", LONG_OPTIONS);
  if (options.operands.length === 0) return yield* showUsage(io);
  const seconds = options.number("T") ?? DEFAULT_TIMEOUT_SECONDS;
  const log = options.value("o");
  if (log !== undefined) yield* moveFd(yield* openOutput(io, log, O_TRUNC), 2);
  let shared: number | undefined = options.value("O") === "-" ? 1 : undefined;
  for (const url of options.operands) shared = yield* new Download(io, options, seconds, shared).fetch(url);
  return 0;
};

function* openOutput(io: Io, path: string, flags: number): Routine<number> {
  return yield* openOrDie(io, path, O_WRONLY | O_CREAT | flags);
}

interface Response {
  readonly status: number;
  readonly statusLine: string;
  readonly location: string | undefined;
  readonly length: number | undefined;
  readonly chunked: boolean;
  readonly reader: LineReader;
  readonly fd: number;
}

class Download {
  readonly #io: Io;
  readonly #options: Options;
  readonly #seconds: number;
  #fileName = "";
  #fd: number | undefined;
  #start = 0;
  #proxy: Url | undefined;

  constructor(io: Io, options: Options, seconds: number, shared: number | undefined) {
    this.#io = io;
    this.#options = options;
    this.#seconds = seconds;
    this.#fd = shared;
  }

  /** Where the next file goes too, if `-O` sends everything to one place. */
  *fetch(text: string): Routine<number | undefined> {
    let url = yield* parseUrl(this.#io, text);
    this.#proxy = yield* this.#proxyFor(url);
    yield* this.#chooseFile(url);
    let target = yield* this.#lookUp(this.#proxy ?? url);
    for (let redirections = 1; ; redirections++) {
      const response = yield* this.#request(url, target);
      if (response.status < 300 || response.location === undefined) {
        yield* this.#save(response);
        return this.#options.has("O") ? this.#fd : undefined;
      }
      if (redirections === MAX_REDIRECTIONS) yield* this.#io.die("too many redirections");
      yield* close(response.fd);
      if (response.location.startsWith("/")) url = { ...url, path: response.location.slice(1) };
      else {
        url = yield* parseUrl(this.#io, response.location);
        if (this.#proxy === undefined) target = yield* this.#lookUp(url);
      }
    }
  }

  /** Who fetches the file for us, if the environment names somebody. */
  *#proxyFor({ protocol }: Url): Routine<Url | undefined> {
    const proxy = this.#options.value("Y") === "off" ? undefined : this.#io.env.get(`${protocol}_proxy`);
    return proxy === undefined || proxy === "" ? undefined : yield* parseUrl(this.#io, proxy);
  }

  *#note(text: string): Routine<void> {
    if (!this.#options.has("q")) yield* this.#io.err.write(text);
  }

  *#chooseFile(url: Url): Routine<void> {
    this.#fileName = this.#options.value("O") ?? this.#nameOf(url);
    if (!this.#options.has("c") || this.#fd !== undefined) return;
    const fd = yield* attempt(open(this.#fileName, O_WRONLY));
    if (fd instanceof Errno) return;
    this.#fd = fd;
    this.#start = yield* lseek(fd, 0, SEEK_END);
  }

  #nameOf({ path }: Url): string {
    const last = path.slice(path.lastIndexOf("/") + 1);
    const name = last === "" ? "index.html" : last;
    const prefix = this.#options.value("P");
    return prefix === undefined ? name : `${prefix.replace(/\/+$/, "")}/${name}`;
  }

  *#lookUp({ host, port }: Url): Routine<{ readonly address: string; readonly port: number }> {
    const [address] = yield* resolve(splitHostPort(host).host);
    if (address === undefined) return yield* this.#io.die(`bad address '${host}'`);
    yield* this.#note(`Connecting to ${host} (${dotted(address, port)})\n`);
    return { address, port };
  }

  *#request(url: Url, target: { readonly address: string; readonly port: number }): Routine<Response> {
    const io = this.#io;
    yield* this.#limitTime();
    const fd = yield* socket(domainOf(target.address), "stream");
    const failure = yield* connect(fd, { family: domainOf(target.address), ...target }).attempt();
    if (failure instanceof Errno) {
      const to = familyOf(target.address) === 4 ? ` (${target.address})` : "";
      return yield* io.pdie(`can't connect to remote host${to}`, failure);
    }
    yield* alarm(0);
    yield* attempt(writeAll(fd, yield* this.#question(url)));
    const reader = new LineReader(fd, this.#seconds === 0 ? undefined : this.#seconds * 1_000_000);
    try {
      return yield* this.#answer(fd, reader);
    } catch (error) {
      if (!(error instanceof ReadTimeout)) throw error;
      return yield* io.die("download timed out");
    }
  }

  /** Connecting, too, must end in time. */
  *#limitTime(): Routine<void> {
    if (this.#seconds === 0) return;
    const io = this.#io;
    yield* sigaction(SIGALRM, function* () {
      yield* io.warn("download timed out");
      yield* exit(1);
    });
    yield* alarm(this.#seconds * 1_000_000);
  }

  *#question({ protocol, host, path, fragment, user }: Url): Routine<Uint8Array> {
    const options = this.#options;
    const proxyUser = this.#proxy?.user;
    const what = this.#proxy === undefined ? `/${path}` : `${protocol}://${host}/${path}${fragment}`;
    const headers = options.values("header");
    const given = (name: string): boolean => headers.some((header) => header.toLowerCase().startsWith(`${name}:`));
    const file = options.value("post-file");
    const body =
      file !== undefined
        ? yield* readFile(file)
        : options.has("post-data")
          ? encode(options.value("post-data") ?? "")
          : undefined;
    const lines = [
      `${body === undefined ? "GET" : "POST"} ${what} HTTP/1.1`,
      ...(given("host") ? [] : [`Host: ${host}`]),
      ...(given("user-agent") ? [] : [`User-Agent: ${options.value("U") ?? "Wget"}`]),
      "Connection: close",
      ...(user === undefined || given("authorization") ? [] : [`Authorization: ${basic(user)}`]),
      ...(proxyUser === undefined ? [] : [`Proxy-Authorization: ${basic(proxyUser)}`]),
      ...(this.#start > 0 && !given("range") ? [`Range: bytes=${this.#start}-`] : []),
      ...headers,
      ...(body === undefined || given("content-type") ? [] : ["Content-Type: application/x-www-form-urlencoded"]),
      ...(body === undefined ? [] : [`Content-Length: ${body.length}`]),
    ];
    const head = encode(`${lines.join("\r\n")}\r\n\r\n`);
    if (body === undefined) return head;
    const whole = new Uint8Array(head.length + body.length);
    whole.set(head);
    whole.set(body, head.length);
    return whole;
  }

  *#answer(fd: number, reader: LineReader): Routine<Response> {
    const io = this.#io;
    for (;;) {
      const statusLine = yield* this.#line(reader);
      if (this.#options.has("S")) yield* io.err.write(`  ${statusLine}\n`);
      const status = Number.parseInt(statusLine.replace(/^\S*\s*/, ""), 10) || 0;
      if (status !== 0 && status !== 100) yield* this.#check(status, statusLine);
      const headers = yield* this.#headers(reader);
      if (status === 0 || status === 100) continue;
      const encoding = headers.get("transfer-encoding");
      if (encoding !== undefined && encoding.toLowerCase() !== "chunked") {
        return yield* io.die(`transfer encoding '${encoding.toLowerCase()}' is not supported`);
      }
      const length = headers.get("content-length");
      if (length !== undefined && !/^\d+$/.test(length)) return yield* io.die(`content-length ${length} is garbage`);
      return {
        status,
        statusLine,
        location: headers.get("location"),
        length: length === undefined ? undefined : Number(length),
        chunked: encoding !== undefined,
        reader,
        fd,
      };
    }
  }

  *#headers(reader: LineReader): Routine<ReadonlyMap<string, string>> {
    const headers = new Map<string, string>();
    for (;;) {
      const line = yield* this.#line(reader);
      if (this.#options.has("S")) yield* this.#io.err.write(`  ${line}\n`);
      if (line === "") return headers;
      const name = /^[\w.-]*/.exec(line)?.[0] ?? "";
      const rest = line.slice(name.length);
      if (!rest.startsWith(":")) yield* this.#io.die(`bad header line: ${name.toLowerCase()}${rest}`);
      headers.set(name.toLowerCase(), rest.slice(1).trim());
    }
  }

  *#line(reader: LineReader): Routine<string> {
    const line = yield* reader.line();
    if (line !== undefined) return line;
    const { error } = reader;
    return yield* this.#io.die(`error getting response${error === undefined ? "" : `: ${error.message}`}`);
  }

  *#check(status: number, line: string): Routine<void> {
    if (status >= 200 && status <= 204) {
      // The server does not know ranges: from the beginning, then.
      if (this.#start > 0 && this.#fd !== undefined) {
        yield* this.#io.warn("restart failed");
        yield* ftruncate(this.#fd, 0);
        yield* lseek(this.#fd, 0, 0);
      }
      this.#start = 0;
      return;
    }
    if ([300, 301, 302, 303, 307, 308].includes(status) || (status === 206 && this.#start > 0)) return;
    yield* this.#io.die(`server returned error: ${line}`);
  }

  *#save(response: Response): Routine<void> {
    if (this.#options.has("spider")) {
      yield* this.#note("remote file exists\n");
      yield* close(response.fd);
      return;
    }
    const flags = this.#options.has("O") ? O_TRUNC : this.#options.has("c") ? 0 : O_EXCL;
    this.#fd ??= yield* openOutput(this.#io, this.#fileName, flags);
    const toStdout = this.#fd === 1;
    yield* this.#note(toStdout ? "writing to stdout\n" : `saving to '${this.#fileName}'\n`);
    const body = new HttpBody(response.reader, response);
    let total = 0;
    try {
      for (let part = yield* body.read(BUFFER_SIZE); part.length > 0; part = yield* body.read(BUFFER_SIZE)) {
        total += part.length;
        const failure = yield* attempt(writeAll(this.#fd, part));
        if (failure instanceof Errno) yield* this.#io.pdie("write error", failure);
      }
    } catch (error) {
      if (!(error instanceof ReadTimeout)) throw error;
      yield* this.#io.die("download timed out");
    }
    if (response.reader.error !== undefined) yield* this.#io.pdie("read error", response.reader.error);
    if (body.isShort) {
      yield* this.#io.die(response.chunked ? "error getting response" : "connection closed prematurely");
    }
    const size = response.length === undefined ? 0 : this.#start + response.length;
    const progress = progressLine(basename(this.#fileName), this.#start + total, size);
    if (!this.#options.has("o")) yield* this.#note(progress);
    yield* this.#note(toStdout ? "written to stdout\n" : `'${this.#fileName}' saved\n`);
    yield* close(response.fd);
    if (!this.#options.has("O")) yield* close(this.#fd);
  }
}

/** @see RFC 7617 */
const basic = (user: string): string => `Basic ${base64(fromLatin1(user))}`;
