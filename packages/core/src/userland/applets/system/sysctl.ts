/** sysctl: read and set kernel parameters in /proc/sys. @see sysctl(8) */
import {
  access,
  chdir,
  close,
  Errno,
  F_OK,
  fchdir,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  open,
  type Routine,
  stat,
} from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { namesIn } from "../../directory.ts";
import { getopt, type Options } from "../../getopt.ts";
import { attempt, type Io, readText, writeAll } from "../../io.ts";

const ROOT = "/proc/sys";
const DEFAULT_FILE = "/etc/sysctl.conf";

export const sysctl: Applet = function* (io) {
  const options = yield* getopt(io, "+neAapwq");
  if (options.has("p")) return yield* applyFiles(io, options);
  yield* chdir(ROOT);
  if (options.has("a") || options.has("A")) return yield* act(io, options, ".");
  let code = 0;
  for (const word of options.operands) code |= yield* act(io, options, yield* toPath(word));
  return code;
};

/** Sets what files say; unlike other errors those of files do not count. */
function* applyFiles(io: Io, options: Options): Routine<number> {
  const home = yield* open(".");
  for (const file of options.operands.length === 0 ? [DEFAULT_FILE] : options.operands) {
    const text = yield* attempt(readText(file));
    if (text instanceof Errno) {
      yield* io.perror(file, text);
      continue;
    }
    yield* chdir(ROOT);
    for (const line of text.split("\n")) {
      const [, key, value = ""] = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (key !== undefined) yield* actOn(io, options, `${yield* toPath(key)}=${value}`, true);
    }
    yield* fchdir(home);
  }
  yield* close(home);
  return 0;
}

/** A directory stands for everything in it. */
function* act(io: Io, options: Options, path: string): Routine<number> {
  const found = options.has("w") || path.includes("=") ? new Errno("ENOENT") : yield* attempt(stat(path));
  if (found instanceof Errno || found.type !== "dir") return yield* actOn(io, options, path, options.has("w"));
  const names = yield* attempt(namesIn(path));
  if (names instanceof Errno) return 1;
  let code = 0;
  for (const name of names) code |= yield* act(io, options, path === "." ? name : `${path.replace(/\/$/, "")}/${name}`);
  return code;
}

function* actOn(io: Io, options: Options, setting: string, mustSet: boolean): Routine<number> {
  const equals = setting.indexOf("=");
  const path = equals < 0 ? setting : setting.slice(0, equals);
  const key = path.replace(/[./]/g, (char) => (char === "." ? "/" : "."));
  if (equals < 0 && mustSet) {
    yield* io.warn(`error: '${key}' must be of the form name=value`);
    return 1;
  }
  if (equals === 0) {
    yield* io.warn(`error: malformed setting '${setting}'`);
    return 1;
  }
  return equals < 0
    ? yield* show(io, options, path, key)
    : yield* set(io, options, path, key, setting.slice(equals + 1));
}

function* show(io: Io, options: Options, path: string, key: string): Routine<number> {
  const text = yield* attempt(readText(path));
  if (text instanceof Errno) return text.code === "EACCES" ? 0 : yield* complain(io, options, "read", key, text);
  const lines = text.endsWith("\n") ? text.slice(0, -1).split("\n") : text.split("\n");
  for (const line of text === "" ? [] : lines) yield* io.out.line(options.has("n") ? line : `${key} = ${line}`);
  return 0;
}

function* set(io: Io, options: Options, path: string, key: string, value: string): Routine<number> {
  const fd = yield* attempt(open(path, O_WRONLY | O_CREAT | O_TRUNC));
  if (fd instanceof Errno) return yield* complain(io, options, "sett", key, fd);
  const error = yield* attempt(writeAll(fd, encode(value)));
  if (error instanceof Errno) return yield* io.pdie("write error", error);
  yield* close(fd);
  if (!options.has("q")) yield* io.out.line(options.has("n") ? value : `${key} = ${value}`);
  return 0;
}

function* complain(io: Io, options: Options, verb: "read" | "sett", key: string, error: Errno): Routine<number> {
  if (error.code !== "ENOENT") yield* io.perror(`error ${verb}ing key '${key}'`, error);
  else if (!options.has("e")) yield* io.warn(`error: '${key}' is an unknown key`);
  return 1;
}

/**
 * The path below /proc/sys that a key means. Dots and slashes change places if a dot comes before the first slash;
 * else as few dots become slashes as lead to an existing file, for names have dots too.
 */
function* toPath(setting: string): Routine<string> {
  const equals = setting.indexOf("=");
  const name = equals < 0 ? setting : setting.slice(0, equals);
  const value = equals < 0 ? "" : setting.slice(equals);
  const slash = name.indexOf("/");
  const dot = name.indexOf(".");
  if (slash >= 0 && dot >= 0 && dot < slash) {
    return name.replace(/[./]/g, (char) => (char === "." ? "/" : ".")) + value;
  }
  let path = name;
  for (let start = 0; ; ) {
    const end = yield* longestExisting(path, start);
    if (end === undefined || end >= path.length) return path + value;
    path = `${path.slice(0, end)}/${path.slice(end + 1)}`;
    start = end + 1;
  }
}

/** Where the longest prefix that exists ends: at a dot behind `start`, or at the end. */
function* longestExisting(path: string, start: number): Routine<number | undefined> {
  for (let end = path.length; end >= start; end--) {
    if (end < path.length && path[end] !== ".") continue;
    if (!((yield* attempt(access(path.slice(0, end), F_OK))) instanceof Errno)) return end;
  }
  return undefined;
}
