/**
 * HTTP from the machine itself: what `curl` on the host of the containers would get.
 *
 * A process of the machine opens a connection, through published ports, bridges and veth pairs, and speaks HTTP/1.1. The
 * answer is read whole before it is handed out.
 *
 * @see RFC 9112
 */
import {
  clock_gettime,
  close,
  connect,
  Errno,
  nanosleep,
  type Routine,
  read,
  SIGKILL,
  SIGPIPE,
  sigaction,
  socket,
  write,
} from "../../abi/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { canonicalIp, concat, encode, familyOf, latin1, NO_BYTES, StatusError } from "../../lib/index.ts";
import type { World } from "../../sim/index.ts";

const READ_SIZE = 65_536;
const HTTP_PORT = 80;
const MAX_REDIRECTIONS = 20;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/**
 * How long a connection that is refused or reset is tried again, in virtual time: a server that was just started is about
 * to listen. Real time passes for nobody.
 */
const PATIENCE_US = 1_000_000;
const FIRST_PAUSE_US = 1_000;
const WORTH_TRYING: ReadonlySet<string> = new Set(["ECONNREFUSED", "ECONNRESET"]);
/** Answers that have no body, whatever their head says. */
const BODILESS: ReadonlySet<number> = new Set([101, 204, 205, 304]);

interface Exchange {
  readonly address: string;
  readonly port: number;
  readonly question: Uint8Array;
}

interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

/**
 * Sends a request from the machine, and follows redirections unless it says otherwise.
 *
 * @throws StatusError unavailable if there is no answer: a name that is none, a connection that is refused or times out,
 * an answer that is no HTTP.
 */
export async function fetchOnMachine(kernel: Kernel, world: World, request: Request): Promise<Response> {
  const body = new Uint8Array(await request.arrayBuffer());
  let url = new URL(request.url);
  let { method } = request;
  let sent: Uint8Array | undefined = body.length > 0 ? body : undefined;
  for (let redirections = 0; ; redirections++) {
    const question = encodeQuestion(method, url, request.headers, sent);
    const answer = await exchange(kernel, world, { ...addressOf(url), question }, request.signal);
    const location = answer.headers.find(([name]) => name.toLowerCase() === "location")?.[1];
    if (!REDIRECTS.has(answer.status) || location === undefined || request.redirect === "manual") {
      return responseOf(answer, method);
    }
    if (redirections === MAX_REDIRECTIONS || request.redirect === "error") {
      throw new StatusError("unavailable", `${request.url}: too many redirections`);
    }
    url = new URL(location, url);
    if (answer.status === 303 || (answer.status < 303 && method === "POST")) {
      method = "GET";
      sent = undefined;
    }
  }
}

/** @throws StatusError invalid-argument for another protocol, unavailable for a name that is not this machine's. */
function addressOf({ protocol, hostname, port }: URL): Pick<Exchange, "address" | "port"> {
  if (protocol !== "http:") throw new StatusError("invalid-argument", `only http is spoken here, not ${protocol}`);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const address = host === "localhost" ? "127.0.0.1" : canonicalIp(host);
  if (address === undefined) throw new StatusError("unavailable", `could not resolve host: ${hostname}`);
  return { address, port: port === "" ? HTTP_PORT : Number(port) };
}

function encodeQuestion(method: string, url: URL, headers: Headers, body: Uint8Array | undefined): Uint8Array {
  const own = new Map([...headers].filter(([name]) => !["connection", "content-length"].includes(name)));
  const lines = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    ...(own.has("host") ? [] : [`Host: ${url.host}`]),
    ...[...own].map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : [`Content-Length: ${body.length}`]),
    "Connection: close",
  ];
  const head = encode(`${lines.join("\r\n")}\r\n\r\n`);
  return body === undefined ? head : concat([head, body]);
}

