/**
 * Who a container's process is: `--user` and `--group-add`, looked up in the image's /etc/passwd and /etc/group.
 *
 * @see moby/sys/user: GetExecUser, GetAdditionalGroups
 */
import { StatusError } from "../lib/index.ts";

/** Ids, and the home directory that `HOME` becomes. */
export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  readonly home: string;
}

/** A file that cannot be read, and the system's words for it. */
export interface UnreadableFile {
  readonly why: string;
}

/** The two files: what they say. One that there is not says nothing. */
export interface UserFiles {
  readonly passwd: string | UnreadableFile;
  readonly group: string | UnreadableFile;
}

interface PasswdLine {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface GroupLine {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const MAX_ID = 2_147_483_647;
const INTEGER = /^[+-]?\d+$/;

/**
 * Resolves `user[:group]` and more groups. A number is always an id, whatever users or groups are called.
 *
 * Without a group, a user who is known by the files gets the groups that list the user.
 *
 * @throws StatusError invalid-argument for names that the files do not have, and for files that cannot be read
 */
export function resolveUser(spec: string, groupAdd: readonly string[], files: UserFiles): ResolvedUser {
  const [userPart = "", groupPart = ""] = spec.split(/:(.*)/s, 2);
  const user = findUser(userPart, files.passwd);
  const readsGroups = groupPart !== "" || user.name !== "" || groupAdd.length > 0;
  const groups = readsGroups ? parseGroup(files.group, user.name) : [];
  const gid = groupPart === "" ? user.gid : findGroup(groupPart, groups);
  const listed =
    groupPart === "" && user.name !== ""
      ? groups.filter(({ members }) => members.includes(user.name)).map((group) => group.gid)
      : [];
  const added = groupAdd.map((name) => findAddedGroup(name, groups));
  const additionalGids = [gid, ...listed, ...new Set(added)];
  return { uid: user.uid, gid, additionalGids, home: homeOf(user.uid, files.passwd) };
}

/** Where the first user of this number lives. @see runc libcontainer/init_linux.go */
export function homeOf(uid: number, passwd: UserFiles["passwd"]): string {
  const home = typeof passwd === "string" ? parsePasswd(passwd).find((user) => user.uid === uid)?.home : undefined;
  return home ?? "/";
}

function findUser(text: string, passwd: UserFiles["passwd"]): Omit<PasswdLine, "home"> {
  const wanted = text === "" ? "0" : text;
  if (typeof passwd !== "string") throw notFound(`user ${wanted}`, passwd.why);
  const users = parsePasswd(passwd);
  const uid = INTEGER.test(wanted) ? Number(wanted) : undefined;
  const known = users.find((user) => (uid === undefined ? user.name === wanted : user.uid === uid));
  if (known !== undefined) return known;
  if (uid === undefined) throw notFound(`user ${wanted}`, "no matching entries in passwd file");
  return { name: "", uid: checkedId(uid), gid: 0 };
}

function findGroup(text: string, groups: readonly GroupLine[]): number {
  if (INTEGER.test(text)) return checkedId(Number(text));
  const known = groups.find(({ name }) => name === text);
  if (known === undefined) throw notFound(`group ${text}`, "no matching entries in group file");
  return known.gid;
}

/** One of `--group-add` may be called by a number. */
function findAddedGroup(text: string, groups: readonly GroupLine[]): number {
  return groups.find(({ name }) => name === text)?.gid ?? findGroup(text, groups);
}

function checkedId(id: number): number {
  if (id > MAX_ID || id < 0) throw new StatusError("invalid-argument", `uids and gids must be in range 0-${MAX_ID}`);
  return id;
}

function notFound(what: string, why: string): StatusError {
  return new StatusError("invalid-argument", `unable to find ${what}: ${why}`);
}

function parsePasswd(text: string): readonly PasswdLine[] {
  return linesOf(text).map((line) => {
    const [name = "", , uid = "", gid = "", , home = ""] = line.split(":");
    return { name, uid: idOf(uid), gid: idOf(gid), home };
  });
}

/** @throws StatusError invalid-argument if the file cannot be read */
function parseGroup(file: UserFiles["group"], userName: string): readonly GroupLine[] {
  if (typeof file !== "string") throw notFound(`groups for spec ${userName}`, file.why);
  const lines = linesOf(file).filter((line) => !line.startsWith("#"));
  return lines.map((line) => {
    const [name = "", , gid = "", members = ""] = line.split(":");
    return { name, gid: idOf(gid), members: members.split(",") };
  });
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
}

/** What is no number counts as 0. */
function idOf(text: string): number {
  return INTEGER.test(text) ? Number(text) : 0;
}

/** runc gives a home to who has none, or an empty one. */
export function withHome(variables: readonly string[], user: ResolvedUser): readonly string[] {
  const own = homeVariable(user);
  // A list that is spread into a longer one gets room for more, and these are kept.
  if (!variables.some((variable) => variable.startsWith("HOME="))) return variables.concat([own]);
  return variables.map((variable) => (variable === "HOME=" ? own : variable));
}

const homes = new WeakMap<ResolvedUser, string>();

/** Processes of one user share the text. */
function homeVariable(user: ResolvedUser): string {
  const known = homes.get(user);
  if (known !== undefined) return known;
  const made = `HOME=${user.home}`;
  homes.set(user, made);
  return made;
}
