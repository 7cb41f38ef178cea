/** sed: the stream editor. @see sed(1p) */
import type { Routine } from "../../../../abi/index.ts";
import { byteString, fromLatin1 } from "../../../../lib/index.ts";
import type { Applet } from "../../../applet.ts";
import { getopt, type Options } from "../../../getopt.ts";
import type { Io } from "../../../io.ts";
import { usage } from "../arguments.ts";
import { finish, LineReader, openInputOrDie } from "../lines.ts";
import { editInPlace } from "./in-place.ts";
import { SedInput } from "./input.ts";
import { Interpreter } from "./interpreter.ts";
import { type ByteSink, LineSink } from "./output.ts";
import { ScriptParser } from "./parse.ts";
import type { Script } from "./script.ts";

const LONG_OPTIONS = {
  "in-place": "i",
  "regexp-extended": "r",
  quiet: "n",
  silent: "n",
  expression: "e",
  file: "f",
};

export const sed: Applet = function* (io) {
  if (io.argv[1] === "--version") {
    yield* io.out.line("This is not GNU sed version 4.0");
    return 0;
  }
  const options = yield* getopt(io, "i::rEne:f:", LONG_OPTIONS);
  const files = [...options.operands];
  const script = yield* readScript(io, options, files);
  const input = new SedInput(io);
  const out = new LineSink(standardOutput(io));
  const interpreter = new Interpreter(io, script, input, out, { quiet: script.quiet || options.has("n") });
  let failed = false;
  if (options.has("i")) {
    if (files.length === 0) return yield* io.die("-i requires an argument");
    for (const file of files) {
      const found = yield* editInPlace(io, file, options.value("i") ?? "", (sink) => {
        input.add(byteString(file));
        return interpreter.process(sink);
      });
      failed ||= !found;
      resetRanges(script);
    }
  } else {
    if (files.length === 0) input.add("-");
    // Each "-" is worked off by itself; `q` then only ends that part.
    for (const file of files) {
      input.add(byteString(file));
      if (file === "-") yield* interpreter.process(out);
    }
  }
  yield* interpreter.process(out);
  yield* input.giveBack();
  for (const sink of [...script.sinks.values()].reverse()) yield* sink.bytes.flush();
  return failed || input.failed ? 1 : 0;
};

function* readScript(io: Io, options: Options, files: string[]): Routine<Script> {
  const parser = new ScriptParser(io, { extended: options.has("r") || options.has("E") });
  for (const text of options.values("e")) yield* parser.addBlock(byteString(text));
  for (const file of options.values("f")) {
    const fd = yield* openInputOrDie(io, file);
    const reader = new LineReader(fd);
    for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) yield* parser.addLine(line);
    yield* finish(fd, reader);
  }
  if (!options.has("e") && !options.has("f")) {
    const text = files.shift();
    if (text === undefined) return yield* usage(io);
    yield* parser.addBlock(byteString(text));
  }
  return yield* parser.finish();
}

/** Ranges that begin at a line number may begin again in the next file. */
function resetRanges(script: Script): void {
  for (const command of script.commands) {
    command.beginLine = command.givenBeginLine;
    command.endLine = command.givenEndLine;
  }
}

function standardOutput(io: Io): ByteSink {
  return {
    get error() {
      return io.out.error;
    },
    write: (bytes) => io.out.write(fromLatin1(bytes)),
    flush: () => io.out.flush(),
  };
}
