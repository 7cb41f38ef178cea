/**
 * useradd, usermod, userdel and groupadd of the shadow package, and Debian's adduser and addgroup: lines in /etc/passwd
 * and /etc/group.
 *
 * @see useradd(8), usermod(8), groupadd(8), Debian's adduser(8)
 */
import { chown, Errno, getresuid, type Program, type Routine } from "../../abi/index.ts";
import { basename } from "../../lib/index.ts";
import { AppletExit, attempt, Io, readText } from "../../userland/index.ts";
import { exists, makeDirectories, putFile, removeTree } from "../files.ts";

/** Ids of people and of services. @see login.defs(5) */
const USERS_FROM = 1000;
const SYSTEM_FROM = 999;
const SYSTEM_TO = 100;

interface Words {
  readonly options: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

type Tool = (io: Io, words: Words) => Routine<number>;

function tool(run: Tool, withValue: RegExp): Program {
  return function* (argv, env) {
    const io = new Io(basename(argv[0] ?? ""), argv, env);
    let code: number;
    try {
      code = yield* run(io, parse(argv.slice(1), withValue));
    } catch (ending) {
      if (!(ending instanceof AppletExit)) throw ending;
      code = ending.code;
    }
    yield* io.out.flush();
    return code;
  };
}

function parse(words: readonly string[], withValue: RegExp): Words {
  const options = new Map<string, string>();
  const operands: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const long = /^(--[a-z-]+)=(.*)$/s.exec(word);
    if (long !== null) options.set(long[1] ?? "", long[2] ?? "");
    else if (word.startsWith("--")) options.set(word, withValue.test(word) ? (rest.shift() ?? "") : "");
    else if (/^-./.test(word)) {
      for (let at = 1; at < word.length; at++) {
        const name = `-${word[at]}`;
        if (!withValue.test(name)) options.set(name, "");
        else {
          options.set(name, word.slice(at + 1) || (rest.shift() ?? ""));
          break;
        }
      }
    } else operands.push(word);
  }
  return { options, operands };
}

const first = (options: ReadonlyMap<string, string>, ...names: readonly string[]): string | undefined =>
  names.map((name) => options.get(name)).find((value) => value !== undefined);

const has = (options: ReadonlyMap<string, string>, ...names: readonly string[]): boolean =>
  names.some((name) => options.has(name));

// ── the files ──

function* records(path: string): Routine<string[][]> {
  const text = yield* attempt(readText(path));
  if (text instanceof Errno) return [];
  return text.split("\n").flatMap((line) => (line === "" ? [] : [line.split(":")]));
}

function* save(path: string, lines: readonly (readonly string[])[]): Routine<void> {
  yield* putFile(path, lines.map((fields) => `${fields.join(":")}\n`).join(""));
}

function freeId(lines: readonly (readonly string[])[], isSystem: boolean): string {
  const used = new Set(lines.map((fields) => Number(fields[2])));
  if (isSystem) {
    for (let id = SYSTEM_FROM; id >= SYSTEM_TO; id--) if (!used.has(id)) return String(id);
  }
  for (let id = USERS_FROM; ; id++) if (!used.has(id)) return String(id);
}

/** Debian's adduser counts system users upwards. @see adduser.conf(5) FIRST_SYSTEM_UID */
function adduserId(lines: readonly (readonly string[])[], isSystem: boolean): string {
  const used = new Set(lines.map((fields) => Number(fields[2])));
  for (let id = isSystem ? SYSTEM_TO : USERS_FROM; ; id++) if (!used.has(id)) return String(id);
}

function* mustBeRoot(io: Io, file: string): Routine<void> {
  if ((yield* getresuid()).effective === 0) return;
  yield* io.warn(`Permission denied.`);
  yield* io.warn(`cannot lock ${file}; try again later.`);
  throw new AppletExit(file === "/etc/group" ? 10 : 1);
}

// ── shadow ──

const USER_OPTIONS =
  /^(-u|-g|-G|-d|-s|-c|-b|-k|-p|-e|-f|-K|--uid|--gid|--groups|--home|--home-dir|--shell|--comment|--base-dir|--password|--key|--expiredate|--inactive|--skel)$/;

