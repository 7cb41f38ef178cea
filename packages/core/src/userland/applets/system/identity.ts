/** Becoming another user. @see credentials(7), initgroups(3) */
import { Errno, getresuid, type Routine, setgroups, setresgid, setresuid } from "../../../abi/index.ts";
import { attempt, type Io } from "../../io.ts";
import { groupIdsOf, type User } from "../../passwd.ts";

/** Groups, group and user, in the only order that works. */
export function* changeIdentity(io: Io, user: User): Routine<void> {
  const groups = yield* groupIdsOf(io, user.name, user.gid);
  const error = yield* attempt(setgroups(groups));
  if (error instanceof Errno) return yield* io.pdie("can't set groups", error);
  yield* becomeGroup(io, user.gid);
  yield* becomeUser(io, user.uid);
}

/** setgid(2): all three ids for root, else the effective one. */
export function* becomeGroup(io: Io, gid: number): Routine<void> {
  const error = yield* attempt(setresgid(gid));
  if (error instanceof Errno) return yield* io.pdie("setgid", error);
}

export function* becomeUser(io: Io, uid: number): Routine<void> {
  const error = yield* attempt(setresuid(uid));
  if (error instanceof Errno) return yield* io.pdie("setuid", error);
}

/** Applets that are useless without root's privileges refuse at once. */
export function* requirePrivilege(io: Io): Routine<void> {
  const { effective } = yield* getresuid();
  if (effective !== 0) yield* io.die("must be suid to work properly");
}

/** Applets that only root may run say so. */
export function* requireRoot(io: Io): Routine<void> {
  const { effective } = yield* getresuid();
  if (effective !== 0) yield* io.die("permission denied (are you root?)");
}
