/** mktemp: make a temporary file or directory and say its name. @see mktemp(1) */
import { close, Errno, mkdir, O_CREAT, O_EXCL, O_RDWR, open, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { joinPath } from "./paths.ts";
import { mustNotExist, withTemporaryName } from "./temporary-name.ts";

const LONGS = { directory: "d", quiet: "q", "dry-run": "u", tmpdir: "tmpdir::" };

export const mktemp: Applet = function* (io) {
  const options = yield* getopt(io, "dqtp:u", LONGS);
  if (options.operands.length > 1) return yield* showUsage(io);
  const [given] = options.operands;
  const inBase = given === undefined || ["t", "p", "tmpdir"].some((name) => options.has(name));
  const template = given ?? "tmp.XXXXXX";
  const make = options.has("u") ? mustNotExist : options.has("d") ? makeDirectory : makeFile;
  const base = options.given.findLast(([name, value]) => name === "p" || (name === "tmpdir" && value !== ""))?.[1];
  const path = inBase && base !== "" ? joinPath(base ?? defaultBase(io), template) : template;
  const made = yield* attempt(withTemporaryName(path, make));
  if (made instanceof Errno) {
    // The message names the template, which the failing call has emptied by then.
    if (!options.has("q")) yield* io.perror("", made);
    return 1;
  }
  yield* io.out.line(made);
  return 0;
};

function defaultBase(io: Io): string {
  return io.env.get("TMPDIR") || "/tmp";
}

function* makeFile(path: string): Routine<void> {
  yield* close(yield* open(path, O_RDWR | O_CREAT | O_EXCL, 0o600));
}

function* makeDirectory(path: string): Routine<void> {
  yield* mkdir(path, 0o700);
}
