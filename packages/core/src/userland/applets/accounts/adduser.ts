/**
 * adduser: make a user.
 *
 * Unlike the real one it asks for no password: an account without `-D` stays locked until passwd changes that.
 *
 * @see adduser(8)
 */
import { chmod, chown, clock_gettime, Errno, mkdir, type Routine, umask } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { runProgram } from "../../exec.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { unsignedOrDie } from "../../number.ts";
import { gidOrDie, groupById, groupByName, type User, userById, userByName } from "../../passwd.ts";
import { shellName } from "../system/chroot.ts";
import { requireRoot } from "../system/identity.ts";
import { appendRecord, checkName, PASSWD, SHADOW } from "./account-files.ts";
import { addGroup, addMember, FIRST_SYSTEM_ID, LAST_ID, LAST_SYSTEM_ID } from "./addgroup.ts";

const LONG_OPTIONS = {
  home: "h",
  gecos: "g",
  shell: "s",
  ingroup: "G",
  "disabled-password": "D",
  "empty-password": "D",
  system: "S",
  "no-create-home": "H",
  uid: "u",
  skel: "k",
};
const DAY_US = 86_400_000_000;

export const adduser: Applet = function* (io) {
  yield* requireRoot(io);
  const options = yield* getopt(io, "h:g:s:G:DSHu:k:", LONG_OPTIONS);
  const [name, group] = options.operands;
  if (name === undefined || options.operands.length > 2) return yield* showUsage(io);
  if (options.given.length === 0 && group !== undefined) return yield* addMember(io, name, group);
  yield* checkName(io, name);
  const isSystem = options.has("S");
  const groupName = options.value("G") ?? (isSystem ? "nogroup" : undefined);
  const user = yield* plan(io, name, groupName, options);
  const { uid, gid, gecos, home, shell } = user;
  if (!(yield* appendRecord(io, PASSWD, `${name}:x:${uid}:${gid}:${gecos}:${home}:${shell}`, true))) return 1;
  const today = Math.floor((yield* clock_gettime()) / DAY_US);
  yield* appendRecord(io, SHADOW, `${name}:!:${today}:0:99999:7:::`, false);
  if (groupName === undefined) yield* addGroup(io, name, { gid, isSystem: false });
  else yield* addMember(io, name, groupName);
  if (!options.has("H")) yield* makeHome(io, user, options);
  return 0;
};

/** What the new record will say; ends the applet if something of it is taken. */
function* plan(io: Io, name: string, groupName: string | undefined, options: Options): Routine<User> {
  const isSystem = options.has("S");
  const text = options.value("u");
  const wanted = text === undefined ? undefined : yield* unsignedOrDie(io, text, 0, LAST_ID);
  const given = groupName === undefined ? undefined : yield* gidOrDie(io, groupName);
  if ((yield* userByName(io, name)) !== undefined) yield* io.die(`user '${name}' in use`);
  const last = isSystem ? LAST_SYSTEM_ID : LAST_ID;
  let uid = wanted ?? (isSystem ? FIRST_SYSTEM_ID : LAST_SYSTEM_ID + 1);
  while (yield* isTaken(io, uid, given === undefined)) {
    if (wanted !== undefined) yield* io.die(`uid '${wanted}' in use`);
    if (uid === last) yield* io.die("no uids left");
    uid++;
  }
  if (given === undefined && (yield* groupByName(io, name)) !== undefined) yield* io.die(`group '${name}' in use`);
  return {
    name,
    password: "x",
    uid,
    gid: given ?? uid,
    gecos: options.value("g") ?? "Linux User,,,",
    home: options.value("h") ?? `/home/${name}`,
    shell: options.value("s") ?? (isSystem ? "/bin/false" : yield* shellName(io)),
  };
}

/** A user with a group of its own needs a number that is free in both files. */
function* isTaken(io: Io, id: number, needsGroup: boolean): Routine<boolean> {
  if ((yield* userById(io, id)) !== undefined) return true;
  return needsGroup && (yield* groupById(io, id)) !== undefined;
}

function* makeHome(io: Io, { uid, gid, home }: User, options: Options): Routine<void> {
  yield* umask(0);
  const made = yield* attempt(mkdir(home, 0o755));
  if (!(made instanceof Errno)) {
    const skeleton = options.value("k") ?? "/etc/skel";
    yield* runProgram(io, [
      "/bin/sh",
      "-c",
      `cp -R "$0/." "$1" 2>/dev/null; chown -R ${uid}:${gid} "$1"`,
      skeleton,
      home,
    ]);
  }
  const failed = made instanceof Errno && made.code !== "EEXIST" ? made : undefined;
  const owned = failed ?? (yield* attempt(chown(home, uid, gid)));
  const done = owned instanceof Errno ? owned : yield* attempt(chmod(home, 0o2755));
  if (done instanceof Errno) yield* io.perror(home, done);
}
