/** set, shift, getopts: options and parameters. @see set(1p), shift(1p), getopts(1p) */
import type { Routine } from "../../../abi/index.ts";
import { regular, special } from "../builtin.ts";
import { ShellError } from "../errors.ts";
import { updateJobControl } from "../job-control.ts";
import { print } from "../print.ts";
import { applyOptions } from "../set-options.ts";
import type { Shell } from "../shell.ts";
import { quote } from "../trace.ts";
import { readNumber } from "./options.ts";

export const set = special(function* (shell, { argv, out }): Routine<number> {
  if (argv.length === 1) {
    for (const [name, { value }] of shell.variables.listed()) yield* print(out, `${name}=${quote(value)}\n`);
    return 0;
  }
  const rest = yield* applyOptions(shell, argv.slice(1), out);
  if (rest === undefined) return 1;
  yield* updateJobControl(shell);
  if (rest.length > 0) shell.setParameters(rest);
  return 0;
});

export const shift = special(function* (shell, { argv }): Routine<number> {
  const count = argv[1] === undefined ? 1 : readNumber(argv[1]);
  if (count > shell.parameters.length) return 1;
  shell.setParameters(shell.parameters.slice(count));
  return 0;
});

export const getopts = regular(function* (shell, { argv }): Routine<number> {
  const [, spec, name, ...given] = argv;
  if (spec === undefined || name === undefined) throw new ShellError("usage: getopts optstring var [arg]");
  const words = argv.length > 3 ? given : shell.parameters;
  if (shell.getopts.index > words.length + 1) shell.getopts = { index: 1, offset: -1 };
  const step = nextOption(shell, spec, words);
  const { variables } = shell;
  if (step.value === undefined) variables.unset("OPTARG");
  else variables.set("OPTARG", step.value);
  variables.set("OPTIND", String(step.index));
  variables.set(name, step.letter);
  shell.getopts = { index: step.index, offset: step.offset };
  if (step.complaint !== undefined) yield* shell.printError(`${step.complaint}\n`);
  return step.done ? 1 : 0;
});

interface Step {
  readonly letter: string;
  /** OPTARG; `undefined` unsets it. */
  readonly value: string | undefined;
  readonly index: number;
  readonly offset: number;
  readonly done: boolean;
  readonly complaint?: string;
}

/** The next option. Where the description starts with a colon, or OPTERR is 0, mistakes are told by variables. */
function nextOption(shell: Shell, spec: string, words: readonly string[]): Step {
  const quiet = spec.startsWith(":") || shell.variables.get("OPTERR") === "0";
  let { index, offset } = shell.getopts;
  const current = words[index - 2];
  if (index <= 1 || offset < 0 || current === undefined || current.length <= offset) {
    const word = words[index - 1];
    if (word === undefined || !word.startsWith("-") || word === "-") return end(index);
    index++;
    if (word === "--") return end(index);
    offset = 1;
  }
  const word = words[index - 2] ?? "";
  const letter = word[offset] ?? "";
  const rest = offset + 1 < word.length ? offset + 1 : -1;
  const place = placeOf(letter, spec);
  if (place < 0) {
    const step = { letter: "?", value: quiet ? letter : undefined, index, offset: offset + 1, done: false };
    return quiet ? step : { ...step, complaint: `Illegal option -${letter}` };
  }
  if (spec[place + 1] !== ":") return { letter, value: "", index, offset: offset + 1, done: false };
  if (rest > 0) return { letter, value: word.slice(rest), index, offset: -1, done: false };
  const value = words[index - 1];
  if (value !== undefined) return { letter, value, index: index + 1, offset: -1, done: false };
  const step = { value: quiet ? letter : undefined, index, offset: -1, done: false };
  return quiet ? { letter: ":", ...step } : { letter: "?", ...step, complaint: `No arg for -${letter} option` };
}

/** Where a letter stands; -1 if it does not. Colons are passed over behind letters, so the first one is a letter, too. */
function placeOf(letter: string, spec: string): number {
  for (let place = 0; place < spec.length; ) {
    if (spec[place] === letter) return place;
    place++;
    if (spec[place] === ":") place++;
  }
  return -1;
}

const end = (index: number): Step => ({ letter: "?", value: undefined, index, offset: -1, done: true });
