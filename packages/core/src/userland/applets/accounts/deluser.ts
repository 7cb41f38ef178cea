/** deluser, delgroup: delete a user, a group, or a user from a group. @see deluser(8) */
import type { Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { runProgram } from "../../exec.ts";
import { getopt, showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { allUsers, groupByName, userByName } from "../../passwd.ts";
import { requireRoot } from "../system/identity.ts";
import { editMembers, GROUP, GSHADOW, PASSWD, removeRecord, SHADOW } from "./account-files.ts";

export const deluser: Applet = function* (io) {
  const options = yield* getopt(io, "", { "remove-home": "remove-home" });
  yield* requireRoot(io);
  const [name] = options.operands;
  if (name === undefined || options.operands.length > 1) return yield* showUsage(io);
  const user = yield* userByName(io, name);
  if (user === undefined) return yield* io.die(`unknown user ${name}`);
  if (options.has("remove-home")) yield* runProgram(io, ["rm", "-rf", user.home]);
  for (const path of [PASSWD, SHADOW]) yield* removeRecord(io, path, name);
  yield* editMembers(io, GROUP, (_, members) => without(members, name));
  if ((yield* groupByName(io, name)) !== undefined) yield* deleteGroup(io, name);
  return 0;
};

export const delgroup: Applet = function* (io) {
  yield* requireRoot(io);
  const [, first, second] = io.argv;
  if (first === undefined || io.argv.length > 3) return yield* showUsage(io);
  const name = second ?? first;
  if ((yield* groupByName(io, name)) === undefined) return yield* io.die(`unknown group ${name}`);
  if (second === undefined) yield* deleteGroup(io, name);
  else {
    for (const path of [GROUP, GSHADOW]) {
      yield* editMembers(io, path, (group, members) => (group === name ? without(members, first) : members));
    }
  }
  return 0;
};

/** A group that is somebody's main group stays. */
function* deleteGroup(io: Io, name: string): Routine<void> {
  const group = yield* groupByName(io, name);
  const owner = (yield* allUsers(io)).find(({ gid }) => gid === group?.gid);
  if (owner !== undefined) yield* io.die(`'${owner.name}' still has '${name}' as their primary group!`);
  for (const path of [GROUP, GSHADOW]) yield* removeRecord(io, path, name);
}

const without = (members: readonly string[], name: string): readonly string[] =>
  members.includes(name) ? members.filter((member) => member !== name) : members;
