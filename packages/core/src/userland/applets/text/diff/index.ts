/** diff: compare files line by line, and show the differences in the unified format. @see diff(1p) */
import { close, Errno, fstat, open, type Routine, type Stat, stat } from "../../../../abi/index.ts";
import { byteString, compareBytes } from "../../../../lib/index.ts";
import type { Applet } from "../../../applet.ts";
import { getopt, type Options } from "../../../getopt.ts";
import { attempt, type Io } from "../../../io.ts";
import { Memory } from "../../../memory.ts";
import { Rounds } from "../../../rounds.ts";
import { usage } from "../arguments.ts";
import { LineReader, put } from "../lines.ts";
import { join, listBelow } from "./directories.ts";
import { findHunks, formatHunk, isBlank } from "./hunks.ts";
import { textFile } from "./text-file.ts";

const LONG_OPTIONS = {
  "ignore-case": "i",
  "ignore-tab-expansion": "E",
  "ignore-space-change": "b",
  "ignore-all-space": "w",
  "ignore-blank-lines": "B",
  text: "a",
  unified: "U",
  label: "L",
  "show-c-function": "p",
  brief: "q",
  "expand-tabs": "t",
  "initial-tab": "T",
  recursive: "r",
  "new-file": "N",
  "report-identical-files": "s",
  "starting-file": "S",
  minimal: "d",
};
const CONTEXT = 3;
const NOTHING = "/dev/null";
const TROUBLE = 2;

/** What a line takes besides its text, with what is looked up about it. */
const LINE_BYTES = 96;
type Pair<T> = readonly [from: T, to: T];
type Verdict = "same" | "different" | "binary";

interface Task {
  readonly io: Io;
  readonly options: Options;
  readonly context: number;
  readonly labels: readonly string[];
  readonly memory: Memory;
  /** The exit code. */
  code: number;
}

export const diff: Applet = function* (io) {
  const options = yield* getopt(io, "abdiL:NqrsS:tTU:+wupBE", LONG_OPTIONS);
  const [from, to, excess] = options.operands;
  if (from === undefined || to === undefined || excess !== undefined) return yield* usage(io);
  const context = options.number("U") ?? CONTEXT;
  const labels = options.values("L").map(byteString);
  const task = { io, options, context, labels, memory: new Memory(), code: 0 };
  const statuses: Pair<Stat> = [yield* statusOf(task, from), yield* statusOf(task, to)];
  const directories = statuses.map(({ type }) => type === "dir");
  const readsStdin = [from, to].filter((file) => file === "-").length;
  if (readsStdin > 0 && directories.includes(true)) return yield* io.die("can't compare stdin to a directory");
  if (isSameFile(statuses)) return 0;
  if (directories[0] && directories[1]) yield* compareDirectories(task, [from, to]);
  else {
    const files: Pair<string> = [
      directories[0] ? yield* inDirectory(task, from, to) : from,
      directories[1] ? yield* inDirectory(task, to, from) : to,
    ];
    if (readsStdin > 1) yield* report(task, "same", files);
    else yield* compareFiles(task, files, files);
  }
  return task.code;
};

function* statusOf({ io, options }: Task, file: string): Routine<Stat> {
  if (file === "-") return yield* fstat(0);
  let status = yield* attempt(stat(file));
  if (status instanceof Errno && options.has("N")) status = yield* attempt(stat(NOTHING));
  if (status instanceof Errno) return yield* io.pdie(`can't stat '${file}'`, status, TROUBLE);
  return status;
}

function isSameFile([a, b]: Pair<Stat>): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.type === b.type && a.ctimeUs === b.ctimeUs;
}

/** The file of a directory that is called like `other`. */
function* inDirectory({ io }: Task, directory: string, other: string): Routine<string> {
  const path = join(directory, other.slice(other.lastIndexOf("/") + 1));
  const status = yield* attempt(stat(path));
  if (status instanceof Errno) return yield* io.pdie(`can't stat '${path}'`, status);
  return path;
}

/** Compares the contents of `paths`, which are called `names`. */
function* compareFiles(task: Task, paths: Pair<string>, names: Pair<string>): Routine<void> {
  const contents: string[] = [];
  for (const path of paths) {
    const content = yield* contentOf(task, path);
    // A file that cannot be read is as good as the other one.
    if (content === undefined) return yield* report(task, "same", names);
    contents.push(content);
  }
  const [from = "", to = ""] = contents;
  const lines = (yield* countLines(from)) + (yield* countLines(to));
  yield* task.memory.hold(2 * (from.length + to.length) + LINE_BYTES * lines);
  let verdict: Verdict = "same";
  if (from !== to) {
    if (!task.options.has("a") && isBinary(from, to)) verdict = "binary";
    else if (yield* showDifferences(task, [from, to], paths)) verdict = "different";
  }
  if (verdict !== "same") task.code = 1;
  yield* report(task, verdict, names);
}

