/** Values of system calls as strace(1) prints them. */
import {
  CAPABILITY_NAMES,
  type CapabilitySet,
  Errno,
  fileType,
  major,
  minor,
  type NamespaceKind,
  O_ACCMODE,
  O_TMPFILE,
  PERMISSION_BITS,
  S_IFMT,
  type SignalSet,
  type SocketAddress,
  type Stat,
  signalName,
  type UnixAddress,
  type WaitStatus,
} from "../../abi/index.ts";
import { encode } from "../../lib/index.ts";
import { type Flags, OPEN_FLAGS } from "./flags.data.ts";

/** Characters of a string, and members of an array, that are shown. strace's -s default. */
const SHOWN = 32;
/** Something that the kernel did not fill in. */
const UNSET = "{...}";

/** An answer's part of the arguments; nothing is known of it if the call failed. */
export function filled<R>(answer: R | Errno, show: (answer: R) => string): string {
  return answer instanceof Errno ? UNSET : show(answer);
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x22, '\\"'],
  [0x5c, "\\\\"],
  [9, "\\t"],
  [10, "\\n"],
  [11, "\\v"],
  [12, "\\f"],
  [13, "\\r"],
]);

const isOctal = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x37;

function escape(bytes: Uint8Array): string {
  let text = "";
  for (const [at, byte] of bytes.entries()) {
    const known = ESCAPES.get(byte);
    if (known !== undefined) text += known;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    // The shortest number that the next character does not prolong.
    else text += `\\${byte.toString(8).padStart(isOctal(bytes[at + 1]) ? 3 : 1, "0")}`;
  }
  return `"${text}"`;
}

/** A buffer or a string: its beginning. */
export function data(value: Uint8Array | string): string {
  const bytes = typeof value === "string" ? encode(value) : value;
  return bytes.length > SHOWN ? `${escape(bytes.subarray(0, SHOWN))}...` : escape(bytes);
}

/** A path is shown whole. */
export const path = (value: string): string => escape(encode(value));

export function list<T>(values: Iterable<T>, show: (value: T) => string, separator = ", "): string {
  const all = [...values];
  const shown = all.slice(0, SHOWN).map(show);
  return `[${[...shown, ...(all.length > SHOWN ? ["..."] : [])].join(separator)}]`;
}

/** Names of the bits of `value`; `none` if there are none. What has no name is a number. */
export function flags(value: number, names: Flags, none = "0"): string {
  let rest = value;
  const found: string[] = [];
  for (const [bits, name] of names) {
    if ((rest & bits) !== bits) continue;
    found.push(name);
    rest &= ~bits;
  }
  if (rest !== 0) found.push(hex(rest));
  return found.length === 0 ? none : found.join("|");
}

export const hex = (value: number): string => (value === 0 ? "0" : `0x${(value >>> 0).toString(16)}`);

export const octal = (value: number): string => (value === 0 ? "000" : `0${value.toString(8).padStart(3, "0")}`);

export function openFlags(value: number): string {
  const access = ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"][value & O_ACCMODE] as string;
  const rest = value & ~O_ACCMODE;
  const names = (rest & O_TMPFILE) === O_TMPFILE ? OPEN_FLAGS : OPEN_FLAGS.filter(([, name]) => name !== "O_TMPFILE");
  return rest === 0 ? access : `${access}|${flags(rest, names)}`;
}

const TYPES = {
  socket: "S_IFSOCK",
  symlink: "S_IFLNK",
  file: "S_IFREG",
  block: "S_IFBLK",
  dir: "S_IFDIR",
  char: "S_IFCHR",
  fifo: "S_IFIFO",
} as const;

const SPECIAL_BITS: Flags = [
  [0o4000, "S_ISUID"],
  [0o2000, "S_ISGID"],
  [0o1000, "S_ISVTX"],
];

