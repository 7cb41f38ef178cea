/** `bottleship shell`: a prompt on the simulated machine, at the terminal that one sits at; or a script for it. */
import * as fs from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createEngine, type Engine, type ProfileName } from "@bottleship/core/engine";
import { MachineShell } from "@bottleship/core/shell";
import type { TimePolicy } from "@bottleship/core/sim";
import { CODECS, REAL_HOST } from "@bottleship/node";
import { existingDirectory, policyOf, profileOf } from "../serve/command.ts";
import { type Terminal, type TerminalInput, UsageError } from "../terminal.ts";

export const SHELL_USAGE = `Usage: bottleship shell [OPTIONS]
       bottleship shell [OPTIONS] -c COMMANDS
       echo COMMANDS | bottleship shell [OPTIONS]

A shell on a simulated machine with a Docker engine: sh, the tools of busybox, and docker.
Type 'help' there for things to try; exit or Ctrl-D leaves. Nothing of the machine is left afterwards.

Options:
  -c COMMANDS           Run these commands instead of what is typed
      --dir DIRECTORY   Show a directory of yours at /work, and start there. What is written there is written to yours
      --time POLICY     real: the clock goes with the computer's (default at a terminal)
                        skip: whoever waits for an end, waits for nothing (default otherwise)
      --seed N          Decides every draw of chance: names, ids, orders (default 1)
      --profile NAME    modern (default), or recorded: the machine that the recordings come from

The exit code is the shell's; 2 for bad usage.
`;

/** Where a directory of the user's is shown. */
const WORK = "/work";

interface Options {
  readonly commands: string | undefined;
  readonly directory: string | undefined;
  readonly policy: TimePolicy | undefined;
  readonly seed: string;
  readonly profile: ProfileName;
}

export async function shellCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const options = parse(argv);
  const { input } = terminal;
  const window = options.commands === undefined && input?.stream.isTTY === true ? input.window : undefined;
  const engine = newEngine(options, window !== undefined);
  const shell = new MachineShell(engine, {
    ...(window && { terminal: sizeOf(window) }),
    ...(options.commands !== undefined && { commands: options.commands }),
    ...(options.directory !== undefined && { cwd: WORK }),
    onOutput: (stream, bytes) => {
      if (window !== undefined) terminal.out(withoutReturns(bytes));
      else if (stream === "stdout") terminal.out(bytes);
      else terminal.err(bytes);
    },
  });
  const disconnect = connect(shell, input, window);
  try {
    return await shell.ended;
  } finally {
    disconnect();
  }
}

function newEngine({ directory, policy, seed, profile }: Options, isTyped: boolean): Engine {
  return createEngine({
    ...{ seed, profile, host: REAL_HOST, codecs: CODECS, policy: policy ?? (isTyped ? "real" : "skip") },
    ...(directory !== undefined && { disks: { [WORK]: { disk: fs, base: resolve(directory) } } }),
  });
}

/** Node's raw mode still makes a carriage return and a line feed of every line feed. */
function withoutReturns(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, index) => byte !== RETURN || bytes[index + 1] !== LINE_FEED);
}

const RETURN = 13;
const LINE_FEED = 10;

const sizeOf = ({ rows, columns }: { readonly rows: number; readonly columns: number }) => ({ rows, columns });

/** Passes on what is typed, and the window's size. Returns what ends that. */
function connect(shell: MachineShell, input: TerminalInput | undefined, window: TerminalInput["window"]): () => void {
  if (input === undefined) {
    shell.end();
    return () => {};
  }
  const { stream } = input;
  const type = (chunk: Uint8Array | string): void => shell.write(chunk);
  const end = (): void => shell.end();
  const resized = (): void => {
    if (window !== undefined) shell.resize(sizeOf(window));
  };
  const hangUp = (): void => shell.close();
  if (window !== undefined) stream.setRawMode?.(true);
  stream.on("data", type);
  stream.on("end", end);
  window?.on("resize", resized);
  for (const signal of HANG_UPS) process.on(signal, hangUp);
  return () => {
    for (const signal of HANG_UPS) process.off(signal, hangUp);
    window?.off("resize", resized);
    stream.off("data", type);
    stream.off("end", end);
    if (window !== undefined) stream.setRawMode?.(false);
    stream.pause();
  };
}

const HANG_UPS = ["SIGHUP", "SIGTERM"] as const;

function parse(argv: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        command: { type: "string", short: "c" },
        dir: { type: "string" },
        time: { type: "string" },
        seed: { type: "string", default: "1" },
        profile: { type: "string", default: "modern" },
      },
    });
    return {
      commands: values.command,
      directory: values.dir === undefined ? undefined : existingDirectory(values.dir),
      policy: values.time === undefined ? undefined : policyOf(values.time),
      seed: values.seed,
      profile: profileOf(values.profile),
    };
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}
