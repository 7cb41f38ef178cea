/** modinfo: what kernel modules say of themselves. @see modinfo(8) */
import { type Routine, uname } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { readTextOrDie } from "../../or-die.ts";
import { Pattern } from "../files/fnmatch.ts";
import { moduleFields, moduleName } from "./module-file.ts";

const MODULES = "/lib/modules";
/** What is shown without an option, in this order; the first letters have one of their own. */
const FIELDS = [
  ["n", "filename"],
  ["a", "author"],
  ["d", "description"],
  ["l", "license"],
  ["p", "parm"],
  ["", "version"],
  ["", "alias"],
  ["", "srcversion"],
  ["", "depends"],
  ["", "uts_release"],
  ["", "intree"],
  ["", "vermagic"],
  ["", "firmware"],
] as const;
const WIDTH = 16;

export const modinfo: Applet = function* (io) {
  const options = yield* getopt(io, "0F:nadlp");
  const wanted = [...options.operands];
  if (wanted.length === 0) return yield* showUsage(io);
  const home = `${MODULES}/${(yield* uname()).release}`;
  const known = yield* readTextOrDie(io, `${home}/modules.dep`);
  for (const line of known.split("\n")) {
    const path = /^([^\s:#]+):/.exec(line)?.[1];
    if (path === undefined) continue;
    for (const [at, pattern] of wanted.entries()) {
      if (pattern === "" || !new Pattern(pattern, { ignoreCase: false }).matches(moduleName(path))) continue;
      yield* show(io, options, home, path);
      wanted[at] = "";
    }
  }
  for (const path of wanted) if (path !== "") yield* show(io, options, home, path);
  return 0;
};

function* show(io: Io, options: Options, home: string, path: string): Routine<void> {
  const full = path.startsWith("/") ? path : `${home}/${path}`;
  const fields = yield* moduleFields(full);
  if (fields === undefined) {
    if (full !== path) yield* io.warn(`module '${full}' not found`);
    return;
  }
  const letters = new Set(options.given.map(([letter]) => letter).filter((letter) => letter !== "0"));
  const asked = options.value("F");
  const shown = FIELDS.filter(([letter]) => letters.size === 0 || letters.has(letter));
  const names = [...(asked === undefined ? [] : [asked]), ...shown.map(([, name]): string => name)];
  for (const name of names) {
    const values = name === "filename" ? [full] : fields.flatMap(([key, value]) => (key === name ? [value] : []));
    for (const value of values) {
      const head = letters.size === 0 || letters.size > 1 ? `${name}:`.padEnd(WIDTH) : "";
      yield* io.out.write(`${head}${value}${options.has("0") ? "\0" : "\n"}`);
    }
  }
}
