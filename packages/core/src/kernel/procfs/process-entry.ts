/**
 * What entries of /proc/PID have in common: they belong to the process, and some of them only show to those who may look
 * into it.
 *
 * @see fs/proc/base.c
 */
import { Errno } from "../../abi/index.ts";
import { type PseudoContents, PseudoDirectory, type PseudoEntries, PseudoFile, PseudoLink } from "../../fs/index.ts";
import { type Inode, type Location, linkTextOf } from "../../vfs/index.ts";
import type { Process } from "../process.ts";
import type { ProcFs } from "./proc-fs.ts";
import { mayInspect } from "./ptrace.ts";

/** Makes an entry of a process directory. */
export type Maker = (fs: ProcFs, process: Process, ino: number) => Inode;

/** Entries by name, each with its place among them. */
export type EntryTable = ReadonlyMap<string, readonly [make: Maker, place: number]>;

/** Inode numbers of a process: its number × this + the entry's place. */
export const INODES_PER_PROCESS = 1000;

export function entryTable(entries: readonly (readonly [name: string, make: Maker])[]): EntryTable {
  return new Map(entries.map(([name, make], place) => [name, [make, place]]));
}

/** @param base what inode numbers of its entries are counted from, among those of the process. */
export function directory(fs: ProcFs, process: Process, table: EntryTable, base: number, mode: number): Inode {
  const first = process.pid * INODES_PER_PROCESS + base;
  return new PseudoDirectory(fs, { mode, ...owner(process) }, entriesOf(fs, process, table, first), first);
}

/** @param first the inode number of the directory, which those of the entries follow. */
export function entriesOf(fs: ProcFs, process: Process, table: EntryTable, first: number): PseudoEntries {
  return {
    find: (name) => {
      const [make, place] = (process.state === "dead" ? undefined : table.get(name)) ?? [];
      return make === undefined || place === undefined ? undefined : make(fs, process, first + 1 + place);
    },
    *list() {
      if (process.state === "dead") throw new Errno("ENOENT");
      for (const [name, [make, place]] of table) {
        const { ino, type } = make(fs, process, first + 1 + place);
        yield { name, ino, type };
      }
    },
  };
}

export const owner = (process: Process) => ({
  fixedMode: true,
  uid: process.creds.effectiveUid,
  gid: process.creds.effectiveGid,
});

/**
 * A file. What it cannot do fails with EINVAL, for files of processes lack the operation; those of the machine have one
 * that fails with EIO.
 */
export const file =
  (mode: number, contents: (fs: ProcFs, process: Process) => PseudoContents): Maker =>
  (fs, process, ino) =>
    new PseudoFile(fs, { mode, ...owner(process) }, { refusal: "EINVAL", ...contents(fs, process) }, ino);

type Read = (fs: ProcFs, process: Process) => string | Uint8Array;

/** A file that anybody may read. */
export const text = (read: Read, mode = 0o444): Maker =>
  file(mode, (fs, process) => ({ read: () => read(fs, process) }));

/** A file only for those who may look into the process. */
export const inspected = (read: Read, mode = 0o400): Maker =>
  file(mode, (fs, process) => ({ checkOpen: () => checkInspect(fs, process), read: () => read(fs, process) }));

/** A file about the memory of a process: empty for a zombie, which has none left. */
export const fromMemory = (read: (process: Process) => string | Uint8Array): Maker =>
  file(0o400, (fs, process) =>
    ofMemory(process, () => read(process), {
      checkOpen: () => {
        checkInspect(fs, process);
        if (!process.isAlive) throw new Errno("ESRCH");
      },
    }),
  );

/** The map of a process's memory, for those who may look into it. */
export const memoryMap = (read: Read): Maker =>
  file(0o444, (fs, process) =>
    ofMemory(process, () => read(fs, process), { checkOpen: () => checkInspect(fs, process) }),
  );

/**
 * Contents that belong to the memory which the process had when the file was opened: after an execve, which brings
 * another, nothing is left of it.
 *
 * @see fs/proc/base.c: proc_mem_open
 */
function ofMemory(
  process: Process,
  read: () => string | Uint8Array,
  { checkOpen }: { readonly checkOpen: () => void },
): PseudoContents {
  let { argv } = process;
  return {
    checkOpen: () => {
      checkOpen();
      argv = process.argv;
    },
    read: () => (process.argv === argv ? read() : ""),
  };
}

/** A magic link to a place. */
export const place =
  (where: (process: Process) => Location | undefined): Maker =>
  (fs, process, ino) => {
    const found = (): Location => {
      checkInspect(fs, process);
      const at = process.isAlive ? where(process) : undefined;
      if (at === undefined) throw new Errno("ENOENT");
      return at;
    };
    const shown = (): string => linkTextOf(found(), fs.reader.root);
    return new PseudoLink(fs, shown, found, { mode: 0o777, ...owner(process) }, ino);
  };

/** @throws EACCES */
export function checkInspect(fs: ProcFs, process: Process): void {
  if (!mayInspect(fs.reader, process)) throw new Errno("EACCES");
}
