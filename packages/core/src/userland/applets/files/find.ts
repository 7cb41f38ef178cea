/** find: walk trees and act on what is found. @see find(1p) */
import { Errno, type Routine, type Stat, stat } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { AppletExit, attempt, type Io } from "../../io.ts";
import { evaluate, finishBatches } from "./find-expression.ts";
import { type FindFeatures, parseFind, type Search } from "./find-parse.ts";
import { type Visit, walkTree } from "./walk.ts";

export const find: Applet = (io) => search(io, { deletes: true });

/** The find of a build that was made without `-delete`. */
export const findWithoutDelete: Applet = (io) => search(io, { deletes: false });

function* search(io: Io, features: FindFeatures): Routine<number> {
  const words = io.argv.slice(1);
  const follows = leadingOptions(words);
  const paths: string[] = [];
  while (words[0] !== undefined && !words[0].startsWith("-") && words[0] !== "!" && words[0] !== "(") {
    paths.push(words.shift() ?? "");
  }
  if (paths.length === 0) paths.push(".");
  const found = yield* parseFind(io, words, { follows, features });
  if (found === undefined) return yield* showUsage(io);
  const devices = found.staysOnDevice ? yield* devicesOf(paths) : undefined;
  let code = 0;
  const visit = visitor(io, found, devices, () => code);
  for (const path of paths) {
    const done = yield* walkTree(io, path, {
      recurses: true,
      follows: found.follows,
      depthFirst: found.depthFirst,
      acceptsDangling: found.follows !== "none",
      file: visit,
      directory: visit,
    });
    if (!done) code = 1;
  }
  if (!(yield* finishBatches(io, found.expression))) code = 1;
  return code;
}

/** Takes -H, -L and -P, and a `--`, from the front of the words. */
function leadingOptions(words: string[]): Search["follows"] {
  let letters = "";
  for (let word = words[0]; word !== undefined; word = words[0]) {
    if (word !== "--" && !/^-[HLP]+$/.test(word)) break;
    words.shift();
    if (word === "--") break;
    letters += word;
  }
  return letters.includes("L") ? "all" : letters.includes("H") ? "operand" : "none";
}

function* devicesOf(paths: readonly string[]): Routine<ReadonlySet<number>> {
  const devices = new Set<number>();
  for (const path of paths) {
    const there = yield* attempt(stat(path));
    if (!(there instanceof Errno)) devices.add(there.dev);
  }
  return devices;
}

function visitor(io: Io, search: Search, devices: ReadonlySet<number> | undefined, codeNow: () => number) {
  return function* visit(path: string, file: Stat, depth: number): Routine<Visit> {
    const isElsewhere = file.type === "dir" && devices !== undefined && !devices.has(file.dev);
    if (depth < search.minDepth) return isElsewhere ? "skip" : "done";
    if (depth > search.maxDepth) return "skip";
    const verdict = yield* evaluate(io, search.expression, path, file);
    if (verdict.quits) throw new AppletExit(codeNow());
    if (verdict.holds && search.prints) yield* io.out.line(path);
    const stops = verdict.prunes || isElsewhere || (file.type === "dir" && depth === search.maxDepth);
    return stops ? "skip" : "done";
  };
}