export const useradd: Program = tool(function* (io, { options, operands }) {
  const [name] = operands;
  if (name === undefined) return yield* usage(io, "[options] LOGIN");
  yield* mustBeRoot(io, "/etc/passwd");
  const users = yield* records("/etc/passwd");
  const groups = yield* records("/etc/group");
  if (users.some(([one]) => one === name)) {
    yield* io.warn(`user '${name}' already exists`);
    return 9;
  }
  const isSystem = has(options, "-r", "--system");
  const ownGroup = first(options, "-g", "--gid") === undefined;
  const uid = first(options, "-u", "--uid") ?? freeId(ownGroup ? [...users, ...groups] : users, isSystem);
  if (users.some((fields) => fields[2] === uid) && !has(options, "-o", "--non-unique")) {
    yield* io.warn(`UID ${uid} is not unique`);
    return 4;
  }
  const wanted = first(options, "-g", "--gid");
  const group = groups.find(([one, , gid]) => wanted !== undefined && (one === wanted || gid === wanted));
  if (wanted !== undefined && group === undefined) {
    yield* io.warn(`group '${wanted}' does not exist`);
    return 6;
  }
  if (wanted === undefined && groups.some(([one]) => one === name) && !has(options, "-N", "--no-user-group")) {
    yield* io.warn(`group ${name} exists - if you want to add this user to that group, use -g.`);
    return 9;
  }
  const more = (first(options, "-G", "--groups") ?? "").split(",").filter((one) => one !== "");
  const unknown = more.find((one) => !groups.some(([other]) => other === one));
  if (unknown !== undefined) {
    yield* io.warn(`group '${unknown}' does not exist`);
    return 6;
  }
  const gid = group?.[2] ?? uid;
  if (group === undefined) groups.push([name, "x", gid, ""]);
  joinGroups(groups, name, more);
  const home =
    first(options, "-d", "--home", "--home-dir") ?? `${first(options, "-b", "--base-dir") ?? "/home"}/${name}`;
  const shell = first(options, "-s", "--shell") ?? "/bin/sh";
  users.push([name, "x", uid, gid, first(options, "-c", "--comment") ?? "", home, shell]);
  yield* save("/etc/passwd", users);
  yield* save("/etc/group", groups);
  if (has(options, "-m", "--create-home")) yield* makeHome(home, Number(uid), Number(gid));
  return 0;
}, USER_OPTIONS);

function joinGroups(groups: string[][], name: string, wanted: readonly string[]): void {
  for (const fields of groups) {
    if (!wanted.includes(fields[0] ?? "")) continue;
    const members = (fields[3] ?? "").split(",").filter((one) => one !== "");
    fields[3] = [...new Set([...members, name])].join(",");
  }
}

function* makeHome(home: string, uid: number, gid: number): Routine<void> {
  if (yield* exists(home)) return;
  yield* makeDirectories(home);
  yield* chown(home, uid, gid).attempt();
}

function* usage(io: Io, text: string): Routine<number> {
  yield* io.err.write(`Usage: ${io.name} ${text}\n`);
  return 2;
}

export const usermod: Program = tool(function* (io, { options, operands }) {
  const [name] = operands;
  if (name === undefined) return yield* usage(io, "[options] LOGIN");
  yield* mustBeRoot(io, "/etc/passwd");
  const users = yield* records("/etc/passwd");
  const groups = yield* records("/etc/group");
  const user = users.find(([one]) => one === name);
  if (user === undefined) {
    yield* io.warn(`user '${name}' does not exist`);
    return 6;
  }
  const changes = [
    [2, first(options, "-u", "--uid")],
    [3, first(options, "-g", "--gid")],
    [4, first(options, "-c", "--comment")],
    [5, first(options, "-d", "--home")],
    [6, first(options, "-s", "--shell")],
    [0, first(options, "-l", "--login")],
  ] as const;
  for (const [index, value] of changes) {
    if (value === undefined) continue;
    user[index] = index === 3 ? (groups.find(([one]) => one === value)?.[2] ?? value) : value;
  }
  const more = (first(options, "-G", "--groups") ?? "").split(",").filter((one) => one !== "");
  const unknown = more.find((one) => !groups.some(([other]) => other === one));
  if (unknown !== undefined) {
    yield* io.warn(`group '${unknown}' does not exist`);
    return 6;
  }
  joinGroups(groups, name, more);
  yield* save("/etc/passwd", users);
  yield* save("/etc/group", groups);
  return 0;
}, /^(-u|-g|-G|-d|-s|-c|-l|-p|--uid|--gid|--groups|--home|--shell|--comment|--login|--password)$/);

export const userdel: Program = tool(function* (io, { options, operands }) {
  const [name] = operands;
  if (name === undefined) return yield* usage(io, "[options] LOGIN");
  yield* mustBeRoot(io, "/etc/passwd");
  const users = yield* records("/etc/passwd");
  const user = users.find(([one]) => one === name);
  if (user === undefined) {
    yield* io.warn(`user '${name}' does not exist`);
    return 6;
  }
  yield* save(
    "/etc/passwd",
    users.filter((one) => one !== user),
  );
  yield* save(
    "/etc/group",
    (yield* records("/etc/group")).filter(([one]) => one !== name),
  );
  if (has(options, "-r", "--remove")) yield* removeTree(user[5] ?? "");
  return 0;
}, /^$/);

