/** addgroup: make a group, or put a user into one. @see addgroup(8) */
import type { Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { unsignedOrDie } from "../../number.ts";
import { groupById, groupByName, uidOrDie } from "../../passwd.ts";
import { requireRoot } from "../system/identity.ts";
import { appendRecord, checkName, editMembers, GROUP, GSHADOW } from "./account-files.ts";

export const FIRST_SYSTEM_ID = 100;
export const LAST_SYSTEM_ID = 999;
export const LAST_ID = 60_000;

export const addgroup: Applet = function* (io) {
  yield* requireRoot(io);
  const options = yield* getopt(io, "g:S", { gid: "g", system: "S" });
  const [first, second] = options.operands;
  if (first === undefined || options.operands.length > 2) return yield* showUsage(io);
  if (second !== undefined) {
    if (options.has("g")) return yield* showUsage(io);
    return yield* addMember(io, first, second);
  }
  const text = options.value("g");
  const gid = text === undefined ? undefined : yield* unsignedOrDie(io, text, 0, LAST_ID);
  yield* addGroup(io, first, { gid, isSystem: options.has("S") });
  return 0;
};

/** Makes a group with that number, or the first free one. */
export function* addGroup(
  io: Io,
  name: string,
  { gid, isSystem }: { readonly gid: number | undefined; readonly isSystem: boolean },
): Routine<void> {
  yield* checkName(io, name);
  if ((yield* groupByName(io, name)) !== undefined) yield* io.die(`group '${name}' in use`);
  const last = isSystem ? LAST_SYSTEM_ID : LAST_ID;
  let chosen = gid ?? (isSystem ? FIRST_SYSTEM_ID : LAST_SYSTEM_ID + 1);
  while ((yield* groupById(io, chosen)) !== undefined) {
    if (gid !== undefined) yield* io.die(`gid '${gid}' in use`);
    if (chosen === last) yield* io.die("no gids left");
    chosen++;
  }
  yield* appendRecord(io, GROUP, `${name}:x:${chosen}:`, true);
  yield* appendRecord(io, GSHADOW, `${name}:!::`, false);
}

/** Puts a user into a group that there is. */
export function* addMember(io: Io, user: string, groupName: string): Routine<number> {
  yield* uidOrDie(io, user);
  const group = yield* groupByName(io, groupName);
  if (group === undefined) return yield* io.die(`unknown group ${groupName}`);
  if (group.members.includes(user)) return 0;
  for (const path of [GROUP, GSHADOW]) {
    yield* editMembers(io, path, (name, members) => (name === groupName ? [...members, user] : members));
  }
  return 0;
}
