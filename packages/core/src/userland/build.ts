/** What busybox does in its own name: tell what it has, and link it. @see busybox: libbb/appletlib.c:busybox_main */
import { Errno, link, type Routine, readlink, symlink } from "../abi/index.ts";
import { placeOf } from "./install-places.ts";
import { attempt, type Io } from "./io.ts";
import { BANNER } from "./usage.data.ts";

const COPYRIGHT = `BusyBox is copyrighted by many authors between 1998-2015.
Licensed under GPLv2. See source distribution for detailed
copyright notices.`;

const FORMS = `Usage: busybox [function [arguments]...]
   or: busybox --list[-full]
   or: busybox --install [-s] [DIR]
   or: function [arguments]...`;

const STANDALONE = `The shell in this build
	is configured to run built-in utilities without $PATH search.
	You don't need to install a link to busybox for each utility.
	To run external program, use full path (/sbin/ip instead of ip).`;
const LINKED = `Most people will create a
	link to busybox for each function they wish to use and BusyBox
	will act like whatever it was invoked as.`;

/** A build as it shows itself. */
export interface Build {
  readonly names: readonly string[];
  /** Its shell runs its own applets rather than look for them. */
  readonly isStandalone: boolean;
}

/** Help of the multi-call program, for a terminal of the usual width. */
export function describeBuild({ names, isStandalone }: Build): string {
  const advice = isStandalone ? STANDALONE : LINKED;
  const purpose = `\tBusyBox is a multi-call binary that combines many common Unix\n\tutilities into a single executable.  ${advice}`;
  return `${BANNER}\n${COPYRIGHT}\n\n${FORMS}\n\n${purpose}\n\nCurrently defined functions:\n${columns(names)}\n`;
}

/** A comma never comes to stand in the last column. */
const WIDTH = 79;
/** As far as a tab is taken to go. */
const INDENT = 6;

function columns(names: readonly string[]): string {
  let text = "";
  let column = 0;
  for (const name of names) {
    const width = name.length + 2;
    const breaks = column >= WIDTH - width;
    if (column === 0 || breaks) {
      text += breaks ? ",\n\t" : "\t";
      column = INDENT;
    } else text += ", ";
    text += name;
    column += width;
  }
  return text;
}

/** Names, or with `--list-full` where they are installed. */
export function listBuild({ names }: Build, isFull: boolean): string {
  return names.map((name) => (isFull ? `${placeOf(name)}\n` : `${name}\n`)).join("");
}

/** `busybox --install [-s] [DIR]`: links to the running program, hard or symbolic; those that are there stay. */
export function* installBuild(io: Io, { names }: Build, operands: readonly string[]): Routine<void> {
  const isSymbolic = operands[0] === "-s";
  const directory = operands[isSymbolic ? 1 : 0];
  const program = yield* readlink("/proc/self/exe");
  const make = isSymbolic ? symlink : link;
  for (const name of names) {
    const path = directory === undefined ? `/${placeOf(name)}` : `${directory.replace(/\/$/, "")}/${name}`;
    const error = yield* attempt(make(program, path));
    if (error instanceof Errno && error.code !== "EEXIST") yield* io.perror(path, error);
  }
}
