/**
 * Who is at the end of a unix socket, and who has sent something: as sockets keep it, and as programs see it.
 *
 * @see unix(7) SO_PEERCRED and SCM_CREDENTIALS, net/core/scm.c:scm_check_creds
 */
import { CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN, Errno, OVERFLOW_ID, type UnixCredentials } from "../abi/index.ts";
import { type Sender, type Socket, UnixSocket } from "../net/index.ts";
import { type Process, pidIn } from "./process.ts";

/** Messages tell the real ids. */
export const senderOf = (process: Process): Sender => ({
  process,
  uid: process.creds.realUid,
  gid: process.creds.realGid,
});

/** The ends of a connection tell the effective ones. */
export const ownerOf = (process: Process): Sender => ({
  process,
  uid: process.creds.effectiveUid,
  gid: process.creds.effectiveGid,
});

const NOBODY_CONNECTED: UnixCredentials = { pid: 0, uid: -1, gid: -1 };
const NOBODY_SENT: UnixCredentials = { pid: 0, uid: OVERFLOW_ID, gid: OVERFLOW_ID };

/** SO_PEERCRED. */
export function peerCredentials(reader: Process, socket: Socket): UnixCredentials {
  const owner = socket instanceof UnixSocket ? socket.peerOwner : undefined;
  return owner === undefined ? NOBODY_CONNECTED : shownTo(reader, owner);
}

/** SCM_CREDENTIALS, as it is received. */
export function sentCredentials(reader: Process, sender: Sender | undefined): UnixCredentials {
  return sender === undefined ? NOBODY_SENT : shownTo(reader, sender);
}

function shownTo(reader: Process, { process, uid, gid }: Sender): UnixCredentials {
  const { user } = reader.creds;
  return { pid: pidIn(reader.ns.pid, process as Process), uid: user.shownUid(uid), gid: user.shownGid(gid) };
}

/**
 * Whom a sender claims to be.
 *
 * @throws EPERM for ids that are not its own without the capability. @throws ESRCH for a process that is none.
 * @throws EINVAL for ids that are not mapped.
 */
export function claimed(process: Process, { pid, uid, gid }: UnixCredentials): Sender {
  const { creds, ns } = process;
  const machineUid = creds.user.uidToMachine(uid);
  const machineGid = creds.user.gidToMachine(gid);
  if (machineUid === undefined || machineGid === undefined) throw new Errno("EINVAL");
  const isOwnUid = [creds.realUid, creds.effectiveUid, creds.savedUid].includes(machineUid);
  const isOwnGid = [creds.realGid, creds.effectiveGid, creds.savedGid].includes(machineGid);
  if (pid !== process.ownPid && !creds.capable(CAP_SYS_ADMIN, ns.pid.owner)) throw new Errno("EPERM");
  if (!isOwnUid && !creds.capable(CAP_SETUID, creds.user)) throw new Errno("EPERM");
  if (!isOwnGid && !creds.capable(CAP_SETGID, creds.user)) throw new Errno("EPERM");
  const claimant = ns.pid.find(pid);
  if (claimant === undefined) throw new Errno("ESRCH");
  return { process: claimant, uid: machineUid, gid: machineGid };
}
