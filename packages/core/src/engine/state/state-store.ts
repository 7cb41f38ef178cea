/**
 * The state of a machine in a directory, for the engine of a later process: containers, images, volumes, networks, the
 * build cache, and everything on the disk. It is written when something has happened, as one frame of a journal: whoever
 * opens the directory later finds the last state that was written to its end.
 *
 * Processes have no state: what ran is found as after a loss of power. Programs that were registered are code, logins are
 * secrets, and a daemon forgets its events: none of them is written.
 */
import type { FrozenDisk } from "../../fs/index.ts";
import type { Image } from "../../image/index.ts";
import { decode, encode, omit } from "../../lib/index.ts";
import type { ContainerRecord } from "../container/container.ts";
import type { LogEntry } from "../log/log-entry.ts";
import type { MachineRecords } from "../machine/machine-snapshot.ts";
import { fromDocument, toDocument } from "./documents.ts";
import { type StateDirectory, StateJournal } from "./journal.ts";
import { PieceReader, PieceWriter } from "./pieces.ts";
import { TreeReader, TreeWriter } from "./tree-codec.ts";

/** The journal is written anew when it is larger than this, and than twice what it was the last time. */
const SMALLEST_REWRITE = 1 << 20;
/** Entries of a log in one piece. */
const LOG_PIECE = 1000;

/** What a frame notes: the pieces of documents and of the disk's root. */
interface Note {
  readonly documents: Readonly<Record<string, number>>;
  readonly root: number;
  readonly counts: Omit<FrozenDisk, "root">;
}

type Plain = Omit<MachineRecords, "disk" | "containers" | "programs" | "logins" | "events">;

/** A container as it is written: its image by the id, if it is a known one, and its log as pieces. */
interface ContainerDocument extends Omit<ContainerRecord, "image" | "logs"> {
  readonly image: Image | Image["id"];
  readonly logs: readonly number[];
}

const PLAIN = "machine";
const CONTAINERS = "containers";

export class StateStore {
  readonly #journal: StateJournal;
  #pieces: PieceWriter;
  #trees: TreeWriter;
  /** The text of each document as it was written, and its piece. */
  #documents = new Map<string, readonly [text: string, piece: number]>();
  /** Documents of containers that nobody has looked at since. */
  #untouched = new WeakMap<ContainerRecord, number>();
  /** Pieces of logs by their last entries. */
  #logs = new WeakMap<LogEntry, readonly [first: LogEntry, piece: number]>();
  #note = "";
  /** Bytes in the journal: now, and when it was last written anew. */
  #size = 0;
  #rewrittenSize = 0;
  /** What was there when the directory was opened. */
  readonly found: MachineRecords | undefined;

