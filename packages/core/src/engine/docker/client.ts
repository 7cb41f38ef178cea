/**
 * The machine on which the command line runs, as far as parsing asks it anything: environment, current directory,
 * files named by options. The engine knows nothing of it.
 */

export interface ClientMachine {
  readonly env: ReadonlyMap<string, string>;
  /** Absolute; relative bind sources start here. */
  readonly cwd: string;
  /** Content of a file, or the system's words for why there is none: `no such file or directory`. */
  readFile(path: string): Uint8Array | string;
  /** True if the path names anything. */
  exists(path: string): boolean;
  /** Whether the client's standard input and output are terminals. */
  readonly terminal: { readonly stdin: boolean; readonly stdout: boolean };
  /** What is installed beside the client: `docker NAME …` is handed to it, and `docker build` to buildx. */
  readonly plugins: readonly ClientPlugin[];
}

/** A command line plugin; `description` is its line in `docker --help`. */
export interface ClientPlugin {
  readonly name: string;
  readonly description: string;
}

/** A machine with an empty environment and no files. */
export const BARE_CLIENT: ClientMachine = {
  env: new Map(),
  cwd: "/",
  readFile: () => "no such file or directory",
  exists: () => false,
  terminal: { stdin: false, stdout: false },
  plugins: [],
};
