/** Every program that the catalogue's images and the package indexes name, by its name. */
import type { Program } from "../abi/index.ts";
import { type BusyboxBuild, dockerInit, makeBusybox, makeShellProgram, type ShellTraits } from "../userland/index.ts";
import { makeNode, makeNpm } from "./interpreters/node.ts";
import { makePython } from "./interpreters/python.ts";
import { makeApk } from "./packages/apk.ts";
import { makeAptGet } from "./packages/apt-get.ts";
import { makeAptCache, makeDpkg } from "./packages/dpkg.ts";
import { knownStandIns } from "./packages/installed-program.ts";
import type { PackageIndexes } from "./packages/package-indexes.ts";
import type { ScriptTable } from "./scripts.ts";
import { makeApache } from "./servers/apache.ts";
import { hello } from "./servers/hello.ts";
import { makeNginx } from "./servers/nginx.ts";
import { initdb, makePostgres, pgCtl } from "./servers/postgres.ts";
import { makeRedisServer } from "./servers/redis.ts";
import { makeCurl } from "./tools/curl.ts";
import { getent } from "./tools/getent.ts";
import { getpcaps } from "./tools/getpcaps.ts";
import { gosu } from "./tools/gosu.ts";
import { pgIsReady, psql } from "./tools/psql.ts";
import { redisCli } from "./tools/redis-cli.ts";
import { makeStandIn, type UnknownPrograms } from "./tools/stand-in.ts";
import { debianAddgroup, debianAdduser, groupadd, useradd, userdel, usermod } from "./tools/users.ts";
import { VERSIONS } from "./versions.ts";

export interface CatalogueOptions {
  /** The shell of busybox. */
  readonly shell: ShellTraits;
  /** What busybox was built with, everything by default. */
  readonly busybox?: BusyboxBuild | undefined;
  readonly scripts: ScriptTable;
  readonly packages: PackageIndexes;
  readonly unknown: UnknownPrograms;
}

/** Makes each program when somebody first executes it. */
export class CataloguePrograms {
  readonly #options: CatalogueOptions;
  readonly #standIn: Program;

  constructor(options: CatalogueOptions) {
    this.#options = options;
    this.#standIn = makeStandIn(options.unknown);
  }

  make(name: string): Program | undefined {
    return MAKERS.get(name)?.(this.#options) ?? TOOLS.get(name) ?? this.#standInFor(name);
  }

  names(): Iterable<string> {
    return [...MAKERS.keys(), ...TOOLS.keys(), ...knownStandIns()];
  }

  #standInFor(name: string): Program | undefined {
    return knownStandIns().has(name) ? this.#standIn : undefined;
  }
}

type Maker = (options: CatalogueOptions) => Program;

/** What shells run in place of programs that there are not, if that is not to fail. */
const pretending = ({ unknown }: CatalogueOptions) =>
  unknown.policy === "succeed-and-warn" ? { unknown: makeStandIn(unknown) } : {};

const shellOf =
  (messages: "dash" | "bash"): Maker =>
  (options) =>
    makeShellProgram({ lineInMessages: false, standalone: false, ...pretending(options), messages });

const pythonOf =
  (version: string): Maker =>
  ({ scripts, packages }) =>
    makePython({ version, scripts, packages });

type NodeVersion = (typeof VERSIONS.node)[number];

const nodeOf =
  ({ node, npm }: NodeVersion): Maker =>
  ({ scripts, packages }) =>
    makeNode({ version: node, npmVersion: npm, scripts, packages });

const npmOf =
  (command: "npm" | "npx", { node, npm }: NodeVersion): Maker =>
  ({ scripts, packages }) =>
    makeNpm(command, { version: node, npmVersion: npm, scripts, packages });

const minorOf = (version: string): string => version.split(".").slice(0, 2).join(".");
const majorOf = (version: string): string => version.split(".", 1)[0] ?? "";

/** Programs that depend on the machine. */
const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ["busybox", (options) => makeBusybox({ ...options.shell, ...pretending(options) }, options.busybox)],
  ["dash", shellOf("dash")],
  ["bash", shellOf("bash")],
  ...VERSIONS.python.map((version) => [`python${minorOf(version)}`, pythonOf(version)] as const),
  ["python3", pythonOf(VERSIONS.distributionPython)],
  ...VERSIONS.node.map((version) => [`node${majorOf(version.node)}`, nodeOf(version)] as const),
  ["node", nodeOf(VERSIONS.node[0])],
  ["nodejs", nodeOf(VERSIONS.node[0])],
  ["npm", npmOf("npm", VERSIONS.node[0])],
  ["npx", npmOf("npx", VERSIONS.node[0])],
  ["apt-get", ({ packages }) => makeAptGet(packages)],
  ["apt", ({ packages }) => makeAptGet(packages)],
  ["apt-cache", ({ packages }) => makeAptCache(packages)],
  ["dpkg", makeDpkg],
  ["dpkg-query", makeDpkg],
  ["apk", ({ packages }) => makeApk(packages)],
]);

/** Programs that are the same everywhere. */
const TOOLS: ReadonlyMap<string, Program> = new Map(
  Object.entries({
    curl: makeCurl(VERSIONS.curl),
    getent,
    getpcaps,
    gosu,
    "su-exec": gosu,
    tini: dockerInit,
    // Unlike the real one, which signals the whole session of its child, this one signals the child.
    "dumb-init": dockerInit,
    useradd,
    usermod,
    userdel,
    groupadd,
    "debian-adduser": debianAdduser,
    "debian-addgroup": debianAddgroup,
    apache: makeApache({ version: VERSIONS.httpd, platform: "Unix", root: "/usr/local/apache2" }),
    nginx: makeNginx(VERSIONS.nginx),
    "redis-server": makeRedisServer(VERSIONS.redis),
    "redis-cli": redisCli,
    postgres: makePostgres(VERSIONS.postgres),
    initdb,
    pg_ctl: pgCtl,
    pg_isready: pgIsReady,
    psql,
    hello,
  }),
);
