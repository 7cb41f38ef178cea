/**
 * What the builder keeps of a context between builds: files that have not changed need not be read, sent, laid out and
 * digested again.
 *
 * @see BuildKit source/local: a context's snapshot is kept and only differences are transferred
 */
import type { LayerEntry } from "../../content/index.ts";
import type { MemoryFs } from "../../fs/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { compareBytes } from "../../lib/index.ts";
import { treeOf } from "./context-tree.ts";
import { Transfer } from "./transfer.ts";

/** What a file was made from, so that it can be seen that it is still the same. */
export interface KnownFile {
  readonly entry: LayerEntry;
  /** Text that it was given as; `undefined` for files of a disk. */
  readonly text: string | undefined;
}

/** The files of a context from the last time. */
export class KnownFiles {
  readonly byPath = new Map<string, KnownFile>();
  #given: readonly LayerEntry[] = [];
  #sorted: readonly LayerEntry[] = [];

  /** In the order of their paths, which is found once for the same entries. */
  sorted(entries: readonly LayerEntry[]): readonly LayerEntry[] {
    if (!sameEntries(this.#given, entries)) {
      this.#given = entries;
      this.#sorted = entries.toSorted((a, b) => compareBytes(a.path, b.path));
    }
    return this.#sorted;
  }
}

interface Sent {
  readonly entries: readonly LayerEntry[];
  readonly fileSystem: MemoryFs;
  /** How many bytes it takes to say that nothing has changed, once somebody has asked. */
  idleBytes: number | undefined;
}

export class ContextMemory {
  readonly files = new KnownFiles();
  readonly #transfer = new Transfer();
  #sent: Sent | undefined;

  /** Sends entries: a sealed tree of them, and how many bytes that took. */
  send(kernel: Kernel, entries: readonly LayerEntry[]): { readonly fileSystem: MemoryFs; readonly bytes: number } {
    const sent = this.#sent;
    if (sent !== undefined && sameEntries(sent.entries, entries)) {
      sent.idleBytes ??= this.#transfer.send(entries);
      return { fileSystem: sent.fileSystem, bytes: sent.idleBytes };
    }
    const bytes = this.#transfer.send(entries);
    const fileSystem = treeOf(kernel, entries);
    this.#sent = { entries, fileSystem, idleBytes: undefined };
    return { fileSystem, bytes };
  }
}

function sameEntries(before: readonly LayerEntry[], now: readonly LayerEntry[]): boolean {
  return before === now || (before.length === now.length && before.every((entry, index) => entry === now[index]));
}
