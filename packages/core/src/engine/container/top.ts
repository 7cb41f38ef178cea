/**
 * What `ps` on the machine would show of a container's processes.
 *
 * @see moby daemon/top_unix.go, ps(1)
 */
import type { Process } from "../../kernel/index.ts";
import { ownValue, StatusError } from "../../lib/index.ts";
import { type Container, checkRunning } from "./container.ts";

type Column = readonly [title: string, value: (process: Process, nowUs: number) => string];

const USERS: Readonly<Record<number, string>> = { 0: "root", 1: "daemon", 2: "bin", 33: "www-data", 65534: "nobody" };
const userOf = ({ creds }: Process): string => USERS[creds.effectiveUid] ?? String(creds.effectiveUid);

/** CPU time as hours, minutes and seconds. */
function cpuTime({ cpuUs }: Process): string {
  const seconds = Math.floor(cpuUs / 1e6);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** When it was started: the time of day. */
function startTime({ startUs }: Process): string {
  const minutes = Math.floor(startUs / 60e6) % 1440;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const command = ({ argv, name }: Process): string => (argv.length === 0 ? `[${name}]` : argv.join(" "));

const COLUMNS: Readonly<Record<string, Column>> = {
  uid: ["UID", userOf],
  user: ["USER", userOf],
  pid: ["PID", ({ pid }) => String(pid)],
  ppid: ["PPID", ({ parent }) => String(parent?.pid ?? 0)],
  c: ["C", () => "0"],
  stime: ["STIME", startTime],
  start: ["START", startTime],
  tty: ["TTY", () => "?"],
  time: ["TIME", cpuTime],
  cmd: ["CMD", command],
  args: ["COMMAND", command],
  command: ["COMMAND", command],
  comm: ["COMMAND", ({ name }) => name],
  "%cpu": ["%CPU", () => "0.0"],
  "%mem": ["%MEM", () => "0.0"],
  vsz: ["VSZ", ({ memoryBytes }) => String(Math.ceil(memoryBytes / 1024))],
  rss: ["RSS", ({ memoryBytes }) => String(Math.ceil(memoryBytes / 1024))],
  stat: ["STAT", ({ state }) => (state === "running" ? "S" : state === "stopped" ? "T" : "Z")],
};

const FULL = ["uid", "pid", "ppid", "c", "stime", "tty", "time", "cmd"];
const BSD = ["user", "pid", "%cpu", "%mem", "vsz", "rss", "tty", "stat", "start", "time", "command"];
const SHORT = ["pid", "tty", "time", "cmd"];

/** A table of a running container's processes. @throws StatusError conflict if it does not run */
export function topTable(container: Container, nowUs: number, options: string) {
  checkRunning(container);
  const columns = columnsOf(options || "-ef");
  return {
    Titles: columns.map(([title]) => title),
    Processes: processesOf(container).map((process) => columns.map(([, value]) => value(process, nowUs))),
  };
}

/** The live processes of a container, in the order of their pids. */
export function processesOf({ oci }: Container): readonly Process[] {
  return oci === undefined ? [] : [...oci.cgroup.processes].sort((a, b) => a.pid - b.pid);
}

/** @throws StatusError invalid-argument without a pid, internal for a column that there is not */
function columnsOf(argument: string): readonly Column[] {
  const [, listed] = /^-?[a-zA-Z]*o\s*(.+)$/.exec(argument.trim()) ?? [];
  const names = listed === undefined ? standardColumns(argument) : listed.split(/[\s,]+/);
  const columns = names.map((name) => {
    const column = ownValue(COLUMNS, name.toLowerCase());
    if (column === undefined) {
      throw new StatusError("internal", `ps: error: unknown user-defined format specifier "${name}"`);
    }
    return column;
  });
  if (!columns.some(([title]) => title === "PID"))
    throw new StatusError("invalid-argument", "Couldn't find PID field in ps output");
  return columns;
}

function standardColumns(argument: string): readonly string[] {
  const letters = argument.replace(/[\s-]/g, "");
  if (letters.includes("u") && !argument.startsWith("-")) return BSD;
  return letters.includes("f") ? FULL : SHORT;
}
