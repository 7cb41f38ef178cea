/**
 * File modes as text: what chmod(1) accepts, and the `-rwxr-xr-x` that ls(1) shows.
 *
 * @see chmod(1p), POSIX "EXTENDED DESCRIPTION" of symbolic_mode
 */
import { fileType, PERMISSION_BITS, S_IFDIR, S_IFMT } from "./stat.ts";

/** The bits that a class of users governs. */
const WHO: Readonly<Record<string, number>> = { a: PERMISSION_BITS, u: 0o4700, g: 0o2070, o: 0o0007 };

/** The bits of a permission letter for all classes. `X` is `x` where it applies. */
const PERMISSION: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, X: 0o111, s: 0o6000, t: 0o1000 };

/** How far a class's three bits are from the right. */
const SHIFT: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };

const TYPE_LETTER = { file: "-", dir: "d", symlink: "l", fifo: "p", socket: "s", char: "c", block: "b" } as const;

/**
 * The mode that `text` makes of `current`, which keeps its type bits if `text` is symbolic.
 *
 * An octal number replaces all permission bits. A symbolic mode without a class spares the bits in `mask`. `undefined`
 * if it is no mode.
 */
export function parseMode(text: string, current: number, mask: number): number | undefined {
  if (/^[0-7]/.test(text)) {
    const mode = /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.POSITIVE_INFINITY;
    return mode <= PERMISSION_BITS ? mode : undefined;
  }
  let mode = current;
  for (const clause of text.split(",")) {
    if (clause === "") continue;
    const changed = applyClause(clause, mode, mask);
    if (changed === undefined) return undefined;
    mode = changed;
  }
  return mode;
}

/** `-rwxr-xr-x`: the type and the permissions of a mode. */
export function modeString(mode: number): string {
  const known = (mode & S_IFMT) !== 0;
  const type = known ? TYPE_LETTER[fileType(mode)] : "?";
  return `${type}${triple(mode >> 6, mode & 0o4000, "s")}${triple(mode >> 3, mode & 0o2000, "s")}${triple(mode, mode & 0o1000, "t")}`;
}

/** One clause: classes, then one or more of an operator with the permissions that it takes. */
function applyClause(clause: string, current: number, mask: number): number | undefined {
  const [, classes = "", actions = ""] = /^([augo]*)((?:[-+=](?:[ugo]|[rwxXst]*))+)$/.exec(clause) ?? [];
  if (actions === "") return undefined;
  let who = 0;
  for (const letter of classes) who |= WHO[letter] ?? 0;
  const governed = classes === "" ? ~mask : who;
  let mode = current;
  for (const [, operator, permissions = ""] of actions.matchAll(/([-+=])([^-+=]*)/g)) {
    if (operator === "=") mode &= ~(classes === "" ? PERMISSION_BITS : who);
    const bits = bitsOf(permissions, mode) & governed & PERMISSION_BITS;
    mode = operator === "-" ? mode & ~bits : mode | bits;
  }
  return mode;
}

function bitsOf(permissions: string, mode: number): number {
  const copied = SHIFT[permissions];
  if (copied !== undefined) return ((mode >> copied) & 0o7) * 0o111;
  let bits = 0;
  for (const letter of permissions) {
    const applies = letter !== "X" || (mode & S_IFMT) === S_IFDIR || (mode & 0o111) !== 0;
    if (applies) bits |= PERMISSION[letter] ?? 0;
  }
  return bits;
}

function triple(bits: number, special: number, letter: string): string {
  const executes = (bits & 1) !== 0;
  const last = special === 0 ? (executes ? "x" : "-") : executes ? letter : letter.toUpperCase();
  return `${(bits & 4) === 0 ? "-" : "r"}${(bits & 2) === 0 ? "-" : "w"}${last}`;
}
