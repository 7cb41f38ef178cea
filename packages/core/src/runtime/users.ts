/**
 * Who a container's process is: `--user` and `--group-add`, looked up in the image's /etc/passwd and /etc/group.
 *
 * @see moby/sys/user: GetExecUser, GetAdditionalGroups
 */
import { StatusError } from "../lib/index.ts";

export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  readonly home: string;
}

/** Contents of the two files. */
export interface UserFiles {
  readonly passwd: string;
  readonly group: string;
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

/**
 * Resolves `user[:group]` and more groups.
 *
 * Without a group, a user who is known by the files gets the groups that list the user.
 *
 * @throws StatusError invalid-argument for names that the files do not have
 */
export function resolveUser(spec: string, groupAdd: readonly string[], files: UserFiles): ResolvedUser {
  const users = parsePasswd(files.passwd);
  const groups = parseGroup(files.group);
  const [userPart = "", ...rest] = spec.split(":");
  const groupPart = rest.join(":");
  const user = findUser(userPart, users);
  const gid = groupPart === "" ? user.gid : findGroup(groupPart, groups);
  const listed =
    groupPart === "" && user.name !== undefined
      ? groups.filter(({ members }) => members.includes(user.name as string)).map((group) => group.gid)
      : [];
  const added = groupAdd.map((name) => findGroup(name, groups));
  const additionalGids = [gid, ...listed, ...new Set(added)];
  return { uid: user.uid, gid, additionalGids, home: user.home };
}

function findUser(text: string, users: readonly PasswdLine[]) {
  const wanted = text === "" ? "0" : text;
  const byName = users.find(({ name }) => name === wanted);
  if (byName !== undefined) return byName;
  if (!/^[+-]?\d+$/.test(wanted)) {
    throw new StatusError("invalid-argument", `unable to find user ${wanted}: no matching entries in passwd file`);
  }
  const uid = checkedId(Number(wanted));
  return users.find((user) => user.uid === uid) ?? { name: undefined, uid, gid: 0, home: "/" };
}

function findGroup(text: string, groups: readonly GroupLine[]): number {
  const byName = groups.find(({ name }) => name === text);
  if (byName !== undefined) return byName.gid;
  if (!/^[+-]?\d+$/.test(text)) {
    throw new StatusError("invalid-argument", `unable to find group ${text}: no matching entries in group file`);
  }
  return checkedId(Number(text));
}

function checkedId(id: number): number {
  if (id > MAX_ID || id < 0) throw new StatusError("invalid-argument", `uids and gids must be in range 0-${MAX_ID}`);
  return id;
}

function parsePasswd(text: string): readonly PasswdLine[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , uid, gid, , home = ""] = line.split(":");
    return name === "" || uid === undefined ? [] : [{ name, uid: Number(uid), gid: Number(gid), home }];
  });
}

function parseGroup(text: string): readonly GroupLine[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , gid, members = ""] = line.split(":");
    return name === "" || gid === undefined ? [] : [{ name, gid: Number(gid), members: members.split(",") }];
  });
}
