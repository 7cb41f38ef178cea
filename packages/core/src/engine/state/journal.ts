/**
 * The journal of a state directory: frames, one behind the other, in one file.
 *
 * A frame counts if it is there to its end and its digest is right. The last one may be torn, by a process that was killed
 * while it wrote: then it never was. What comes before it is whole, for a file begins under another name and gets its own
 * when it is complete.
 */
import type { ContentDisk } from "../../content/index.ts";
import { concat, decode, encode, StatusError, sha256 } from "../../lib/index.ts";

/** Where a state is kept. */
export interface StateDirectory {
  /** `node:fs`, or something of its shape. */
  readonly disk: ContentDisk;
  readonly path: string;
}

const NAME = "state.journal";
const MAGIC = encode("bottleship state 2\n");
const DIGEST_LENGTH = 64;
const HEAD_LENGTH = 4 + DIGEST_LENGTH;

export class StateJournal {
  readonly #disk: ContentDisk;
  readonly #path: string;
  /** The end of the file is not known to be that of a frame. */
  #mayBeTorn = false;

  constructor({ disk, path }: StateDirectory) {
    this.#disk = disk;
    this.#path = `${path === "/" ? "" : path}/${NAME}`;
    disk.mkdirSync(path, { recursive: true });
  }

  /**
   * Every whole frame. Only the last one can be torn: what comes after it is written when it is on the disk, and the first
   * gets its name when it is.
   *
   * @throws StatusError invalid-argument for a file of another kind; failed-precondition for one that is damaged
   */
  read(): readonly Uint8Array[] {
    if (!this.#disk.existsSync(this.#path)) return [];
    const read = this.#disk.readFileSync(this.#path);
    const bytes = typeof read === "string" ? encode(read) : read;
    if (decode(bytes.subarray(0, MAGIC.length)) !== decode(MAGIC)) {
      throw new StatusError("invalid-argument", `${this.#path} is no state, or one of another version`);
    }
    const frames: Uint8Array[] = [];
    let at = MAGIC.length;
    for (let frame = frameAt(bytes, at); frame !== undefined; frame = frameAt(bytes, at)) {
      frames.push(frame);
      at += HEAD_LENGTH + frame.length;
    }
    this.#mayBeTorn = at < bytes.length;
    if (frames.length === 0 || (this.#mayBeTorn && !isTorn(bytes, at))) {
      const problem = `${this.#path} is damaged at byte ${at}, and is left as it is`;
      throw new StatusError("failed-precondition", problem);
    }
    return frames;
  }

  /** Whether nothing can be appended: the file is to be written anew. */
  get needsRewrite(): boolean {
    return this.#mayBeTorn || !this.#disk.existsSync(this.#path);
  }

  /** Adds a frame. When this returns it is on the disk. */
  append(payload: Uint8Array): void {
    this.#mayBeTorn = true;
    this.#write(this.#path, "a", framed(payload));
    this.#mayBeTorn = false;
  }

  /** Replaces the journal by this one frame. */
  rewrite(payload: Uint8Array): void {
    const next = `${this.#path}.new`;
    this.#write(next, "w", concat([MAGIC, framed(payload)]));
    this.#disk.renameSync(next, this.#path);
    this.#mayBeTorn = false;
  }

  #write(path: string, flags: "a" | "w", bytes: Uint8Array): void {
    const fd = this.#disk.openSync(path, flags);
    try {
      for (let at = 0; at < bytes.length; ) at += this.#disk.writeSync(fd, bytes.subarray(at));
      this.#disk.fsyncSync(fd);
    } finally {
      this.#disk.closeSync(fd);
    }
  }
}

function framed(payload: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, payload.length);
  return concat([length, encode(sha256(payload)), payload]);
}

/** Its end is missing, or a power failure has left room for it and nothing in it. */
const isTorn = (bytes: Uint8Array, at: number): boolean =>
  endOfFrame(bytes, at) >= bytes.length || bytes.subarray(at).every((byte) => byte === 0);

/** Where a frame ends, or should have: beyond the end of the file, perhaps. */
function endOfFrame(bytes: Uint8Array, at: number): number {
  const start = at + HEAD_LENGTH;
  if (start > bytes.length) return start;
  return start + new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0);
}

function frameAt(bytes: Uint8Array, at: number): Uint8Array | undefined {
  const [start, end] = [at + HEAD_LENGTH, endOfFrame(bytes, at)];
  if (end > bytes.length) return undefined;
  const payload = bytes.subarray(start, end);
  return decode(bytes.subarray(at + 4, start)) === sha256(payload) ? payload : undefined;
}
