/** which: where a command is. @see which(1) */
import { access, Errno, type Routine, stat, X_OK } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { joinPath } from "./paths.ts";

/** Where commands are looked for if PATH is not set. */
const DEFAULT_PATH = "/sbin:/usr/sbin:/bin:/usr/bin";

export const which: Applet = function* (io) {
  const options = yield* getopt(io, "a");
  if (options.operands.length === 0) return yield* showUsage(io);
  const directories = (io.env.get("PATH") ?? DEFAULT_PATH).split(":");
  let code = 0;
  for (const name of options.operands) {
    const candidates = name.includes("/") ? [name] : directories.map((directory) => joinPath(directory, name));
    let found = false;
    for (const path of candidates) {
      if (!(yield* isExecutable(path))) continue;
      found = true;
      yield* io.out.line(path);
      if (!options.has("a")) break;
    }
    if (!found) code = 1;
  }
  return code;
};

function* isExecutable(path: string): Routine<boolean> {
  if ((yield* attempt(access(path, X_OK))) instanceof Errno) return false;
  const there = yield* attempt(stat(path));
  return !(there instanceof Errno) && there.type === "file";
}
