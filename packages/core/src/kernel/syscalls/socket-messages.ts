/**
 * sendmsg and recvmsg: data with open files and credentials beside them.
 *
 * @see send(2), recv(2), unix(7) "Ancillary messages", net/core/scm.c
 */
import {
  Errno,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  O_NONBLOCK,
  type ReceivedMessage,
  SCM_MAX_FD,
  type SocketAddress,
  type UnixCredentials,
} from "../../abi/index.ts";
import { assert } from "../../lib/index.ts";
import {
  type Ancillary,
  NO_ANCILLARY,
  type Passed,
  releaseRights,
  type Socket,
  type ReceivedMessage as SocketMessage,
  UnixSocket,
} from "../../net/index.ts";
import { OpenFile } from "../../vfs/index.ts";
import { type Process, type Sleeper, Sleeping } from "../process.ts";
import { claimed, sentCredentials } from "../unix-credentials.ts";
import { find, now, receiveLater, send, sendLater } from "./sockets.ts";
import type { SyscallTable } from "./table.ts";

/** A message that is being sent. */
interface Outgoing {
  readonly data: Uint8Array;
  readonly flags: number;
  readonly to: SocketAddress | undefined;
  readonly ancillary: Ancillary;
}

export const messageCalls = {
  sendmsg: (process, fd, data, { flags = 0, to, rights = [], credentials }) => {
    const { file, socket } = find(process, fd);
    const waits = (file.flags & O_NONBLOCK) === 0 && (flags & MSG_DONTWAIT) === 0;
    const ancillary = socket instanceof UnixSocket ? attached(process, rights, credentials) : NO_ANCILLARY;
    const outgoing = { data, flags, to, ancillary };
    const sent = sendNow(process, socket, outgoing);
    if (sent !== undefined) {
      const isWhole = sent === data.length || socket.type !== "stream" || !waits;
      return isWhole ? sent : new Sleeping(sendLater(process, socket, data, flags, to, sent));
    }
    if (waits) return new Sleeping(sendFirstLater(process, socket, outgoing));
    releaseRights(ancillary);
    throw new Errno("EAGAIN");
  },

  recvmsg: (process, fd, count, flags, room) => {
    if (count < 0) throw new Errno("EINVAL");
    const { file, socket } = find(process, fd);
    const next = (): ReceivedMessage | undefined => {
      const message = receive(socket, count, flags);
      return message === undefined ? undefined : handOver(process, socket, message, { flags, room });
    };
    return now(file, flags, next()) ?? new Sleeping(receiveLater(process, socket, next));
  },
} satisfies Partial<SyscallTable>;

/** The descriptors as open files of the message's own. @throws EBADF, EINVAL for too many; and what `claimed` throws. */
function attached(process: Process, rights: readonly number[], credentials: UnixCredentials | undefined): Ancillary {
  if (rights.length > SCM_MAX_FD) throw new Errno("EINVAL");
  const sender = credentials === undefined ? undefined : claimed(process, credentials);
  const files = rights.map((fd) => process.files.raw(fd));
  return { rights: files.map((file) => file.retain()), sender };
}

/** What can be sent now. The files are gone with the first part, and with an error. */
function sendNow(process: Process, socket: Socket, { data, flags, to, ancillary }: Outgoing): number | undefined {
  try {
    return send(process, socket, data, flags, to, ancillary);
  } catch (error) {
    releaseRights(ancillary);
    throw error;
  }
}

function* sendFirstLater(process: Process, socket: Socket, outgoing: Outgoing): Sleeper<number> {
  const { data, flags, to, ancillary } = outgoing;
  for (;;) {
    if ((yield { on: [socket.ready] }) === "interrupted") {
      releaseRights(ancillary);
      throw new Errno("EINTR");
    }
    const sent = sendNow(process, socket, outgoing);
    if (sent === data.length || (sent !== undefined && socket.type !== "stream")) return sent;
    if (sent !== undefined) return yield* sendLater(process, socket, data, flags, to, sent);
  }
}

function receive(socket: Socket, count: number, flags: number): SocketMessage | undefined {
  const options = { peek: (flags & MSG_PEEK) !== 0 };
  if (socket instanceof UnixSocket) return socket.receiveMessage(count, options);
  const received = socket.receive(count, options);
  return received === undefined ? undefined : { ...received, ancillary: NO_ANCILLARY, isCut: false };
}

/** A message as the receiver gets it: its files have descriptors, as far as there is room for them. */
function handOver(
  process: Process,
  socket: Socket,
  { data, from, ancillary, isCut }: SocketMessage,
  { flags, room }: { readonly flags: number; readonly room: number },
): ReceivedMessage {
  const rights: number[] = [];
  let isFull = false;
  for (const file of ancillary.rights) {
    const fd = isFull || rights.length >= room ? undefined : tryInstall(process, file, flags);
    if (fd !== undefined) rights.push(fd);
    else isFull = true;
  }
  for (const file of ancillary.rights.slice(rights.length)) file.release();
  const tells = socket instanceof UnixSocket && socket.passesCredentials;
  return {
    data,
    from,
    rights,
    credentials: tells ? sentCredentials(process, ancillary.sender) : undefined,
    flags: (isFull ? MSG_CTRUNC : 0) | (isCut ? MSG_TRUNC : 0),
  };
}

/** `undefined` if no descriptor is free. */
function tryInstall(process: Process, file: Passed, flags: number): number | undefined {
  assert(file instanceof OpenFile, "only open files are sent");
  const closeOnExec = (flags & MSG_CMSG_CLOEXEC) !== 0;
  try {
    return process.files.add(file, { closeOnExec, limit: process.limit("nofile") });
  } catch (error) {
    if (error instanceof Errno) return undefined;
    throw error;
  }
}
