/**
 * The processes that /proc shows, for ps, top, pidof, killall and their friends.
 *
 * @see proc(5), proc_pid_stat(5)
 */
import { close, Errno, getdents, major, minor, open, type Routine, read, readlink, stat } from "../../../abi/index.ts";
import { basename, decode, latin1 } from "../../../lib/index.ts";
import { attempt, readText } from "../../io.ts";

/** One process, or one thread of it. */
export interface ProcessRow {
  readonly pid: number;
  /** Where its files are: `/proc/PID`, or `/proc/PID/task/TID`. */
  readonly directory: string;
  readonly comm: string;
  readonly state: string;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly ttyMajor: number;
  readonly ttyMinor: number;
  /** Clock ticks, 100 a second. */
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly startTicks: number;
  readonly nice: number;
  readonly vszKib: number;
  readonly rssKib: number;
  readonly lastCpu: number;
  /** Effective ids: those of the directory. */
  readonly uid: number;
  readonly gid: number;
}

const KIB_PER_PAGE = 4;
/** What is read of a file of a process at most. */
const PROC_BUFFER_SIZE = 1024;

/** The numbers of all processes, in the order of /proc. @throws Errno if there is no /proc */
export function* processIds(directory = "/proc"): Routine<readonly number[]> {
  const fd = yield* open(directory);
  const pids: number[] = [];
  for (let entries = yield* getdents(fd); entries.length > 0; entries = yield* getdents(fd)) {
    for (const { name } of entries) if (/^[0-9]+$/.test(name)) pids.push(Number(name));
  }
  yield* close(fd);
  return pids;
}

/** Rows of all processes; those that end meanwhile are left out. */
export function* processRows(threads = false): Routine<readonly ProcessRow[]> {
  const rows: ProcessRow[] = [];
  for (const pid of yield* processIds()) {
    const tasks = threads ? yield* attempt(processIds(`/proc/${pid}/task`)) : [pid];
    if (tasks instanceof Errno) continue;
    for (const task of tasks) {
      const row = yield* processRow(task, threads ? `/proc/${pid}/task/${task}` : `/proc/${pid}`);
      if (row !== undefined) rows.push(row);
    }
  }
  return rows;
}

export function* processRow(pid: number, directory = `/proc/${pid}`): Routine<ProcessRow | undefined> {
  const owner = yield* attempt(stat(directory));
  const text = yield* attempt(readText(`${directory}/stat`));
  if (owner instanceof Errno || text instanceof Errno) return undefined;
  const nameEnd = text.lastIndexOf(")");
  const fields = text.slice(nameEnd + 2).split(" ");
  // Fields are counted from 3, the state, as proc_pid_stat(5) does.
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  const tty = field(7);
  return {
    pid,
    directory,
    comm: text.slice(text.indexOf("(") + 1, nameEnd),
    state: fields[0] ?? "?",
    ppid: field(4),
    pgid: field(5),
    sid: field(6),
    ttyMajor: major(tty),
    ttyMinor: minor(tty),
    userTicks: field(14),
    systemTicks: field(15),
    nice: field(19),
    startTicks: field(22),
    vszKib: Math.floor(field(23) / 1024),
    rssKib: field(24) * KIB_PER_PAGE,
    lastCpu: field(39),
    uid: owner.uid,
    gid: owner.gid,
  };
}

/** The state as ps shows it: a letter, `W` without memory, `<` or `N` for the priority. */
export function stateText({ state, vszKib, nice }: ProcessRow): string {
  const swapped = vszKib === 0 && state !== "Z" ? "W" : " ";
  const priority = nice < 0 ? "<" : nice > 0 ? "N" : " ";
  return swapped === " " ? `${state}${priority} ` : `${state}${swapped}${priority}`;
}

/** The arguments of a process; none for a zombie or a kernel thread. */
export function* processArguments(pid: number, limit = PROC_BUFFER_SIZE): Routine<readonly string[]> {
  const bytes = yield* attempt(readStart(`/proc/${pid}/cmdline`, limit));
  if (bytes instanceof Errno || bytes.length === 0) return [];
  return decode(bytes).replace(/\0$/, "").split("\0");
}

/**
 * The command line in at most `limit` bytes: arguments with blanks between, `{comm}` before it if the program has
 * renamed itself, `[comm]` if there are none, and nothing if the process is gone.
 */
export function* commandLine(row: Pick<ProcessRow, "pid" | "comm">, limit: number): Routine<string> {
  const bytes = yield* attempt(readStart(`/proc/${row.pid}/cmdline`, limit));
  if (bytes instanceof Errno) return "";
  if (bytes.length === 0) return `[${row.comm}]`.slice(0, limit);
  const raw = latin1(bytes).replace(/\0+$/, "");
  const line = raw.replace(/\0/g, " ").replace(/[\x01-\x1f\x7f-\xff]/g, "?");
  const program = /^[^\0 ]*/.exec(raw)?.[0] ?? "";
  const base = program.slice(program.lastIndexOf("/") + 1).replace(/^-/, "");
  return base.startsWith(row.comm) ? line : `{${row.comm}} ${line}`.slice(0, limit);
}

/** The processes with a name, by their comm, their first argument or their executable. */
export function* processesByName(name: string): Routine<readonly number[]> {
  const found: number[] = [];
  for (const row of yield* processRows()) {
    const words = yield* processArguments(row.pid);
    const exe = yield* attempt(readlink(`/proc/${row.pid}/exe`));
    const path = exe instanceof Errno ? undefined : name.startsWith("/") ? exe : basename(exe);
    const isNamed = matchesComm(row.comm, words, name) || (words[0] !== undefined && lastPart(words[0]) === name);
    if (isNamed || path === name) found.push(row.pid);
  }
  return found;
}

/** A comm of fifteen characters may be cut: then the script's name, the second argument, must match. */
function matchesComm(comm: string, words: readonly string[], name: string): boolean {
  if (comm !== name.slice(0, 15)) return false;
  return comm.length < 15 || (words[1] !== undefined && lastPart(words[1]) === name);
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

function* readStart(path: string, limit: number): Routine<Uint8Array> {
  const fd = yield* open(path);
  try {
    return yield* read(fd, limit);
  } finally {
    yield* close(fd);
  }
}