export const groupadd: Program = tool(function* (io, { options, operands }) {
  const [name] = operands;
  if (name === undefined) return yield* usage(io, "[options] GROUP");
  yield* mustBeRoot(io, "/etc/group");
  const groups = yield* records("/etc/group");
  if (groups.some(([one]) => one === name)) {
    if (has(options, "-f", "--force")) return 0;
    yield* io.warn(`group '${name}' already exists`);
    return 9;
  }
  const gid = first(options, "-g", "--gid") ?? freeId(groups, has(options, "-r", "--system"));
  if (groups.some((fields) => fields[2] === gid) && !has(options, "-o", "--non-unique")) {
    yield* io.warn(`GID '${gid}' already exists`);
    return 4;
  }
  yield* save("/etc/group", [...groups, [name, "x", gid, ""]]);
  return 0;
}, /^(-g|-K|-p|--gid|--key|--password)$/);

// ── Debian ──

const ADDUSER_OPTIONS = /^(--uid|--gid|--home|--shell|--ingroup|--gecos|--comment|--firstuid|--lastuid)$/;

export const debianAdduser: Program = tool(function* (io, { options, operands }) {
  const [name, group] = operands;
  if (name === undefined) {
    yield* io.err.write("adduser: Only one or two names allowed.\n");
    return 1;
  }
  yield* mustBeRoot(io, "/etc/passwd");
  const users = yield* records("/etc/passwd");
  const groups = yield* records("/etc/group");
  const isQuiet = has(options, "--quiet");
  const isSystem = has(options, "--system");
  if (group !== undefined) return yield* addToGroup(io, { name, group, users, groups, isQuiet });
  if (users.some(([one]) => one === name)) {
    if (isSystem) return 0;
    yield* io.err.write(`fatal: The user \`${name}' already exists.\n`);
    return 1;
  }
  const uid = options.get("--uid") ?? adduserId([...users, ...groups], isSystem);
  const wanted = options.get("--ingroup") ?? options.get("--gid");
  const ownGroup = wanted === undefined && (!isSystem || has(options, "--group"));
  const found = groups.find(([one, , gid]) => one === wanted || gid === wanted);
  const gid = ownGroup ? uid : (found?.[2] ?? "65534");
  const home = options.get("--home") ?? (isSystem ? "/nonexistent" : `/home/${name}`);
  const shell = options.get("--shell") ?? (isSystem ? "/usr/sbin/nologin" : "/bin/bash");
  if (!isQuiet) {
    yield* io.out.line(isSystem ? `Adding system user \`${name}' (UID ${uid}) ...` : `Adding user \`${name}' ...`);
    if (ownGroup) yield* io.out.line(`Adding new group \`${name}' (${isSystem ? "GID " : ""}${gid}) ...`);
    const place = ownGroup ? name : (found?.[0] ?? "nogroup");
    yield* io.out.line(
      `Adding new user \`${name}' (${isSystem ? "UID " : ""}${uid}) with group \`${place}${isSystem ? "'" : ` (${gid})'`} ...`,
    );
  }
  if (ownGroup) groups.push([name, "x", gid, ""]);
  users.push([name, "x", uid, gid, options.get("--gecos") ?? options.get("--comment") ?? "", home, shell]);
  yield* save("/etc/passwd", users);
  yield* save("/etc/group", groups);
  const makes = !has(options, "--no-create-home") && home !== "/nonexistent";
  if (!isQuiet) {
    yield* io.out.line(makes ? `Creating home directory \`${home}' ...` : `Not creating home directory \`${home}'.`);
  }
  if (makes) yield* makeHome(home, Number(uid), Number(gid));
  return 0;
}, ADDUSER_OPTIONS);

interface Membership {
  readonly name: string;
  readonly group: string;
  readonly users: readonly string[][];
  readonly groups: string[][];
  readonly isQuiet: boolean;
}

function* addToGroup(io: Io, { name, group, users, groups, isQuiet }: Membership): Routine<number> {
  const missing = !users.some(([one]) => one === name)
    ? `user \`${name}'`
    : !groups.some(([one]) => one === group)
      ? `group \`${group}'`
      : undefined;
  if (missing !== undefined) {
    yield* io.err.write(`fatal: The ${missing} does not exist.\n`);
    return 1;
  }
  joinGroups(groups, name, [group]);
  yield* save("/etc/group", groups);
  if (!isQuiet) yield* io.out.line(`Adding user \`${name}' to group \`${group}' ...\nDone.`);
  return 0;
}

export const debianAddgroup: Program = tool(function* (io, { options, operands }) {
  const [name = ""] = operands;
  yield* mustBeRoot(io, "/etc/group");
  const groups = yield* records("/etc/group");
  if (groups.some(([one]) => one === name)) {
    if (has(options, "--system")) return 0;
    yield* io.err.write(`fatal: The group \`${name}' already exists.\n`);
    return 1;
  }
  const gid = options.get("--gid") ?? freeId(groups, has(options, "--system"));
  yield* save("/etc/group", [...groups, [name, "x", gid, ""]]);
  if (!has(options, "--quiet")) yield* io.out.line(`Adding group \`${name}' (GID ${gid}) ...\nDone.`);
  return 0;
}, ADDUSER_OPTIONS);
