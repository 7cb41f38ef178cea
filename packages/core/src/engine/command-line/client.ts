/** The machine that the docker client runs on, as far as a command line gets to see it. */
import type { ContextDisk } from "../../build/index.ts";
import { encode } from "../../lib/index.ts";
import type { ClientMachine } from "../docker/client.ts";
import { absolute, kindOf } from "./client-disk.ts";
import type { CommandOptions } from "./session.ts";

/** What is installed beside the client. */
const PLUGINS = [{ name: "buildx", description: "Docker Buildx" }];

export function clientMachine({ disk, cwd = "/", env = {}, terminal }: CommandOptions): ClientMachine {
  return {
    env: new Map(Object.entries(env)),
    cwd,
    readFile: (path) => readFile(disk, absolute(cwd, path)),
    exists: (path) => statOf(disk, absolute(cwd, path)) !== undefined,
    terminal: { stdin: terminal !== undefined, stdout: terminal !== undefined },
    plugins: PLUGINS,
  };
}

function readFile(disk: ContextDisk | undefined, path: string): Uint8Array | string {
  if (path === "/dev/null") return new Uint8Array();
  try {
    const content = disk?.readFileSync(path);
    if (content !== undefined) return typeof content === "string" ? encode(content) : content;
  } catch {
    // Whatever the disk says, the client's user reads one thing.
  }
  return kindOf(disk, path, true) === "dir" ? "is a directory" : "no such file or directory";
}

function statOf(disk: ContextDisk | undefined, path: string): object | undefined {
  try {
    return disk?.lstatSync(path);
  } catch {
    return undefined;
  }
}
