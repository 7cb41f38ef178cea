/**
 * vi: edit text on a screen.
 *
 * @see vi(1p), busybox: editors/vi.c
 */
import {
  Errno,
  getresuid,
  ioctl,
  isTermios,
  type Routine,
  SIGCONT,
  SIGWINCH,
  sigaction,
  stat,
  type WindowSize,
} from "../../../../abi/index.ts";
import type { Applet } from "../../../applet.ts";
import { getopt, showUsage } from "../../../getopt.ts";
import { attempt, type Io, readText } from "../../../io.ts";
import { Keys } from "../../../keys.ts";
import { runColon } from "./colon.ts";
import { Commands } from "./commands.ts";
import { Editor, type Session } from "./editor.ts";
import type { Size } from "./screen.ts";

const FEATURES = `These features are available:
	Pattern searches with / and ?
	Last command repeat with .
	Line marking with 'x
	Named buffers with "x
	Some colon mode commands with :
	Settable options with ":set"
	Signal catching- ^C
	Job suspend and resume with ^Z
	Adapt to window re-sizes
`;
const OTHER_SCREEN = "\x1b[?1049h";
const USUAL_SCREEN = "\x1b[?1049l";
/** As far right and down as one can go, and where is that? */
const ASK_SIZE = "\x1b[999;999H\x1b[6n";
const ANSWER_US = 100_000;
const USUAL_SIZE: Size = { rows: 24, columns: 80 };
/** Others may not have written what is done unasked. */
const WRITABLE_BY_OTHERS = 0o022;

export const vi: Applet = function* (io) {
  const options = yield* getopt(io, "c:HhR");
  if (options.has("H")) yield* io.out.write(FEATURES);
  if (options.has("H") || options.has("h")) return yield* showUsage(io);
  const session: Session = {
    registers: new Map(),
    options: { autoindent: false, expandtab: false, flash: false, ignorecase: false, showmatch: false },
    isReadOnly: options.has("R"),
    search: "/",
    sought: { character: "", key: "f" },
    files: options.operands,
    at: 0,
    tabStop: 8,
  };
  const keys = new Keys();
  const initial = yield* initialCommands(io);
  yield* io.out.write(OTHER_SCREEN);
  let commands = [...initial, ...options.values("c")];
  do {
    const editor = new Editor(io, session, keys, USUAL_SIZE);
    yield* editFile(editor, session.files[session.at], commands);
    commands = [];
    session.at++;
  } while (session.at < session.files.length);
  yield* io.out.write(USUAL_SCREEN);
  return 0;
};

/** From the environment, or else from a file of the user's. */
function* initialCommands(io: Io): Routine<readonly string[]> {
  const given = io.env.get("EXINIT");
  if (given !== undefined) return given.split("\n");
  const home = io.env.get("HOME") ?? "";
  const path = `${home}/.exrc`;
  const status = home === "" ? undefined : yield* attempt(stat(path));
  if (status === undefined || status instanceof Errno) return [];
  const { real } = yield* getresuid();
  if (status.uid !== real || (status.mode & WRITABLE_BY_OTHERS) !== 0) return [];
  const text = yield* attempt(readText(path));
  return text instanceof Errno ? [] : text.split("\n");
}

function* editFile(editor: Editor, file: string | undefined, commands: readonly string[]): Routine<void> {
  yield* editor.resumeModes();
  yield* takeSize(editor);
  yield* editor.open(file);
  let isResized = false;
  for (const signal of [SIGWINCH, SIGCONT]) {
    yield* sigaction(signal, function* () {
      isResized = true;
      if (signal === SIGCONT) yield* editor.resumeModes();
      yield* editor.screen.resize(
        (yield* windowSize()) ?? { rows: editor.screen.rows, columns: editor.screen.columns },
      );
      yield* editor.refresh();
      yield* editor.io.out.flush();
    });
  }
  for (const command of commands) yield* runColon(editor, command);
  yield* editor.redraw();
  const reader = new Commands(editor);
  while (editor.isEditing) {
    yield* reader.step();
    // As long as there are keys nobody looks.
    if (editor.isReplaying || (yield* editor.keys.hasMore())) continue;
    yield* editor.refresh(isResized);
    isResized = false;
    yield* editor.showStatus();
  }
  yield* editor.screen.clearBottom();
  yield* editor.suspendModes();
}

/** As the driver knows it, or else the terminal itself. */
function* takeSize(editor: Editor): Routine<void> {
  const known = yield* windowSize();
  if (known !== undefined) return editor.screen.setSize(known);
  yield* editor.screen.write(ASK_SIZE);
  yield* editor.io.out.flush();
  const answer = yield* editor.keys.next(ANSWER_US);
  if (answer !== undefined && typeof answer !== "string" && "row" in answer) {
    editor.screen.setSize({ rows: answer.row, columns: answer.column });
  }
}

function* windowSize(): Routine<Size | undefined> {
  const modes = yield* attempt(ioctl(0, "TCGETS"));
  const size = isTermios(modes) ? yield* attempt(ioctl(0, "TIOCGWINSZ")) : undefined;
  if (size === undefined || size instanceof Errno) return undefined;
  const { rows, columns } = size as WindowSize;
  return rows > 1 && columns > 1 ? { rows, columns } : undefined;
}
