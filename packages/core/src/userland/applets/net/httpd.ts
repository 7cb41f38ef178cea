/** httpd: a web server for files and CGI programs. @see busybox's httpd */
import {
  accept4,
  bind,
  clone,
  close,
  Errno,
  getpeername,
  listen,
  type Routine,
  SIGCHLD,
  SIGPIPE,
  setgroups,
  setresgid,
  setresuid,
  setsockopt,
  sigaction,
  socket,
} from "../../../abi/index.ts";
import { encode, fromByteString, fromLatin1, latin1 } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { domainOf } from "../../net/inet-address.ts";
import { hostOrDie } from "../../net/stream.ts";
import { chdirOrDie } from "../../or-die.ts";
import { type Owner, userAndGroupOrDie } from "../../passwd.ts";
import { hashPassword } from "../accounts/set-password.ts";
import { daemonize } from "../services/daemonize.ts";
import { HttpRequest } from "./http-request.ts";
import { HttpdConf } from "./httpd-conf.ts";
import { percentDecoded } from "./url.ts";

/** A greater number is read as an address. */
const MAX_PORT = 65_535;
const BACKLOG = 9;
const HTTP_PORT = 80;

export const httpd: Applet = function* (io) {
  const options = yield* getopt(io, "c:d:h:e:r:m:u:p:M:+K:+ifv");
  const text = options.value("d") ?? options.value("e");
  if (text !== undefined) {
    yield* io.out.write(
      options.has("d") ? fromByteString(percentDecoded(text).replace(/\+/g, " ")) : htmlEncoded(text),
    );
    return 0;
  }
  const password = options.value("m");
  if (password !== undefined) {
    yield* io.out.line(yield* hashPassword(io, password, "md5"));
    return 0;
  }
  const user = options.value("u");
  const owner = user === undefined ? undefined : yield* userAndGroupOrDie(io, user);
  const home = options.value("h");
  if (home !== undefined) yield* chdirOrDie(io, home);
  yield* sigaction(SIGCHLD, "ignore");
  const server = options.has("i") ? undefined : yield* openServer(io, options.value("p"));
  if (owner !== undefined) yield* become(io, owner);
  const conf = yield* readConf(io, options.value("c"));
  if (home === undefined && conf.home !== undefined) yield* chdirOrDie(io, conf.home);
  if (server === undefined) return yield* new HttpRequest(io, conf, { input: 0, output: 1, peer: undefined }).answer();
  if (options.has("f")) return yield* serve(io, conf, server);
  yield* daemonize(() => serve(io, conf, server), { kept: server });
  return 0;
};

/** What was named must be there; /etc/httpd.conf need not. */
function* readConf(io: Io, path: string | undefined): Routine<HttpdConf> {
  const conf = yield* HttpdConf.read(path ?? "/etc/httpd.conf");
  if (!(conf instanceof Errno)) return conf;
  return path === undefined ? new HttpdConf() : yield* io.pdie(path, conf);
}

function* openServer(io: Io, where: string | undefined): Routine<number> {
  const isPort = where === undefined || (/^[1-9]\d*$/.test(where) && Number(where) <= MAX_PORT);
  const at = isPort ? { address: "::", port: Number(where ?? HTTP_PORT) } : yield* hostOrDie(io, where, HTTP_PORT);
  const fd = yield* socket(domainOf(at.address), "stream");
  yield* setsockopt(fd, "SO_REUSEADDR", 1);
  const failure = yield* bind(fd, { family: domainOf(at.address), ...at }).attempt();
  if (failure instanceof Errno) yield* io.pdie("bind", failure);
  yield* listen(fd, BACKLOG);
  return fd;
}

function* become(io: Io, { uid, gid }: Owner): Routine<void> {
  const error = yield* attempt(setgroups([gid]));
  if (error instanceof Errno) return yield* io.pdie("setgroups", error);
  yield* setresgid(gid);
  yield* setresuid(uid);
}

interface Server {
  readonly io: Io;
  readonly conf: HttpdConf;
  readonly server: number;
}

/** A process for each connection. */
function* serve(io: Io, conf: HttpdConf, server: number): Routine<number> {
  yield* sigaction(SIGCHLD, "ignore");
  for (;;) {
    const accepted = yield* accept4(server).attempt();
    if (accepted instanceof Errno) continue;
    yield* clone(child, { io, conf, server, fd: accepted.fd });
    yield* close(accepted.fd);
  }
}

function* child({ io, conf, server, fd }: Server & { readonly fd: number }): Routine<number> {
  yield* sigaction(SIGCHLD, "default");
  yield* sigaction(SIGPIPE, "ignore");
  yield* close(server);
  const peer = yield* getpeername(fd).attempt();
  return yield* new HttpRequest(io, conf, {
    input: fd,
    output: fd,
    peer: peer instanceof Errno || peer.family === "unix" ? undefined : peer,
  }).answer();
}

/** Everything but letters and digits as a number. */
function htmlEncoded(text: string): string {
  return latin1(encode(text)).replace(/[^0-9A-Za-z]/g, (char) => `&#${fromLatin1(char)[0]};`);
}
