/** nslookup: ask name servers. @see busybox's nslookup */
import { Errno, type Routine } from "../../../abi/index.ts";
import { type DnsMessage, type DnsRecord, type DnsType, unreachable } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { askAll, type Question } from "../../net/ask-all.ts";
import { DNS_PORT, type ResolverConfig, resolve, resolverConfig, reverseName } from "../../net/host-names.ts";
import { dotted, inetAddress, splitHostPort } from "../../net/inet-address.ts";
import { INT_MAX, unsignedOrDie } from "../../number.ts";

const TYPES: ReadonlySet<string> = new Set(["A", "AAAA", "NS", "CNAME", "SOA", "PTR", "MX", "TXT", "SRV", "ANY"]);
/** An option may be cut short: the first that begins so counts. */
const OPTIONS = ["timeout", "type", "querytype", "retry", "port", "debug"] as const;
const PORT_MAX = 65_535;
const CODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

interface ServerConfig extends ResolverConfig {
  readonly port: number;
}

export const nslookup: Applet = function* (io) {
  const types: DnsType[] = [];
  const words: string[] = [];
  let attempts = 2;
  let timeoutSeconds = 5;
  let port = DNS_PORT;
  for (const word of io.argv.slice(1)) {
    const [, name, value = ""] = /^-([a-z]+)(?:=(.*))?$/s.exec(word) ?? [];
    const option = name === undefined ? undefined : OPTIONS.find((one) => one.startsWith(name));
    switch (option) {
      case undefined:
        words.push(word);
        break;
      case "type":
      case "querytype":
        if (!TYPES.has(value.toUpperCase())) return yield* io.die(`invalid query type "${value}"`);
        types.push(value.toUpperCase() as DnsType);
        break;
      case "timeout":
        timeoutSeconds = yield* unsignedOrDie(io, value, 1, INT_MAX);
        break;
      case "retry":
        attempts = yield* unsignedOrDie(io, value, 1, INT_MAX);
        break;
      case "port":
        port = yield* unsignedOrDie(io, value, 1, PORT_MAX);
        break;
      case "debug":
        break;
      default:
        unreachable(option);
    }
  }
  const operands = words.filter((word) => word !== "--");
  if (operands.some((word) => /^-./.test(word))) return yield* showUsage(io);
  const [host, server, ...excess] = operands;
  if (host === undefined || excess.length > 0) return yield* showUsage(io);
  const file = yield* resolverConfig();
  // What resolv.conf says of time is not for this applet: it has so long for a server, however often it asks.
  const given = server === undefined ? undefined : splitHostPort(server);
  const config = { ...file, attempts, timeoutSeconds, port: given?.port === undefined ? port : Number(given.port) };
  const servers = given === undefined ? config.servers : yield* resolve(given.host);
  if (servers.length === 0) return yield* io.die(`bad address '${server ?? ""}'`);
  const questions = questionsFor(host, types, config, server !== undefined);
  return yield* answer(io, servers, questions, config);
};

function questionsFor(
  host: string,
  types: readonly DnsType[],
  config: ResolverConfig,
  explicit: boolean,
): readonly Question[] {
  const address = inetAddress(host);
  if (address !== undefined && types.length === 0) return [{ name: reverseName(address), type: "PTR" }];
  const names =
    !explicit && !host.includes(".") && config.search.length > 0
      ? config.search.map((domain) => `${host}.${domain}`)
      : [host];
  const wanted = types.length > 0 ? types : (["A", "AAAA"] as const);
  return names.flatMap((name) => wanted.map((type) => ({ name, type })));
}

function* answer(
  io: Io,
  servers: readonly string[],
  questions: readonly Question[],
  config: ServerConfig,
): Routine<number> {
  for (const server of servers) {
    const heard = yield* askAll(server, questions, config);
    if (heard instanceof Errno) {
      if (heard.code !== "ECONNREFUSED") return yield* io.pdie(`can't connect to remote host (${server})`, heard);
      yield* tellRefusal(io, server, { questions: questions.length, config });
      continue;
    }
    const { answers, isAlive } = heard;
    if (isAlive) yield* io.out.write(`Server:\t\t${server}\nAddress:\t${dotted(server, config.port)}\n\n`);
    if (answers.every((one) => one === undefined)) continue;
    let failed = false;
    for (const [at, { name }] of questions.entries()) {
      const message = answers[at];
      if (message === undefined) yield* io.out.write(`*** Can't find ${name}: No answer\n`);
      else if (message.code !== 0) {
        yield* io.out.write(`** server can't find ${name}: ${CODES[message.code] ?? `RESP:${message.code}`}\n`);
        failed = true;
      } else yield* show(io, message);
      yield* io.out.write("\n");
    }
    return failed ? 1 : 0;
  }
  yield* io.out.write(";; connection timed out; no servers could be reached\n\n");
  return 1;
}

/**
 * The first question finds out that nobody listens: the second hears of it when it is sent, and ends the matter. If there
 * is none, the answer is waited for, as often as the question is asked.
 */
function* tellRefusal(
  io: Io,
  server: string,
  { questions, config }: { readonly questions: number; readonly config: ServerConfig },
): Routine<void> {
  const refused = new Errno("ECONNREFUSED");
  if (questions > 1) return yield* io.perror(`write to '${server}'`, refused);
  for (let tries = 0; tries < config.attempts; tries++) yield* io.perror("read", refused);
}

function* show(io: Io, message: DnsMessage): Routine<void> {
  if (!message.isAuthoritative) yield* io.out.write("Non-authoritative answer:\n");
  for (const record of message.answers) yield* io.out.write(format(record));
}

function format({ name, type, value }: DnsRecord): string {
  switch (type) {
    case "A":
    case "AAAA":
      return `Name:\t${name}\nAddress: ${value}\n`;
    case "PTR":
      return `${name}\tname = ${value}\n`;
    case "CNAME":
      return `${name}\tcanonical name = ${value}\n`;
    case "TXT":
      return `${name}\ttext = "${value}"\n`;
    default:
      return `${name}\t${type} = ${value}\n`;
  }
}
