/** Runs a plain docker command with the input, output and disk of a compose command. */
import type { CommandOptions } from "../../command-line/session.ts";
import type { ComposeContext } from "./context.ts";

export interface PlainOptions {
  /** Standard input is the command's. */
  readonly readsInput?: boolean;
  /** What it prints stays away. */
  readonly isQuiet?: boolean;
}

/** Returns the exit code. */
export async function plainDocker(
  { session }: ComposeContext,
  words: readonly string[],
  { readsInput = false, isQuiet = false }: PlainOptions = {},
): Promise<number> {
  const { stdin, terminal, disk, cwd, signal } = session;
  const options: CommandOptions = {
    cwd,
    onOutput: (stream, text, bytes) => {
      if (stream === "stdout" && !isQuiet) session.out(bytes);
      else if (stream === "stderr") session.err(text);
    },
    ...(disk === undefined ? {} : { disk }),
    ...(signal === undefined ? {} : { signal }),
    ...(readsInput && stdin !== undefined ? { stdin } : {}),
    ...(terminal === undefined ? {} : { terminal }),
  };
  const { exitCode } = await session.engine.docker(words, options);
  return exitCode;
}
