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

/** Puts programs into a table by the names that executables have in their headers. */
export function addCatalogue(programs: Map<string, Program>, options: CatalogueOptions): void {
  const { shell, scripts, packages } = options;
  const standIn = makeStandIn(options.unknown);
  const pretends = options.unknown.policy === "succeed-and-warn" ? { unknown: standIn } : {};
  programs.set("busybox", makeBusybox({ ...shell, ...pretends }, options.busybox));
  const plain = { lineInMessages: false, standalone: false, ...pretends };
  programs.set("dash", makeShellProgram({ ...plain, messages: "dash" }));
  programs.set("bash", makeShellProgram({ ...plain, messages: "bash" }));
  for (const version of VERSIONS.python) {
    const minor = version.split(".").slice(0, 2).join(".");
    programs.set(`python${minor}`, makePython({ version, scripts, packages }));
  }
  programs.set("python3", makePython({ version: VERSIONS.distributionPython, scripts, packages }));
  for (const { node, npm } of VERSIONS.node) {
    const program = makeNode({ version: node, npmVersion: npm, scripts, packages });
    programs.set(`node${node.split(".")[0]}`, program);
  }
  const [newest] = VERSIONS.node;
  const node = { version: newest.node, npmVersion: newest.npm, scripts, packages };
  for (const name of ["node", "nodejs"]) programs.set(name, makeNode(node));
  for (const name of ["npm", "npx"] as const) programs.set(name, makeNpm(name, node));
  for (const name of ["apt-get", "apt"]) programs.set(name, makeAptGet(packages));
  programs.set("apt-cache", makeAptCache(packages));
  for (const name of ["dpkg", "dpkg-query"]) programs.set(name, makeDpkg());
  programs.set("apk", makeApk(packages));
  for (const [name, program] of Object.entries(TOOLS)) programs.set(name, program);
  for (const name of knownStandIns()) if (!programs.has(name)) programs.set(name, standIn);
}

const TOOLS: Readonly<Record<string, Program>> = {
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
};
