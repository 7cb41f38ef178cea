/**
 * Frozen trees as pieces: one for each directory, with what is said of its entries, and one for the bytes of each file.
 * What a tree shares with one that was written before is not written again, nor are parts of files that did not change.
 */
import {
  FileContent,
  type FrozenAttributes,
  FrozenDirectory,
  type FrozenLeaf,
  type FrozenNode,
} from "../../fs/index.ts";
import { concat, decode, encode } from "../../lib/index.ts";
import { fromDocument, toDocument } from "./documents.ts";
import type { PieceReader, PieceWriter, Place } from "./pieces.ts";

/** What a directory notes of an entry: the piece of another directory, or all there is to say. */
type EntryDocument = number | LeafDocument;

interface DirectoryDocument {
  readonly attributes: FrozenAttributes;
  readonly sealed: boolean;
  readonly entries: readonly (readonly [name: string, entry: EntryDocument])[];
}

interface LeafDocument extends FrozenAttributes {
  readonly type: FrozenLeaf["type"];
  readonly target?: string;
  readonly content?: ContentDocument;
}

interface ContentDocument {
  readonly size: number;
  readonly parts: readonly PartDocument[];
}

/** `pages` says which pages of the part were written. */
type PartDocument = readonly [index: number, length: number, pages: number, piece: number, offset: number];

/** What was written or read of each node. */
type Known = WeakMap<FrozenNode, EntryDocument>;

export class TreeWriter {
  readonly #pieces: PieceWriter;
  readonly #known: Known;

  constructor(pieces: PieceWriter, known: Known = new WeakMap()) {
    this.#pieces = pieces;
    this.#known = known;
  }

  /** The piece of a directory, written with all below it unless it is known. */
  write(directory: FrozenDirectory): number {
    return this.#entry(directory) as number;
  }

  #entry(node: FrozenNode): EntryDocument {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const document = node instanceof FrozenDirectory ? this.#directory(node) : this.#leaf(node);
    this.#known.set(node, document);
    return document;
  }

  #directory({ attributes, entries, sealed }: FrozenDirectory): number {
    const own = [...entries].map(([name, entry]) => [name, this.#entry(entry)] as const);
    const document: DirectoryDocument = { attributes, sealed, entries: own };
    return this.#pieces.add(encode(toDocument(document, this.#pieces)));
  }

  #leaf({ content, ...attributes }: FrozenLeaf): LeafDocument {
    if (content === undefined) return attributes;
    const parts = content.parts();
    const fresh = parts.filter(({ bytes }) => this.#pieces.find(bytes) === undefined);
    if (fresh.length > 0) {
      const piece = this.#pieces.add(concat(fresh.map(({ bytes }) => bytes)));
      let offset = 0;
      for (const { bytes } of fresh) {
        this.#pieces.know(bytes, { piece, offset });
        offset += bytes.length;
      }
    }
    const places = parts.map(({ index, bytes, pages }): PartDocument => {
      const { piece, offset } = this.#pieces.find(bytes) as Place;
      return [index, bytes.length, pages, piece, offset];
    });
    return { ...attributes, content: { size: content.size, parts: places } };
  }
}

export class TreeReader {
  readonly #pieces: PieceReader;
  readonly #writer: PieceWriter;
  /** Files with several names, by their numbers. */
  readonly #linked = new Map<number, FrozenLeaf>();
  /** What a writer knows that goes on from here. */
  readonly known: Known = new WeakMap();

  /** `writer` is told where bytes are. */
  constructor(pieces: PieceReader, writer: PieceWriter) {
    this.#pieces = pieces;
    this.#writer = writer;
  }

  read(piece: number): FrozenDirectory {
    const text = decode(this.#pieces.get(piece));
    const { attributes, sealed, entries } = fromDocument(text, this.#pieces) as DirectoryDocument;
    const own = new Map(entries.map(([name, entry]) => [name, this.#entry(entry)]));
    const directory = new FrozenDirectory({ ...attributes, xattrs: attributes.xattrs }, own, undefined, sealed);
    this.known.set(directory, piece);
    return directory;
  }

  #entry(entry: EntryDocument): FrozenNode {
    if (typeof entry === "number") return this.read(entry);
    const leaf = this.#leaf(entry);
    this.known.set(leaf, entry);
    return leaf;
  }

  #leaf({ content, ...attributes }: LeafDocument): FrozenLeaf {
    const linked = attributes.nlink > 1 ? this.#linked.get(attributes.ino) : undefined;
    if (linked !== undefined) return linked;
    const leaf = {
      ...attributes,
      xattrs: attributes.xattrs,
      ...(content && { content: this.#content(content) }),
    };
    if (leaf.nlink > 1) this.#linked.set(leaf.ino, leaf);
    return leaf;
  }

  #content({ size, parts }: ContentDocument): FileContent {
    return FileContent.from(
      size,
      parts.map(([index, length, pages, piece, offset]) => {
        const bytes = this.#pieces.get(piece).subarray(offset, offset + length);
        this.#writer.know(bytes, { piece, offset });
        return { index, pages, bytes };
      }),
    );
  }
}