async function exchange(kernel: Kernel, world: World, what: Exchange, signal: AbortSignal): Promise<Answer> {
  let outcome: Uint8Array | Errno = new Errno("EINTR");
  const routine = function* (): Routine<number> {
    const startUs = yield* clock_gettime("monotonic");
    for (let pauseUs = FIRST_PAUSE_US; ; pauseUs *= 2) {
      outcome = yield* talk(what);
      if (!(outcome instanceof Errno) || !WORTH_TRYING.has(outcome.code)) return 0;
      if ((yield* clock_gettime("monotonic")) + pauseUs > startUs + PATIENCE_US) return 1;
      yield* nanosleep(pauseUs);
    }
  };
  const process = kernel.start(routine, { argv: ["curl", `${what.address}:${what.port}`] });
  try {
    await world.until(() => !process.isAlive, { what: `an answer from ${what.address}:${what.port}`, signal });
  } finally {
    if (process.isAlive) kernel.signals.send(process, SIGKILL);
  }
  if (outcome instanceof Errno) {
    throw new StatusError("unavailable", `connect ${outcome.code} ${what.address}:${what.port}`);
  }
  const answer = parseAnswer(outcome);
  if (answer === undefined) throw new StatusError("unavailable", `no HTTP answer from ${what.address}:${what.port}`);
  return answer;
}

/** One connection: all bytes of the answer, or why there are none. */
function* talk({ address, port, question }: Exchange): Routine<Uint8Array | Errno> {
  yield* sigaction(SIGPIPE, "ignore");
  const family = familyOf(address) === 4 ? "inet" : "inet6";
  const fd = yield* socket(family, "stream");
  const failure = yield* connect(fd, { family, address, port }).attempt();
  const result = failure instanceof Errno ? failure : yield* converse(fd, question);
  yield* close(fd);
  return result;
}

function* converse(fd: number, question: Uint8Array): Routine<Uint8Array | Errno> {
  for (let rest = question; rest.length > 0; ) {
    const written = yield* write(fd, rest).attempt();
    // The other side may answer without having listened.
    if (written instanceof Errno) break;
    rest = rest.subarray(written);
  }
  const parts: Uint8Array[] = [];
  let whole: Uint8Array = NO_BYTES;
  for (;;) {
    const part = yield* read(fd, READ_SIZE).attempt();
    if (part instanceof Errno) return parts.length === 0 ? part : whole;
    if (part.length === 0) return whole.length === 0 ? new Errno("ECONNRESET") : whole;
    parts.push(part);
    whole = concat(parts);
    if (isComplete(whole)) return whole;
  }
}

/** An answer that says how long it is does not have to end with the connection. */
function isComplete(bytes: Uint8Array): boolean {
  const end = headEnd(bytes);
  if (end === undefined) return false;
  const head = latin1(bytes.subarray(0, end));
  const length = /\r?\ncontent-length:\s*(\d+)/i.exec(head)?.[1];
  return length !== undefined && bytes.length >= end + Number(length);
}

/** Where the body begins. */
function headEnd(bytes: Uint8Array): number | undefined {
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return at + 2;
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return at + 3;
  }
  return undefined;
}

function parseAnswer(bytes: Uint8Array): Answer | undefined {
  const end = headEnd(bytes);
  if (end === undefined) return undefined;
  const [first = "", ...lines] = latin1(bytes.subarray(0, end)).split(/\r?\n/);
  const [, status, reason = ""] = /^HTTP\/\d\.\d (\d{3}) ?(.*)$/.exec(first) ?? [];
  if (status === undefined) return undefined;
  // What came before the real answer is passed over.
  if (status === "100") return parseAnswer(bytes.subarray(end));
  const headers = lines.flatMap((line) => {
    const colon = line.indexOf(":");
    return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1).trim()] as const] : [];
  });
  const value = (name: string): string | undefined =>
    headers.find(([header]) => header.toLowerCase() === name)?.[1]?.toLowerCase();
  const rest = bytes.subarray(end);
  const length = value("content-length");
  const body =
    value("transfer-encoding") === "chunked"
      ? unchunked(rest)
      : rest.subarray(0, length === undefined ? rest.length : Number(length));
  return { status: Number(status), reason, headers, body };
}

function unchunked(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at);
    if (end < 0) break;
    const size = Number.parseInt(latin1(bytes.subarray(at, end)), 16);
    if (!(size > 0)) break;
    parts.push(bytes.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 2;
  }
  return concat(parts);
}

function responseOf({ status, reason, headers, body }: Answer, method: string): Response {
  const kept = headers.filter(([name]) => !["connection", "transfer-encoding"].includes(name.toLowerCase()));
  return new Response(BODILESS.has(status) || method === "HEAD" ? null : new Uint8Array(body), {
    status,
    statusText: reason,
    headers: kept.map(([name, value]): [string, string] => [name, value]),
  });
}
