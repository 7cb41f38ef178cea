/**
 * Transcripts: what a sequence of commands printed, to be compared with what it prints here.
 *
 * ```
 * + f "hello\n"            writes a file
 * $ cp f g                 runs a command: what follows is its standard output,
 * ! cp: …                  then its standard error,
 * ? 1                      then its exit code, if it is not 0
 * $ "y\n" | rm -i f        with a standard input
 * nobody$ rm f             as another user
 * 077$ mkdir d             with another umask
 * $ TZ=XYZ-3 ls -l         with a variable
 * ```
 *
 * A line without its newline ends in ` (no newline)`, control characters are written `\x1b`, the help text of a program
 * is `! (usage)`. Words may be quoted with ' and hold no other quotes. Commands run in an empty directory, on
 * 2026-11-21, with a tmpfs on /dev/shm.
 */
import * as abi from "../abi/index.ts";
import { concat, decode, encode } from "../lib/index.ts";
import { BANNER } from "../userland/usage.data.ts";
import { walk } from "../vfs/index.ts";
import { Busybox } from "./busybox.ts";

const START_US = 1_795_239_162_000_000;
const DIRECTORY = "/t";
const NOBODY = 65_534;
const PATH = "/sbin:/usr/sbin:/bin:/usr/bin";

interface Step {
  readonly line: string;
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly env: ReadonlyMap<string, string>;
  readonly asNobody: boolean;
  readonly umask: number;
}

/** Runs the commands of a transcript; the transcript of what happened. */
export async function replay(transcript: string): Promise<string> {
  const box = new Busybox({ startUs: START_US });
  await prepare(box);
  const lines: string[] = [];
  for (const line of transcript.trim().split("\n")) {
    if (line.startsWith("+ ")) {
      const [, path = "", text = ""] = /^\+ ('[^']*'|\S+) (.*)$/.exec(line) ?? [];
      await write(box, `${DIRECTORY}/${unquoted(path)}`, JSON.parse(text) as string);
      lines.push(line);
    } else if (/^(nobody|[0-7]*)\$ /.test(line)) lines.push(...(await run(box, parse(line))));
  }
  return lines.join("\n");
}

async function prepare(box: Busybox): Promise<void> {
  const routine = function* (): abi.Routine<number> {
    yield* abi.mkdir(DIRECTORY);
    yield* abi.mkdir("/dev/shm", 0o1777);
    yield* abi.mount("shm", "/dev/shm", "tmpfs", 0, "mode=1777");
    return 0;
  };
  await ended(box, box.kernel.start(routine, { argv: ["prepare"] }));
}

async function write(box: Busybox, path: string, text: string): Promise<void> {
  const routine = function* (): abi.Routine<number> {
    const fd = yield* abi.open(path, abi.O_WRONLY | abi.O_CREAT | abi.O_TRUNC, 0o644);
    if (text !== "") yield* abi.write(fd, encode(text));
    return 0;
  };
  await ended(box, box.kernel.start(routine, { argv: ["write"] }));
}

function parse(line: string): Step {
  const [, who = "", rest = ""] = /^(nobody|[0-7]*)\$ (.*)$/s.exec(line) ?? [];
  const [, input, command = rest] = /^("(?:[^"\\]|\\.)*") \| (.*)$/s.exec(rest) ?? [];
  const words = (command.match(/'[^']*'|\S+/g) ?? []).map(unquoted);
  const env = new Map([
    ["PATH", PATH],
    ["HOME", "/root"],
  ]);
  for (let word = words[0]; word !== undefined && /^[A-Z_]+=/.test(word); word = words[0]) {
    env.set(word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1));
    words.shift();
  }
  return {
    line,
    argv: words,
    stdin: input === undefined ? "" : (JSON.parse(input) as string),
    env,
    asNobody: who === "nobody",
    umask: /^[0-7]+$/.test(who) ? Number.parseInt(who, 8) : 0o022,
  };
}

const unquoted = (word: string): string => (word.startsWith("'") ? word.slice(1, -1) : word);

async function run(box: Busybox, step: Step): Promise<string[]> {
  const { kernel } = box;
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const [input, feed] = kernel.pipes.pipe(0, 0, 0);
  const files = [
    input,
    kernel.pipes.sink(0, 0, (data) => out.push(data)),
    kernel.pipes.sink(0, 0, (data) => err.push(data)),
  ];
  const routine = function* (): abi.Routine<number> {
    yield* abi.umask(step.umask);
    if (step.asNobody) {
      yield* abi.setgroups([NOBODY]);
      yield* abi.setresgid(NOBODY);
      yield* abi.setresuid(NOBODY);
    }
    yield* abi.execve(`/bin/${step.argv[0]}`, step.argv, step.env);
    return 127;
  };
  const cwd = walk(kernel.init, DIRECTORY, { follow: true });
  const process = kernel.start(routine, { argv: step.argv, env: step.env, cwd, files });
  kernel.spawn(
    function* () {
      if (step.stdin !== "") yield* abi.write(0, encode(step.stdin));
      return 0;
    },
    { argv: ["feed"], files: [feed] },
  );
  await ended(box, process);
  const code = abi.exitCode(process.status ?? { exited: 0 });
  const text = decode(concat(err));
  const usage = text.indexOf(`${BANNER}\n`);
  const errors = usage < 0 ? shown(text) : [...shown(text.slice(0, usage)), "(usage)"];
  return [
    step.line,
    ...shown(decode(concat(out))),
    ...errors.map((line) => `! ${line}`),
    ...(code === 0 ? [] : [`? ${code}`]),
  ];
}

function shown(text: string): string[] {
  if (text === "") return [];
  const visible = text.replace(/[\0-\x08\x0b-\x1f\x7f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return (visible.endsWith("\n") ? visible.slice(0, -1) : `${visible} (no newline)`).split("\n");
}

async function ended(box: Busybox, process: { readonly isAlive: boolean }): Promise<void> {
  await box.world.until(() => !process.isAlive, { what: "a step of a transcript to end" });
}
