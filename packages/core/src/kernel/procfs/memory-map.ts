/**
 * /proc/PID/maps and auxv: the address space of a statically linked program, always laid out in the same way.
 *
 * @see proc_pid_maps(5), getauxval(3)
 */
import { linkTextOf } from "../../vfs/index.ts";
import type { Process } from "../process.ts";

/** Where the fourth word begins. */
const NAME_COLUMN = 73;

const STACK_TOP = 0x7ffd8e922000;
const VDSO = 0x7f9150108000;

/** Of a process without a program, or one that is gone, nothing. */
export function formatMaps(reader: Process, process: Process): string {
  if (process.exe === undefined || !process.isAlive) return "";
  const path = linkTextOf(process.exe, reader.root);
  const { ino } = process.exe.inode;
  const ofFile = (range: string, permissions: string, offset: string): string =>
    line(`${range} ${permissions} ${offset} 00:28 ${ino}`, path);
  const anonymous = (range: string, permissions: string, name: string): string =>
    line(`${range} ${permissions} 00000000 00:00 0`, name);
  return [
    ofFile("00400000-00401000", "r--p", "00000000"),
    ofFile("00401000-00595000", "r-xp", "00001000"),
    ofFile("00595000-005ec000", "r--p", "00195000"),
    ofFile("005ec000-005f4000", "r--p", "001ec000"),
    ofFile("005f4000-005f6000", "rw-p", "001f4000"),
    "005f6000-005fd000 rw-p 00000000 00:00 0 \n",
    anonymous("01000000-01021000", "rw-p", "[heap]"),
    anonymous("7f9150102000-7f9150106000", "r--p", "[vvar]"),
    anonymous("7f9150106000-7f9150108000", "r--p", "[vvar_vclock]"),
    anonymous("7f9150108000-7f915010a000", "r-xp", "[vdso]"),
    anonymous("7ffd8e901000-7ffd8e922000", "rw-p", "[stack]"),
    anonymous("ffffffffff600000-ffffffffff601000", "--xp", "[vsyscall]"),
  ].join("");
}

function line(words: string, name: string): string {
  return `${words.padEnd(NAME_COLUMN - 1)} ${name}\n`;
}

/** Types and values of the auxiliary vector, in the order of the kernel's. @see fs/binfmt_elf.c:create_elf_tables */
const AUXILIARY: readonly (readonly [type: number, value: number])[] = [
  [33, VDSO],
  [51, 0xd30],
  [16, 0x178bfbff],
  [6, 4096],
  [17, 100],
  [3, 0x400040],
  [4, 56],
  [5, 11],
  [7, 0],
  [8, 0],
  [9, 0x4a82a0],
];
const AFTER_IDS: readonly (readonly [type: number, value: number])[] = [
  [23, 0],
  [25, STACK_TOP - 0x3017],
  [26, 2],
  [31, STACK_TOP - 0x17],
  [15, STACK_TOP - 0x3007],
  [27, 28],
  [28, 32],
  [0, 0],
];

/** Pairs of 64-bit words, least significant byte first. */
export function auxiliaryVector({ creds }: Process): Uint8Array {
  const ids: readonly (readonly [number, number])[] = [
    [11, creds.realUid],
    [12, creds.effectiveUid],
    [13, creds.realGid],
    [14, creds.effectiveGid],
  ];
  const entries = [...AUXILIARY, ...ids, ...AFTER_IDS];
  const bytes = new DataView(new ArrayBuffer(entries.length * 16));
  for (const [index, [type, value]] of entries.entries()) {
    bytes.setBigUint64(index * 16, BigInt(type), true);
    bytes.setBigUint64(index * 16 + 8, BigInt(value), true);
  }
  return new Uint8Array(bytes.buffer);
}
