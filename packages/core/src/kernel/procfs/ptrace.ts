/**
 * Who may look into a process.
 *
 * @see ptrace(2) "Ptrace access mode checking", kernel/ptrace.c:__ptrace_may_access
 */
import { CAP_SYS_PTRACE } from "../../abi/index.ts";
import type { Process } from "../process.ts";

export function mayInspect(reader: Process, target: Process): boolean {
  if (reader === target) return true;
  const mine = reader.creds;
  const theirs = target.creds;
  const sameUser = [theirs.realUid, theirs.effectiveUid, theirs.savedUid].every((uid) => uid === mine.uid);
  const sameGroup = [theirs.realGid, theirs.effectiveGid, theirs.savedGid].every((gid) => gid === mine.gid);
  const capable = mine.capable(CAP_SYS_PTRACE, theirs.user);
  if (!(sameUser && sameGroup) && !capable) return false;
  return capable || (mine.user === theirs.user && mine.permitted.includes(theirs.permitted));
}
