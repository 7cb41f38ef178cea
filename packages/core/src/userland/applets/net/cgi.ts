/** CGI programs of httpd: their environment, their input, and what becomes of their output. @see RFC 3875 */
import {
  access,
  chdir,
  clone,
  close,
  dup3,
  type Env,
  Errno,
  execve,
  getcwd,
  pipe2,
  type Routine,
  read,
  SIGCHLD,
  SIGPIPE,
  sigaction,
  stat,
  wait4,
  X_OK,
} from "../../../abi/index.ts";
import { basename, dirname, fromLatin1, latin1, NO_BYTES } from "../../../lib/index.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { dotted } from "../../net/inet-address.ts";
import type { LineReader } from "../../net/line-reader.ts";
import { VERSION } from "../../version.ts";
import type { Asked, Peer } from "./http-message.ts";

const BUFFER_SIZE = 4096;
/** What the first line of a program's output begins with, if the status line is to be made of it. */
const STATUS = "Status: ";

/** Runs the program that the path names. False if there is none, or it may not be run. */
export function* runCgi(io: Io, peer: Peer, reader: LineReader, asked: Asked, url: string): Routine<boolean> {
  const { script, rest } = yield* split(asked.path);
  const found = yield* stat(`.${script}`).attempt();
  if (found instanceof Errno || found.type === "dir") return false;
  if ((yield* access(`.${script}`, X_OK).attempt()) instanceof Errno) return false;
  const root = yield* getcwd();
  const path = `${root === "/" ? "" : root}${script}`;
  const env = environment(io.env, peer, asked, { script, rest, path, url });
  const [fromRead, fromWrite] = yield* pipe2();
  const [toRead, toWrite] = yield* pipe2();
  yield* clone(program, { path, env, input: toRead, output: fromWrite, others: [fromRead, toWrite, peer.output] });
  yield* close(fromWrite);
  yield* close(toRead);
  yield* feed(reader, toWrite, Number(header(asked, "content-length") ?? 0) || 0);
  yield* close(toWrite);
  yield* relay(fromRead, peer.output);
  yield* attempt(wait4());
  return true;
}

/** The program, and what of the path lies behind it. */
function* split(path: string): Routine<{ readonly script: string; readonly rest: string }> {
  for (let at = path.indexOf("/", "/cgi-bin/".length); at > 0; at = path.indexOf("/", at + 1)) {
    const found = yield* stat(`.${path.slice(0, at)}`).attempt();
    if (!(found instanceof Errno) && found.type === "file") return { script: path.slice(0, at), rest: path.slice(at) };
  }
  return { script: path, rest: "" };
}

const header = ({ headers }: Asked, name: string): string | undefined =>
  [...headers].find(([one]) => one.toLowerCase() === name)?.[1];

function environment(
  env: Env,
  { peer }: Peer,
  asked: Asked,
  where: { readonly script: string; readonly rest: string; readonly path: string; readonly url: string },
): Env {
  const made = new Map(env);
  for (const [name, value] of asked.headers) {
    const upper = name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
    if (upper === "CONTENT_TYPE") made.set(upper, value);
    else if (upper !== "CONTENT_LENGTH" && upper !== "AUTHORIZATION") made.set(`HTTP_${upper}`, value);
  }
  const length = header(asked, "content-length");
  if (asked.method === "POST" && length !== undefined) made.set("CONTENT_LENGTH", length);
  made.set("PATH_INFO", where.rest);
  made.set("REQUEST_METHOD", asked.method);
  made.set("REQUEST_URI", where.url);
  made.set("SCRIPT_NAME", where.script);
  made.set("SCRIPT_FILENAME", where.path);
  made.set("QUERY_STRING", asked.query ?? "");
  made.set("SERVER_SOFTWARE", `busybox httpd/${VERSION}`);
  made.set("SERVER_PROTOCOL", "HTTP/1.1");
  made.set("GATEWAY_INTERFACE", "CGI/1.1");
  if (peer !== undefined) {
    made.set("REMOTE_ADDR", dotted(peer.address, 0).replace(/:0$/, ""));
    made.set("REMOTE_PORT", String(peer.port));
  }
  return made;
}

interface Start {
  readonly path: string;
  readonly env: Env;
  readonly input: number;
  readonly output: number;
  readonly others: readonly number[];
}

function* program({ path, env, input, output, others }: Start): Routine<number> {
  yield* dup3(input, 0);
  yield* dup3(output, 1);
  for (const fd of new Set([input, output, ...others])) if (fd > 2) yield* attempt(close(fd));
  yield* attempt(chdir(dirname(path)));
  for (const signal of [SIGCHLD, SIGPIPE]) yield* sigaction(signal, "default");
  yield* attempt(execve(path, [basename(path)], env));
  return 127;
}

/** The body of the request goes to the program, and with it all that came along with the headers. */
function* feed(reader: LineReader, fd: number, length: number): Routine<void> {
  for (let left = length, bytes = reader.buffered(); left > 0 || bytes.length > 0; ) {
    if (bytes.length === 0) bytes = yield* reader.bytes(left);
    if (bytes.length === 0) return;
    left -= bytes.length;
    if ((yield* attempt(writeAll(fd, bytes))) instanceof Errno) return;
    bytes = NO_BYTES;
  }
}

/** Its output goes to the client, behind a status line: one is added even if it gives one of its own. */
function* relay(from: number, to: number): Routine<void> {
  let begun = "";
  while (begun.length < STATUS.length) {
    const bytes = yield* attempt(read(from, BUFFER_SIZE));
    if (bytes instanceof Errno || bytes.length === 0) break;
    begun += latin1(bytes);
  }
  const head = begun.startsWith(STATUS) ? `HTTP/1.1 ${begun.slice(STATUS.length)}` : `HTTP/1.1 200 OK\r\n${begun}`;
  let bytes: Uint8Array = fromLatin1(head);
  while (bytes.length > 0) {
    if ((yield* attempt(writeAll(to, bytes))) instanceof Errno) return;
    const more = yield* attempt(read(from, BUFFER_SIZE));
    bytes = more instanceof Errno ? NO_BYTES : more;
  }
}
