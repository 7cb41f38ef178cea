/**
 * inotify: what happens to files, as flags and as the records that read(2) gives.
 *
 * @see inotify(7), include/uapi/linux/inotify.h
 */
import { decode, encode } from "../lib/index.ts";

export const IN_ACCESS = 0x1;
export const IN_MODIFY = 0x2;
export const IN_ATTRIB = 0x4;
export const IN_CLOSE_WRITE = 0x8;
export const IN_CLOSE_NOWRITE = 0x10;
export const IN_OPEN = 0x20;
export const IN_MOVED_FROM = 0x40;
export const IN_MOVED_TO = 0x80;
export const IN_CREATE = 0x100;
export const IN_DELETE = 0x200;
export const IN_DELETE_SELF = 0x400;
export const IN_MOVE_SELF = 0x800;
export const IN_CLOSE = IN_CLOSE_WRITE | IN_CLOSE_NOWRITE;
export const IN_MOVE = IN_MOVED_FROM | IN_MOVED_TO;
export const IN_ALL_EVENTS = 0xfff;

// Told without being asked for.
export const IN_UNMOUNT = 0x2000;
export const IN_Q_OVERFLOW = 0x4000;
export const IN_IGNORED = 0x8000;
export const IN_ISDIR = 0x40000000;

// Options of inotify_add_watch.
export const IN_ONLYDIR = 0x01000000;
export const IN_DONT_FOLLOW = 0x02000000;
export const IN_EXCL_UNLINK = 0x04000000;
export const IN_MASK_CREATE = 0x10000000;
export const IN_MASK_ADD = 0x20000000;
export const IN_ONESHOT = 0x80000000;

// Options of inotify_init1.
export const IN_NONBLOCK = 0o4000;
export const IN_CLOEXEC = 0o2000000;

export interface InotifyEvent {
  /** The watch; -1 for an overflow of the queue. */
  readonly wd: number;
  /** What happened, with IN_ISDIR if it happened to a directory. */
  readonly mask: number;
  /** A number that both halves of a move share, else 0. */
  readonly cookie: number;
  /** The entry of a watched directory that it happened to; "" for what is watched itself. */
  readonly name: string;
}

/** Bytes of a record without its name, and what the room for a name is a multiple of. */
const HEADER = 16;

/** Bytes that a record takes. */
export function inotifySize({ name }: InotifyEvent): number {
  return HEADER + nameRoom(name === "" ? 0 : encode(name).length);
}

/** A name is followed by at least one NUL; no name takes no room. */
const nameRoom = (bytes: number): number => (bytes === 0 ? 0 : Math.ceil((bytes + 1) / HEADER) * HEADER);

export function encodeInotify(events: readonly InotifyEvent[]): Uint8Array {
  const bytes = new Uint8Array(events.reduce((sum, event) => sum + inotifySize(event), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { wd, mask, cookie, name } of events) {
    const text = encode(name);
    view.setInt32(at, wd, true);
    view.setUint32(at + 4, mask, true);
    view.setUint32(at + 8, cookie, true);
    view.setUint32(at + 12, nameRoom(text.length), true);
    bytes.set(text, at + HEADER);
    at += HEADER + nameRoom(text.length);
  }
  return bytes;
}

/** The records in what read(2) gave. */
export function decodeInotify(bytes: Uint8Array): readonly InotifyEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: InotifyEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at + 12, true);
    const field = bytes.subarray(at + HEADER, at + HEADER + length);
    const end = field.indexOf(0);
    events.push({
      wd: view.getInt32(at, true),
      mask: view.getUint32(at + 4, true),
      cookie: view.getUint32(at + 8, true),
      name: decode(end < 0 ? field : field.subarray(0, end)),
    });
    at += HEADER + length;
  }
  return events;
}
