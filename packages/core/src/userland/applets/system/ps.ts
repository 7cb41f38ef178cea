/** ps: the processes. @see ps(1p) */
import { Errno, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io, isatty, readText } from "../../io.ts";
import { Names } from "../../passwd.ts";
import { compactSize } from "./compact-size.ts";
import { commandLine, type ProcessRow, processRows, stateText } from "./process-table.ts";
import { terminalSize } from "./terminal-size.ts";

/** No line is longer. */
const MAX_WIDTH = 2048;
const DEFAULT_COLUMNS = "pid,user,args";

interface Column {
  readonly width: number;
  readonly header: string;
  /** The field in at most `width` characters. */
  readonly show: (row: ProcessRow, names: Names, width: number) => Routine<string>;
}

/** A column whose text needs no system call. */
const plain = (text: (row: ProcessRow, width: number) => string): Column["show"] =>
  function* (row, _names, width) {
    return text(row, width);
  };

/** A number at the right of its column. */
const number = (of: (row: ProcessRow) => number): Column["show"] =>
  plain((row, width) => String(of(row)).padStart(width));

const COLUMNS: Readonly<Record<string, Column>> = {
  user: { width: 8, header: "USER", show: (row, names) => userName(names, row.uid) },
  group: { width: 8, header: "GROUP", show: (row, names) => groupName(names, row.gid) },
  comm: { width: 16, header: "COMMAND", show: plain((row) => row.comm) },
  args: { width: MAX_WIDTH, header: "COMMAND", show: (row, _names, width) => commandLine(row, width) },
  pid: { width: 5, header: "PID", show: number((row) => row.pid) },
  ppid: { width: 5, header: "PPID", show: number((row) => row.ppid) },
  pgid: { width: 5, header: "PGID", show: number((row) => row.pgid) },
  nice: { width: 5, header: "NI", show: number((row) => row.nice) },
  rgroup: { width: 8, header: "RGROUP", show: (row, names) => realId(row, names, "Gid") },
  ruser: { width: 8, header: "RUSER", show: (row, names) => realId(row, names, "Uid") },
  tty: { width: 6, header: "TT", show: plain((row) => (row.ttyMajor === 0 ? "?" : `${row.ttyMajor},${row.ttyMinor}`)) },
  vsz: { width: 4, header: "VSZ", show: plain((row) => compactSize(row.vszKib, 4, " mgtpezy")) },
  sid: { width: 5, header: "SID", show: number((row) => row.sid) },
  stat: { width: 4, header: "STAT", show: plain(stateText) },
  rss: { width: 4, header: "RSS", show: plain((row) => compactSize(row.rssKib, 4, " mgtpezy")) },
};

export const ps: Applet = function* (io) {
  const options = yield* getopt(io, "Zo:aAdeflT");
  const lists = options.values("o");
  const asked: Column[] = [];
  for (const list of lists.length === 0 ? [DEFAULT_COLUMNS] : lists) asked.push(...(yield* parseColumns(io, list)));
  const lineWidth = yield* lineWidthFor(io);
  const columns = fitting(asked, lineWidth);
  if (columns.some(({ header }) => header !== "")) {
    yield* io.out.line(
      layOut(
        columns,
        columns.map(({ header }) => header),
      ).slice(0, lineWidth),
    );
  }
  const names = new Names(io);
  for (const row of yield* processRows(options.has("T"))) {
    const fields: string[] = [];
    for (const { show, width } of columns) fields.push((yield* show(row, names, width)).slice(0, width) || "-");
    yield* io.out.line(layOut(columns, fields).slice(0, lineWidth));
  }
  return 0;
};

/** `name,name=HEADER`: a header takes the rest up to the next comma. */
function* parseColumns(io: Io, list: string): Routine<readonly Column[]> {
  const columns: Column[] = [];
  for (const part of list.split(",")) {
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    const column = COLUMNS[Object.keys(COLUMNS).find((known) => known.slice(0, 6) === name.slice(0, 6)) ?? ""];
    if (column === undefined) {
      const known = Object.keys(COLUMNS).join(",");
      return yield* io.die(`bad -o argument '${name}', supported arguments: ${known}`);
    }
    if (equals < 0) columns.push(column);
    else {
      const header = part.slice(equals + 1);
      columns.push({ ...column, header, width: header === "" ? column.width : header.length });
    }
  }
  return columns;
}

/** Columns behind the one that reaches the end of the line are not shown. */
function fitting(columns: readonly Column[], lineWidth: number): readonly Column[] {
  let width = 0;
  const last = columns.findIndex((column) => {
    width += column.width + 1;
    return width > lineWidth;
  });
  return last < 0 ? columns : columns.slice(0, last + 1);
}

/** All but the last field are padded. */
function layOut(columns: readonly Column[], fields: readonly string[]): string {
  return fields
    .map((field, index) => (index === fields.length - 1 ? field : field.padEnd(columns[index]?.width ?? 0)))
    .join(" ");
}

function* userName(names: Names, uid: number): Routine<string> {
  return (yield* names.user(uid)) ?? String(uid);
}

function* groupName(names: Names, gid: number): Routine<string> {
  return (yield* names.group(gid)) ?? String(gid);
}

/** The first number of a line of /proc/PID/status. */
function* realId(row: ProcessRow, names: Names, field: "Uid" | "Gid"): Routine<string> {
  const text = yield* attempt(readText(`${row.directory}/status`));
  const [, digits = "0"] = text instanceof Errno ? [] : (new RegExp(`^${field}:\\s*(\\d+)`, "m").exec(text) ?? []);
  return field === "Uid" ? yield* userName(names, Number(digits)) : yield* groupName(names, Number(digits));
}

function* lineWidthFor(io: Io): Routine<number> {
  if (!(yield* isatty(1))) return MAX_WIDTH;
  return Math.min(MAX_WIDTH, (yield* terminalSize(0, io.env)).columns - 1);
}
