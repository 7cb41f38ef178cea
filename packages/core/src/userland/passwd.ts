/**
 * Users and groups: /etc/passwd and /etc/group as a libc reads them, line by line and afresh at every look-up.
 *
 * A record needs its exact number of fields; the reader complains about every other line on its way to the one that it
 * looks for. Blanks around a field do not count. A field is compared as text: `007` is nobody's id.
 *
 * @see passwd(5), group(5), getpwnam(3), getgrouplist(3)
 */
import { close, Errno, open, type Routine } from "../abi/index.ts";
import { fromByteString } from "../lib/index.ts";
import { attempt, Input, type Io } from "./io.ts";

export interface User {
  readonly name: string;
  readonly password: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const PASSWD = { path: "/etc/passwd", fields: 7 } as const;
const GROUP = { path: "/etc/group", fields: 4 } as const;
const NAME_FIELD = 0;
const ID_FIELD = 2;
/** What an id that is no number reads as: (uid_t) -1. */
const NO_ID = 0xffff_ffff;

export function* userByName(io: Io, name: string): Routine<User | undefined> {
  const fields = yield* findRecord(io, PASSWD, (record) => record[NAME_FIELD] === name);
  return fields === undefined ? undefined : toUser(fields);
}

export function* userById(io: Io, uid: number): Routine<User | undefined> {
  const fields = yield* findRecord(io, PASSWD, (record) => record[ID_FIELD] === String(uid));
  return fields === undefined ? undefined : toUser(fields);
}

export function* groupByName(io: Io, name: string): Routine<Group | undefined> {
  const fields = yield* findRecord(io, GROUP, (record) => record[NAME_FIELD] === name);
  return fields === undefined ? undefined : toGroup(fields);
}

export function* groupById(io: Io, gid: number): Routine<Group | undefined> {
  const fields = yield* findRecord(io, GROUP, (record) => record[ID_FIELD] === String(gid));
  return fields === undefined ? undefined : toGroup(fields);
}

/** Every user, in the order of the file. */
export function* allUsers(io: Io): Routine<readonly User[]> {
  const users: User[] = [];
  yield* findRecord(io, PASSWD, (record) => {
    const user = toUser(record);
    if (user !== undefined) users.push(user);
    return false;
  });
  return users;
}

/** Every group, in the order of the file. */
function* allGroups(io: Io): Routine<readonly Group[]> {
  const groups: Group[] = [];
  yield* findRecord(io, GROUP, (record) => {
    const group = toGroup(record);
    if (group !== undefined) groups.push(group);
    return false;
  });
  return groups;
}

/** getgrouplist(3): the user's main group, then every group that lists the user. */
export function* groupIdsOf(io: Io, userName: string, mainGid: number): Routine<readonly number[]> {
  const groups = yield* allGroups(io);
  const further = groups.filter(({ gid, members }) => gid !== mainGid && members.includes(userName));
  return [mainGid, ...further.map(({ gid }) => gid)];
}

/** Names for ids, each looked up once: for listings. */
export class Names {
  readonly #io: Io;
  readonly #users = new Map<number, string | undefined>();
  readonly #groups = new Map<number, string | undefined>();

  constructor(io: Io) {
    this.#io = io;
  }

