/** Where a command prints. */
export interface Terminal {
  out(text: string | Uint8Array): void;
  err(text: string | Uint8Array): void;
  /** Standard input; without it there is none. */
  readonly input?: TerminalInput;
}

/** The parts of `process.stdin` and `process.stdout` that somebody who types needs. */
export interface TerminalInput {
  /** Keys, or the text of a file, as they come. */
  readonly stream: {
    readonly isTTY?: boolean;
    setRawMode?(isRaw: boolean): unknown;
    on(event: "data", listener: (chunk: Uint8Array | string) => void): unknown;
    on(event: "end", listener: () => void): unknown;
    off(event: "data", listener: (chunk: Uint8Array | string) => void): unknown;
    off(event: "end", listener: () => void): unknown;
    pause(): unknown;
  };
  /** The window of the terminal that output goes to, if it goes to one. */
  readonly window?: {
    readonly rows: number;
    readonly columns: number;
    on(event: "resize", listener: () => void): unknown;
    off(event: "resize", listener: () => void): unknown;
  };
}

/** A mistake in how a command was called: told with where to find help, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What a shell shows of a program that SIGPIPE has ended: 128 + 13. */
export const READER_GONE = 141;

/** The parts of `process` that are told when nobody reads what is written. */
export interface Written {
  readonly stdout: { on(event: "error", listener: (error: Error) => void): unknown };
  readonly stderr: Written["stdout"];
  exit(code: number): void;
}

/** Ends the process when who reads its output has gone (`| head`), without a word, as SIGPIPE does. */
export function endWithReaders({ stdout, stderr, exit }: Written): void {
  const gone = (act: () => void) => (error: Error) => {
    if (!("code" in error) || error.code !== "EPIPE") throw error;
    act();
  };
  stdout.on(
    "error",
    gone(() => exit(READER_GONE)),
  );
  // Complaints that nobody wants to read are no reason to end.
  stderr.on(
    "error",
    gone(() => {}),
  );
}
