/** Built-ins that say where to go on: break, continue, return, exit, eval, exec, `.`. */
import { Errno, type Routine, SIGQUIT, stat } from "../../../abi/index.ts";
import { fromByteString } from "../../../lib/index.ts";
import { attempt } from "../../io.ts";
import { type Call, special } from "../builtin.ts";
import { ShellError } from "../errors.ts";
import { pathOf } from "../find-command.ts";
import { updateJobControl } from "../job-control.ts";
import { launch } from "../launch.ts";
import { withOption } from "../options.ts";
import { runFile } from "../script.ts";
import { type Shell, TESTED } from "../shell.ts";
import { setSignal } from "../signals.ts";
import { readNumber, readOptions } from "./options.ts";

function leaveLoops(kind: "break" | "continue") {
  return special(function* (shell, { argv }): Routine<number> {
    const count = argv[1] === undefined ? 1 : readNumber(argv[1]);
    if (count === 0) throw new ShellError(`Illegal number: ${argv[1]}`);
    if (shell.loopDepth > 0) {
      shell.skip = kind;
      shell.skipCount = Math.min(count, shell.loopDepth);
    }
    return 0;
  });
}

export const breakBuiltin = leaveLoops("break");
export const continueBuiltin = leaveLoops("continue");

export const returnBuiltin = special(function* (shell, { argv }): Routine<number> {
  const status = argv[1] === undefined ? shell.status : readNumber(argv[1]) & 0xff;
  shell.skip = argv[1] === undefined ? "return-plain" : "return";
  return status;
});

export const exit = special(function* (shell, { argv }): Routine<number> {
  if (yield* hasStoppedJobs(shell)) return 0;
  if (argv[1] !== undefined) shell.savedStatus = readNumber(argv[1]) & 0xff;
  return shell.leave("exit");
});

function* hasStoppedJobs(shell: Shell): Routine<boolean> {
  if (!shell.has("interactive") || shell.warnedOfJobs) return false;
  if (shell.jobs.all[0]?.state !== "stopped") return false;
  yield* shell.printError("You have stopped jobs.\n");
  shell.warnedOfJobs = true;
  return true;
}

export const evalBuiltin = special(function* (shell, { argv, flags }): Routine<number> {
  return argv.length < 2 ? 0 : yield* shell.engine.evaluate(shell, argv.slice(1).join(" "), flags & TESTED);
});

export const exec = special(function* (shell, { argv }): Routine<number> {
  const { given, operands } = readOptions(argv, "a:");
  const [file] = operands;
  if (file === undefined) return 0;
  shell.setOptions(withOption(withOption(shell.options, "interactive", false), "monitor", false));
  yield* updateJobControl(shell);
  yield* setSignal(shell, SIGQUIT);
  const zero = given[given.length - 1]?.[1] ?? file;
  const path = shell.variables.get("PATH") ?? "";
  return yield* launch(shell, { file, argv: [zero, ...operands.slice(1)], path, index: 0, inPlace: true });
});

export const dot = special(runScript);

function* runScript(shell: Shell, { argv }: Call): Routine<number> {
  const { operands } = readOptions(argv, "");
  const [name, ...parameters] = operands;
  if (name === undefined) return 2;
  const path = yield* findScript(shell, name);
  const saved = { parameters: shell.parameters, getopts: shell.getopts };
  if (parameters.length > 0) shell.setParameters(parameters);
  try {
    const status = yield* runFile(shell, path);
    if (shell.skip === "return" || shell.skip === "return-plain") shell.skip = undefined;
    return status;
  } finally {
    if (parameters.length > 0) {
      shell.parameters = saved.parameters;
      shell.getopts = saved.getopts;
    }
  }
}

/** A name without a slash is looked for in PATH. @throws ShellError */
function* findScript(shell: Shell, name: string): Routine<string> {
  if (name.includes("/")) return name;
  const path = shell.variables.get("PATH") ?? "";
  for (const index of path.split(":").keys()) {
    const candidate = pathOf(name, path, index);
    const found = yield* attempt(stat(fromByteString(candidate)));
    if (!(found instanceof Errno) && found.type === "file") return candidate;
  }
  throw new ShellError(`${name}: not found`);
}