function* countLines(content: string): Routine<number> {
  const rounds = new Rounds();
  let count = 1;
  for (let at = content.indexOf("\n"); at >= 0; at = content.indexOf("\n", at + 1)) {
    count++;
    if (rounds.isDue()) yield* rounds.pass();
  }
  return count;
}

/** A NUL makes binary, if it is where the other file is not over yet. */
function isBinary(from: string, to: string): boolean {
  const both = Math.min(from.length, to.length);
  return [from, to].some((content) => content.slice(0, both).includes("\0"));
}

function* contentOf({ io, options }: Task, path: string): Routine<string | undefined> {
  if (path === "-") return yield* new LineReader(0).rest();
  const fd = yield* attempt(open(path));
  if (fd instanceof Errno) {
    if (options.has("N")) return "";
    yield* io.perror(`can't open '${path}'`, fd);
    return undefined;
  }
  const content = yield* new LineReader(fd).rest();
  yield* close(fd);
  return content;
}

/** Prints the hunks; whether there were any. */
function* showDifferences(task: Task, contents: Pair<string>, paths: Pair<string>): Routine<boolean> {
  const { io, options, context, labels } = task;
  const comparison = {
    ignoreCase: options.has("i"),
    ignoreSpaceChange: options.has("b"),
    ignoreSpace: options.has("w"),
  };
  const from = textFile(contents[0], comparison);
  const to = textFile(contents[1], comparison);
  const hunks = yield* findHunks(from, to, { context, thorough: options.has("d") });
  const shown = options.has("B") ? hunks.filter((hunk) => !isBlank(hunk, from, to)) : hunks;
  if (shown.length === 0) return false;
  if (options.has("q")) return true;
  const name = (at: 0 | 1): string =>
    labels[at === 1 && labels.length > 1 ? labels.length - 1 : at] ?? byteString(paths[at]);
  yield* put(io, `--- ${name(0)}\n+++ ${name(1)}\n`);
  const appearance = { context, expandTabs: options.has("t"), initialTab: options.has("T") };
  for (const hunk of shown) yield* put(io, formatHunk(hunk, from, to, appearance));
  return true;
}

function* report({ io, options }: Task, verdict: Verdict, [from, to]: Pair<string>): Routine<void> {
  if (verdict === "same") {
    if (options.has("s")) yield* io.out.line(`Files ${from} and ${to} are identical`);
  } else if (options.has("q") || verdict === "binary") yield* io.out.line(`Files ${from} and ${to} differ`);
}

function* compareDirectories(task: Task, roots: Pair<string>): Routine<void> {
  const { io, options } = task;
  const absentAsEmpty = options.has("N");
  const start = options.value("S");
  const lists: string[][] = [];
  for (const [i, root] of roots.entries()) {
    const other = absentAsEmpty ? undefined : roots[i === 0 ? 1 : 0];
    const { names, leftOut } = yield* listBelow(io, root, { recurse: options.has("r"), other });
    if (leftOut) task.code = 1;
    lists.push(names.filter((name) => start === undefined || compareBytes(name, start) >= 0));
  }
  const [left = [], right = []] = lists;
  for (let i = 0, j = 0; i < left.length || j < right.length; ) {
    const [a, b] = [left[i], right[j]];
    const order = a === undefined ? 1 : b === undefined ? -1 : compareBytes(a, b);
    if (order <= 0) i++;
    if (order >= 0) j++;
    const name = (order <= 0 ? a : b) ?? "";
    if (order !== 0 && !absentAsEmpty) {
      yield* io.out.line(`Only in ${roots[order < 0 ? 0 : 1]}: ${name}`);
      task.code = 1;
    } else yield* compareEntries(task, [join(roots[0], name), join(roots[1], name)], order);
  }
}

/** Compares what is called the same in two directories; `order` tells which of them has it. */
function* compareEntries(task: Task, names: Pair<string>, order: number): Routine<void> {
  const { io } = task;
  const paths: Pair<string> = [order <= 0 ? names[0] : NOTHING, order >= 0 ? names[1] : NOTHING];
  const present = order <= 0 ? names[0] : names[1];
  const types: string[] = [];
  for (const name of order === 0 ? names : [present, present]) {
    const status = yield* attempt(stat(name));
    types.push(status instanceof Errno ? "absent" : status.type);
  }
  const irregular = types.findIndex((type) => type !== "file" && type !== "dir");
  const called = (type: string | undefined): string => (type === "dir" ? "directory" : "regular file");
  if (types[0] === "dir" && types[1] === "dir") {
    yield* io.out.line(`Common subdirectories: ${names[0]} and ${names[1]}`);
  } else if (irregular >= 0) {
    yield* io.out.line(`File ${names[irregular]} is not a regular file or directory and was skipped`);
  } else if (types[0] !== types[1]) {
    yield* io.out.line(`File ${names[0]} is a ${called(types[0])} while file ${names[1]} is a ${called(types[1])}`);
  } else yield* compareFiles(task, paths, names);
}
