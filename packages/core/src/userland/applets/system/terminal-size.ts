/** How large the terminal is. @see tty_ioctl(4) TIOCGWINSZ */
import { type Env, Errno, ioctl, type Routine } from "../../../abi/index.ts";
import { attempt } from "../../io.ts";

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

const MAX = 30_000;

/** The size of the terminal at `fd`; else that of the environment, else 80 × 24. */
export function* terminalSize(fd: number, env: Env): Routine<TerminalSize> {
  const answer = yield* attempt(ioctl(fd, "TIOCGWINSZ"));
  const size = answer instanceof Errno || typeof answer !== "object" || answer === null ? {} : answer;
  return {
    columns: choose("columns" in size ? Number(size.columns) : 0, env.get("COLUMNS"), 80),
    rows: choose("rows" in size ? Number(size.rows) : 0, env.get("LINES"), 24),
  };
}

function choose(asked: number, fromEnv: string | undefined, otherwise: number): number {
  const given = asked > 0 ? asked : Number.parseInt(fromEnv ?? "", 10);
  return given > 1 && given < MAX ? given : otherwise;
}
