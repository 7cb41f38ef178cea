/** getent: looks something up where the C library does. @see getent(1) */
import type { Program, Routine } from "../../abi/index.ts";
import { familyOf, ownValue } from "../../lib/index.ts";
import { attempt, Io, nameOf, readText, resolve } from "../../userland/index.ts";

const USAGE = "Usage: getent [OPTION...] database [key ...]\n";
/** What it ends with: a database that it does not know, and a key that is not there. */
const UNKNOWN_DATABASE = 1;
const NOT_FOUND = 2;
const HOST_WIDTH = 15;

type Lookup = (key: string) => Routine<readonly string[]>;

interface Database {
  readonly lookup: Lookup;
  /** All of it, if it can be listed. */
  readonly file?: string;
}

const DATABASES: Readonly<Record<string, Database>> = {
  hosts: { lookup: hosts },
  ahosts: { lookup: (key) => addresses(key) },
  ahostsv4: { lookup: (key) => addresses(key, 4) },
  ahostsv6: { lookup: (key) => addresses(key, 6) },
  passwd: inFile("/etc/passwd", 2),
  group: inFile("/etc/group", 2),
  shadow: inFile("/etc/shadow", undefined),
};

export const getent: Program = function* (argv, env) {
  const io = new Io("getent", argv, env);
  const code = yield* main(io);
  yield* io.out.flush();
  return code;
};

function* main(io: Io): Routine<number> {
  const [database, ...keys] = io.argv.slice(1).filter((word) => !word.startsWith("-"));
  if (database === undefined) {
    yield* io.err.write(`getent: wrong number of arguments\n${USAGE}`);
    return UNKNOWN_DATABASE;
  }
  const found = ownValue(DATABASES, database);
  if (found === undefined) {
    yield* io.err.write(
      `Unknown database: ${database}\nTry \`getent --help' or \`getent --usage' for more information.\n`,
    );
    return UNKNOWN_DATABASE;
  }
  const { lookup, file } = found;
  if (keys.length === 0 && file !== undefined) for (const line of yield* linesOf(file)) yield* io.out.line(line);
  let isMissing = false;
  for (const key of keys) {
    const lines = yield* lookup(key);
    isMissing ||= lines.length === 0;
    for (const line of lines) yield* io.out.line(line);
  }
  return isMissing ? NOT_FOUND : 0;
}

/** Addresses of one family: IPv6 if there are such. An address is asked for its name. */
function* hosts(key: string): Routine<readonly string[]> {
  const found = yield* resolve(key);
  if (found[0] === key) {
    const name = yield* nameOf(key);
    return name === undefined ? [] : [hostLine(key, name)];
  }
  const six = found.filter((address) => familyOf(address) === 6);
  return (six.length > 0 ? six : found).map((address) => hostLine(address, key));
}

function* addresses(key: string, family?: 4 | 6): Routine<readonly string[]> {
  return (yield* resolve(key, family)).flatMap((address) => [
    `${address.padEnd(HOST_WIDTH)} STREAM ${key}`,
    `${address.padEnd(HOST_WIDTH)} DGRAM  `,
    `${address.padEnd(HOST_WIDTH)} RAW    `,
  ]);
}

const hostLine = (address: string, name: string): string => `${address.padEnd(HOST_WIDTH)} ${name}`;

/** Lines with colons: by the name, or by the number at `at`. */
function inFile(file: string, at: number | undefined): Database {
  const lookup: Lookup = function* (key) {
    const isKey = (line: string): boolean => {
      const fields = line.split(":");
      return fields[0] === key || (at !== undefined && fields[at] === key);
    };
    return (yield* linesOf(file)).filter(isKey).slice(0, 1);
  };
  return { lookup, file };
}

function* linesOf(path: string): Routine<readonly string[]> {
  const text = yield* attempt(readText(path));
  return typeof text === "string" ? text.split("\n").filter((line) => line !== "") : [];
}
