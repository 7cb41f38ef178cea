/**
 * What the builder keeps of a context between builds: files that have not changed need not be read, sent, laid out and
 * digested again.
 *
 * @see BuildKit source/local: a context's snapshot is kept and only differences are transferred
 */
import type { LayerEntry } from "../../content/index.ts";
import type { MemoryFs } from "../../fs/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { treeOf } from "./context-tree.ts";
import { Transfer } from "./transfer.ts";

/** What a file was made from, so that it can be seen that it is still the same. */
export interface KnownFile {
  readonly entry: LayerEntry;
  /** Text that it was given as; `undefined` for files of a disk. */
  readonly text: string | undefined;
}

interface Sent {
  readonly entries: readonly LayerEntry[];
  readonly fileSystem: MemoryFs;
  /** How many bytes it takes to say that nothing has changed, once somebody has asked. */
  idleBytes: number | undefined;
}

export class ContextMemory {
  /** By path, from the last time. */
  readonly files = new Map<string, KnownFile>();
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
  return before.length === now.length && before.every((entry, index) => entry === now[index]);
}
