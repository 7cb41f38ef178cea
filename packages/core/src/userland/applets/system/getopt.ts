/**
 * getopt: parse the options of shell scripts.
 *
 * @see getopt(1), getopt(3)
 */
import type { Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { type Options, getopt as parseOwn } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { type Arity, parseWords } from "./getopt-parser.ts";

const LONG_OPTIONS = {
  options: "o",
  longoptions: "l",
  quiet: "q",
  "quiet-output": "Q",
  shell: "s",
  test: "T",
  unquoted: "u",
  alternative: "a",
  name: "n",
};
const TEST_CODE = 4;

export const getopt: Applet = function* (io) {
  const isCompatible = io.env.has("GETOPT_COMPATIBLE");
  const first = io.argv[1];
  if (first === undefined) {
    if (isCompatible) {
      yield* io.out.write(" --\n");
      return 0;
    }
    return yield* io.die("missing optstring argument");
  }
  if (!first.startsWith("-") || isCompatible) {
    const optstring = first.replace(/^[-+]+/, "");
    return yield* answer(io, io.argv.slice(2), { ...PLAIN, name: io.name, optstring });
  }
  const options = yield* parseOwn(io, "+o:n:qQs:Tual:", LONG_OPTIONS);
  if (options.has("T")) return isCompatible ? 0 : TEST_CODE;
  const words = [...options.operands];
  const optstring = options.value("o") ?? words.shift();
  if (optstring === undefined) return yield* io.die("missing optstring argument");
  const longs = yield* longOptions(io, options.values("l"));
  return yield* answer(io, words, {
    name: options.value("n") ?? io.name,
    optstring,
    longs,
    alternative: options.has("a"),
    quietErrors: options.has("q"),
    quietOutput: options.has("Q"),
    quote: yield* quoting(io, options),
  });
};

interface Request {
  readonly name: string;
  readonly optstring: string;
  readonly longs: ReadonlyMap<string, Arity>;
  /** Long options may begin with a single dash. */
  readonly alternative: boolean;
  readonly quietErrors: boolean;
  readonly quietOutput: boolean;
  readonly quote: (text: string) => string;
}

const PLAIN: Omit<Request, "name" | "optstring"> = {
  longs: new Map(),
  alternative: false,
  quietErrors: false,
  quietOutput: false,
  quote: (text) => text,
};

function* answer(io: Io, words: readonly string[], request: Request): Routine<number> {
  const { optstring, longs, alternative, quote } = request;
  const { items, operands } = parseWords(words, { optstring, longs, alternative });
  let code = 0;
  let line = "";
  for (const item of items) {
    if (item.kind === "error") {
      code = 1;
      if (!request.quietErrors) yield* io.err.write(`${request.name}: ${item.message}\n`);
    } else if (item.kind === "operand") line += ` ${quote(item.text)}`;
    else line += item.value === undefined ? ` ${item.option}` : ` ${item.option} ${quote(item.value)}`;
  }
  line += ` --${operands.map((operand) => ` ${quote(operand)}`).join("")}`;
  if (!request.quietOutput) yield* io.out.line(line);
  return code;
}

/** `name`, `name:` and `name::`, separated by commas or blanks. */
function* longOptions(io: Io, lists: readonly string[]): Routine<ReadonlyMap<string, Arity>> {
  const longs = new Map<string, Arity>();
  for (const word of lists.flatMap((list) => list.split(/[, \t\n]+/))) {
    if (word === "") continue;
    const name = word.replace(/:{1,2}$/, "");
    if (name === "") return yield* io.die("empty long option specified");
    const colons = word.length - name.length;
    longs.set(name, colons === 0 ? "none" : colons === 1 ? "required" : "optional");
  }
  return longs;
}

function* quoting(io: Io, options: Options): Routine<(text: string) => string> {
  if (options.has("u")) return PLAIN.quote;
  const shell = options.value("s") ?? "sh";
  const isTcsh = shell === "tcsh" || shell === "csh";
  if (!isTcsh && shell !== "sh" && shell !== "bash") yield* io.warn(`unknown shell '${shell}', assuming bash`);
  if (!isTcsh) return (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = (char: string): string => (char === "\n" ? "\\n" : `'\\${char}'`);
  return (text) => `'${text.replace(/['!\s]/g, escaped)}'`;
}