/** `S_IFREG|0644` */
export function mode(value: number): string {
  const type = (value & S_IFMT) === 0 ? [] : [TYPES[fileType(value)]];
  const special = SPECIAL_BITS.flatMap(([bit, name]) => ((value & bit) === 0 ? [] : [name]));
  return [...type, ...special, octal(value & PERMISSION_BITS & 0o777)].join("|");
}

export const device = (dev: number): string => `makedev(0x${major(dev).toString(16)}, 0x${minor(dev).toString(16)})`;

export function stat(value: Stat): string {
  const isDevice = value.type === "char" || value.type === "block";
  const size = isDevice ? `st_rdev=${device(value.rdev)}` : `st_size=${value.size}`;
  return `{st_mode=${mode(value.mode)}, ${size}, ...}`;
}

/** Microseconds as a timespec. */
export function timespec(us: number): string {
  return `{tv_sec=${Math.floor(us / 1_000_000)}, tv_nsec=${Math.round((us % 1_000_000) * 1000)}}`;
}

export const signal = (number: number): string => signalName(number) ?? String(number);

export const signals = (set: SignalSet): string =>
  list(
    set,
    (one) =>
      signal(one)
        .replace(/^SIGRT/, "RT_")
        .replace(/^SIG/, ""),
    " ",
  );

export function waitStatus(status: WaitStatus): string {
  if ("exited" in status) return `{WIFEXITED(s) && WEXITSTATUS(s) == ${status.exited}}`;
  if ("signaled" in status) return `{WIFSIGNALED(s) && WTERMSIG(s) == ${signal(status.signaled)}}`;
  if ("stopped" in status) return `{WIFSTOPPED(s) && WSTOPSIG(s) == ${signal(status.stopped)}}`;
  return "{WIFCONTINUED(s)}";
}

export function capabilities(set: CapabilitySet): string {
  const names = [...set].map((one) => `1<<${CAPABILITY_NAMES[one]}`);
  return names.length === 0 ? "0" : names.join("|");
}

const CLONE_FLAGS: Readonly<Record<NamespaceKind, string>> = {
  time: "CLONE_NEWTIME",
  mnt: "CLONE_NEWNS",
  cgroup: "CLONE_NEWCGROUP",
  uts: "CLONE_NEWUTS",
  ipc: "CLONE_NEWIPC",
  user: "CLONE_NEWUSER",
  pid: "CLONE_NEWPID",
  net: "CLONE_NEWNET",
};

/** CLONE_NEW* in the order of their bits. */
export function namespaces(kinds: ReadonlySet<NamespaceKind>): readonly string[] {
  const order = Object.keys(CLONE_FLAGS) as NamespaceKind[];
  return order.filter((kind) => kinds.has(kind)).map((kind) => CLONE_FLAGS[kind]);
}

export function address(value: SocketAddress): string {
  if (value.family === "unix") return unixAddress(value);
  if (value.family === "inet") {
    return `{sa_family=AF_INET, sin_port=htons(${value.port}), sin_addr=inet_addr("${value.address}")}`;
  }
  return `{sa_family=AF_INET6, sin6_port=htons(${value.port}), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "${value.address}", &sin6_addr), sin6_scope_id=0}`;
}

function unixAddress({ path: name }: UnixAddress): string {
  if (name === "") return "{sa_family=AF_UNIX}";
  return `{sa_family=AF_UNIX, sun_path=${name.startsWith("\0") ? `@${path(name.slice(1))}` : path(name)}}`;
}

/** Bytes of a sockaddr. */
export function addressSize(value: SocketAddress): number {
  if (value.family !== "unix") return value.family === "inet" ? 16 : 28;
  const bytes = encode(value.path).length;
  return 2 + (value.path === "" || value.path.startsWith("\0") ? bytes : bytes + 1);
}

/** Anything else, as data. */
export function anything(value: unknown): string {
  if (typeof value === "string" || value instanceof Uint8Array) return data(value);
  if (Array.isArray(value)) return list(value, anything);
  if (typeof value !== "object" || value === null) return value === undefined ? "NULL" : String(value);
  return `{${Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => `${name}=${anything(field)}`)
    .join(", ")}}`;
}