  /** @throws StatusError invalid-argument if there is something else */
  constructor(directory: StateDirectory) {
    this.#journal = new StateJournal(directory);
    const reader = new PieceReader();
    let note: Note | undefined;
    for (const frame of this.#journal.read()) {
      note = reader.take(frame) as Note;
      this.#size += frame.length;
    }
    this.#rewrittenSize = this.#size;
    this.#pieces = new PieceWriter(reader.last);
    const trees = new TreeReader(reader, this.#pieces);
    this.#trees = new TreeWriter(this.#pieces, trees.known);
    if (note === undefined) return;
    this.found = this.#load(note, reader, trees);
    this.#note = JSON.stringify(note);
  }

  /** Writes what has changed. When this returns it is on the disk. @throws what the disk throws */
  save(records: MachineRecords): void {
    const isAnew =
      this.#journal.needsRewrite || (this.#size > SMALLEST_REWRITE && this.#size > 2 * this.#rewrittenSize);
    if (isAnew) this.#forget();
    const note = this.#describe(records);
    const text = JSON.stringify(note);
    if (!isAnew && this.#pieces.isEmpty && text === this.#note) return;
    const payload = this.#pieces.take(note);
    try {
      if (isAnew) this.#journal.rewrite(payload);
      else this.#journal.append(payload);
    } catch (error) {
      // It is not known what was written: the next time everything is.
      this.#forget();
      throw error;
    }
    this.#note = text;
    this.#size = isAnew ? payload.length : this.#size + payload.length;
    if (isAnew) this.#rewrittenSize = this.#size;
  }

  #forget(): void {
    this.#pieces = new PieceWriter();
    this.#trees = new TreeWriter(this.#pieces);
    this.#documents = new Map();
    this.#untouched = new WeakMap();
    this.#logs = new WeakMap();
    this.#note = "";
  }

  #describe(records: MachineRecords): Note {
    const { containers } = records;
    const { root, ...counts } = records.disk;
    const plain = omit(records, "disk", "containers", "programs", "logins", "events");
    const documents: Record<string, number> = {};
    for (const [name, value] of Object.entries(plain)) documents[`${PLAIN} ${name}`] = this.#document(name, value);
    const images = new Set(plain.images.images.map(({ id }) => id));
    const pieces = containers.map((container) => this.#container(container, images));
    documents[CONTAINERS] = this.#document(CONTAINERS, pieces);
    const ids = new Set(containers.map(({ id }) => id));
    for (const name of this.#documents.keys()) if (name.length === 64 && !ids.has(name)) this.#documents.delete(name);
    return { documents, root: this.#trees.write(root), counts };
  }

  #container(record: ContainerRecord, images: ReadonlySet<string>): number {
    const known = this.#untouched.get(record);
    if (known !== undefined) return known;
    const { id, image, logs } = record;
    const document: ContainerDocument = {
      ...record,
      image: images.has(image.id) ? image.id : image,
      logs: this.#logPieces(logs),
    };
    const piece = this.#document(id, document);
    this.#untouched.set(record, piece);
    return piece;
  }

  #logPieces(entries: readonly LogEntry[]): readonly number[] {
    const pieces: number[] = [];
    for (let at = 0; at < entries.length; at += LOG_PIECE) {
      const end = Math.min(at + LOG_PIECE, entries.length);
      const [first, last] = [entries[at] as LogEntry, entries[end - 1] as LogEntry];
      const known = this.#logs.get(last);
      const piece =
        known?.[0] === first ? known[1] : this.#pieces.add(encode(toDocument(entries.slice(at, end), this.#pieces)));
      this.#logs.set(last, [first, piece]);
      pieces.push(piece);
    }
    return pieces;
  }

  #document(name: string, value: unknown): number {
    const text = toDocument(value, this.#pieces);
    const known = this.#documents.get(name);
    if (known?.[0] === text) return known[1];
    const piece = this.#pieces.add(encode(text));
    this.#documents.set(name, [text, piece]);
    return piece;
  }

  #load({ documents, root, counts }: Note, reader: PieceReader, trees: TreeReader): MachineRecords {
    const places = {
      get: (piece: number): Uint8Array => {
        const bytes = reader.get(piece);
        this.#pieces.knowWhole(bytes, piece);
        return bytes;
      },
    };
    const textOf = (piece: number): string => decode(reader.get(piece));
    const read = (name: string, piece: number): unknown => {
      const text = textOf(piece);
      this.#documents.set(name, [text, piece]);
      return fromDocument(text, places);
    };
    const plain = Object.fromEntries(
      Object.entries(documents).flatMap(([key, piece]) => {
        const name = key.slice(PLAIN.length + 1);
        return key === CONTAINERS ? [] : [[name, read(name, piece)]];
      }),
    ) as unknown as Plain;
    const images = new Map(plain.images.images.map((image) => [image.id, image]));
    const logsOf = (piece: number): readonly LogEntry[] => {
      const entries = fromDocument(textOf(piece), places) as readonly LogEntry[];
      const [first, last] = [entries[0], entries.at(-1)];
      if (first !== undefined && last !== undefined) this.#logs.set(last, [first, piece]);
      return entries;
    };
    const pieces = read(CONTAINERS, documents[CONTAINERS] ?? 0) as readonly number[];
    const containers = pieces.map((piece): ContainerRecord => {
      const text = textOf(piece);
      const document = fromDocument(text, places) as ContainerDocument;
      this.#documents.set(document.id, [text, piece]);
      const { image } = document;
      return {
        ...document,
        image: typeof image === "string" ? (images.get(image) as Image) : image,
        logs: document.logs.flatMap(logsOf),
      };
    });
    const nothing = { programs: { programs: [], scripts: [] }, logins: [], events: [] };
    return { ...plain, ...nothing, containers, disk: { ...counts, root: trees.read(root) } };
  }
}
