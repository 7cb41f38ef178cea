/** What is given to `engine.compose`: files, texts, objects, and the machine that the client runs on. */
import {
  type ComposeClient,
  type ComposeDisk,
  type ComposeSource,
  IS_DIRECTORY,
  type OpenOptions,
  type TreeMap,
} from "../../compose/index.ts";
import { decode, join } from "../../lib/index.ts";
import { absolute, kindOf } from "../command-line/client-disk.ts";
import type { CommandOptions } from "../command-line/session.ts";

/** A compose file: its text, or what it says as an object. */
export type ComposeInput = string | TreeMap;

/** Where the client runs: disk, directory and environment. */
export type ClientOptions = Pick<CommandOptions, "disk" | "cwd" | "env">;

export interface ProjectInput extends ClientOptions, OpenOptions {}

/** Names of the project without one, whose directory has none either. */
const DEFAULT_NAME = "app";

export function clientOf({ disk, cwd = "/", env = {} }: ClientOptions, warn: (message: string) => void): ComposeClient {
  return { disk: diskOf(disk, cwd), cwd, env, warn };
}

function diskOf(disk: ClientOptions["disk"], cwd: string): ComposeDisk {
  const kindAt = (path: string) => kindOf(disk, absolute(cwd, path), true);
  return {
    read(path) {
      try {
        const content = disk?.readFileSync(absolute(cwd, path));
        if (content !== undefined) return { text: typeof content === "string" ? content : decode(content) };
      } catch {
        // Whatever the disk says, the client's user reads one thing.
      }
      return { problem: kindAt(path) === "dir" ? IS_DIRECTORY : "no such file or directory" };
    },
    isFile: (path) => kindAt(path) === "other",
    isDirectory: (path) => kindAt(path) === "dir",
  };
}

/** Options for the project: the files are the input, unless there is none. */
export function openOptions(input: ComposeInput | undefined, options: ProjectInput): OpenOptions {
  const { disk, cwd = "/", env, ...rest } = options;
  const source: ComposeSource | undefined =
    input === undefined ? undefined : { name: join(cwd, "compose.yaml"), content: input };
  return {
    defaultName: DEFAULT_NAME,
    ...rest,
    ...(source === undefined ? {} : { files: [source, ...(rest.files ?? [])] }),
  };
}
