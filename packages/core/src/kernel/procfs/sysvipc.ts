/** /proc/sysvipc: the System V objects of the reader's ipc namespace. @see proc_sysvipc(5), ipc/util.c:sysvipc_proc_show */
import { PAGE_SIZE } from "../../abi/index.ts";
import type { IpcObject } from "../ipc/ipc-object.ts";
import { pidIn } from "../process.ts";
import type { ProcFs } from "./proc-fs.ts";

type Cell = readonly [width: number, value: number | string];

const row = (...cells: readonly Cell[]): string =>
  `${cells.map(([width, value]) => String(value).padStart(width)).join(" ")}\n`;
const seconds = (us: number): number => Math.floor(us / 1_000_000);

/** Keys are signed numbers here. */
const head = ({ key, id, mode }: IpcObject): readonly Cell[] => [
  [10, key | 0],
  [10, id],
  [5, mode.toString(8)],
];

function owners({ reader }: ProcFs, { uid, gid, cuid, cgid }: IpcObject): readonly Cell[] {
  const { user } = reader.creds;
  return [
    [5, user.shownUid(uid)],
    [5, user.shownGid(gid)],
    [5, user.shownUid(cuid)],
    [5, user.shownGid(cgid)],
  ];
}

export function messageQueues(fs: ProcFs): string {
  const { ipc, pid } = fs.reader.ns;
  const rows = [...ipc.sysv.queues.values()].map((queue) =>
    row(
      ...head(queue),
      [11, queue.bytes],
      [10, queue.messages.length],
      [5, pidIn(pid, queue.lastSender)],
      [5, pidIn(pid, queue.lastReceiver)],
      ...owners(fs, queue),
      [10, seconds(queue.stimeUs)],
      [10, seconds(queue.rtimeUs)],
      [10, seconds(queue.ctimeUs)],
    ),
  );
  return `       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n${rows.join("")}`;
}

export function semaphores(fs: ProcFs): string {
  const rows = [...fs.reader.ns.ipc.sysv.semaphores.values()].map((set) =>
    row(
      ...head(set),
      [10, set.semaphores.length],
      ...owners(fs, set),
      [10, seconds(set.otimeUs)],
      [10, seconds(set.ctimeUs)],
    ),
  );
  return `       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n${rows.join("")}`;
}

export function sharedMemory(fs: ProcFs): string {
  const { ipc, pid } = fs.reader.ns;
  const rows = [...ipc.sysv.segments.values()].map((segment) =>
    row(
      ...head(segment),
      [21, segment.size],
      [5, pidIn(pid, segment.creator)],
      [5, pidIn(pid, segment.lastUser)],
      [6, segment.attachments],
      ...owners(fs, segment),
      [10, seconds(segment.atimeUs)],
      [10, seconds(segment.dtimeUs)],
      [10, seconds(segment.ctimeUs)],
      [21, segment.residentPages * PAGE_SIZE],
      [21, 0],
    ),
  );
  return `       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap\n${rows.join("")}`;
}