  *user(uid: number): Routine<string | undefined> {
    if (!this.#users.has(uid)) this.#users.set(uid, (yield* userById(this.#io, uid))?.name);
    return this.#users.get(uid);
  }

  *group(gid: number): Routine<string | undefined> {
    if (!this.#groups.has(gid)) this.#groups.set(gid, (yield* groupById(this.#io, gid))?.name);
    return this.#groups.get(gid);
  }
}

/** What `USER`, `USER:`, `:GROUP` or `USER:GROUP` means to chown(1); an id of -1 is to stay as it is. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Reads an owner as chown(1) does, or says which name is unknown and ends the applet. */
export function* ownerOrDie(io: Io, text: string): Routine<Owner> {
  const colon = text.indexOf(":");
  if (colon < 0) return { uid: kept(yield* uidOrDie(io, text)), gid: -1 };
  if (colon === 0) return { uid: -1, gid: kept(yield* gidOrDie(io, text.slice(1))) };
  const whole = text.endsWith(":") && colon === text.length - 1 ? text.slice(0, -1) : text;
  const owner = yield* userAndGroupOrDie(io, whole);
  return { uid: kept(owner.uid), gid: kept(owner.gid) };
}

/** The largest id is how a C program writes -1. */
const kept = (id: number): number => (id === NO_ID ? -1 : id);

/** The user's id and main group, or the group given after a colon; a number without an entry is its own group. */
export function* userAndGroupOrDie(io: Io, text: string): Routine<Owner> {
  return (yield* ownerOf(io, text)) ?? (yield* io.die(`unknown user/group ${text}`));
}

function* ownerOf(io: Io, text: string): Routine<Owner | undefined> {
  const colon = text.indexOf(":");
  const userText = colon < 0 ? text : text.slice(0, colon);
  const number = parseId(userText);
  const user = number === undefined ? yield* userByName(io, userText) : yield* userById(io, number);
  const uid = number ?? user?.uid;
  if (uid === undefined) return undefined;
  if (colon < 0) return { uid, gid: user?.gid ?? uid };
  const groupText = text.slice(colon + 1);
  const gid = parseId(groupText) ?? (yield* groupByName(io, groupText))?.gid;
  return gid === undefined ? undefined : { uid, gid };
}

/** A number as it is, else the id of the user with that name. Ends the applet if there is none. */
export function* uidOrDie(io: Io, text: string): Routine<number> {
  const uid = parseLongId(text) ?? (yield* userByName(io, text))?.uid;
  return uid ?? (yield* io.die(`unknown user ${text}`));
}

/** A number as it is, else the id of the group with that name. Ends the applet if there is none. */
export function* gidOrDie(io: Io, text: string): Routine<number> {
  const gid = parseLongId(text) ?? (yield* groupByName(io, text))?.gid;
  return gid ?? (yield* io.die(`unknown group ${text}`));
}

/** Decimal digits that fit into 32 bits. */
function parseId(text: string): number | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const id = Number(text);
  return id <= NO_ID ? id : undefined;
}

/** Decimal digits that fit into 64 bits, of which the lower half counts. */
function parseLongId(text: string): number | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text);
  return number < 1n << 64n ? Number(number & 0xffff_ffffn) : undefined;
}

/** The fields of the first record that `wanted` accepts. */
function* findRecord(
  io: Io,
  database: { readonly path: string; readonly fields: number },
  wanted: (fields: readonly string[]) => boolean,
): Routine<readonly string[] | undefined> {
  const fd = yield* attempt(open(database.path));
  if (fd instanceof Errno) return undefined;
  try {
    const input = new Input(fd);
    for (let line = yield* input.latin1Line(); line !== undefined; line = yield* input.latin1Line()) {
      if (line === "" || line.startsWith("#")) continue;
      const fields = fromByteString(line).split(":").map(stripBlanks);
      if (fields.length !== database.fields) yield* io.warn(`${database.path}: bad record`);
      else if (wanted(fields)) return fields;
    }
    return undefined;
  } finally {
    yield* close(fd);
  }
}

const stripBlanks = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, "");

/** A record whose group is no number counts as none; one whose user id is none has the id -1. */
function toUser(fields: readonly string[]): User | undefined {
  const [name = "", password = "", uid = "", gidText = "", gecos = "", home = "", shell = ""] = fields;
  const gid = parseId(gidText);
  if (gid === undefined) return undefined;
  return { name, password, uid: parseId(uid) ?? NO_ID, gid, gecos, home, shell };
}

function toGroup(fields: readonly string[]): Group | undefined {
  const [name = "", , gidText = "", members = ""] = fields;
  const gid = parseId(gidText);
  if (gid === undefined) return undefined;
  return {
    name,
    gid,
    members: members
      .split(",")
      .map(stripBlanks)
      .filter((member) => member !== ""),
  };
}
