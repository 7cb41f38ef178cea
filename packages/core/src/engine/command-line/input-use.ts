/**
 * What a command line is going to read of its standard input: whoever runs it on behalf of a shell has to know before,
 * for what one command reads the next one does not get.
 */
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import { parseDocker } from "../docker/parse.ts";
import type { DockerRequest } from "../docker/request.ts";
import { splitWords } from "../docker/words.ts";
import type { Engine } from "../engine.ts";
import { clientMachine } from "./client.ts";
import type { CommandOptions } from "./session.ts";

/** `everything`: up to its end, before the command is run. `keys`: what is typed at the terminal meanwhile. */
export type InputUse = "nothing" | "everything" | "keys";

/** A command line that is wrong reads nothing. */
export function inputUse(engine: Engine, line: string | readonly string[], options: CommandOptions): InputUse {
  const words = typeof line === "string" ? splitWords(line) : line;
  const request = parseDocker(words, clientMachine(options));
  return request.command === "usage" ? "nothing" : useOf(engine, request, options);
}

function useOf(engine: Engine, request: DockerRequest, options: CommandOptions): InputUse {
  const typed = (reads: boolean, isTerminal: boolean): InputUse => {
    if (!reads) return "nothing";
    if (!isTerminal) return "everything";
    return options.terminal === undefined ? "nothing" : "keys";
  };
  const at = (name: string, reads: boolean): InputUse => {
    const container = known(engine, name);
    return typed(reads && container?.config.OpenStdin === true, container?.config.Tty === true);
  };
  const reads = (isRead: boolean): InputUse => (isRead ? "everything" : "nothing");
  switch (request.command) {
    case "run":
      return typed(request.body.OpenStdin && !request.detach, request.body.Tty);
    case "exec":
      return typed(request.body.AttachStdin && !request.body.Detach, request.body.Tty);
    case "start":
      return at(request.containers[0] ?? "", request.interactive);
    case "attach":
      return at(request.container, !request.noStdin);
    case "load":
      return reads(request.input === "");
    case "import":
      return reads(request.source === "-");
    case "cp":
      return reads(request.direction === "to-container" && request.localPath === "-");
    case "build":
    case "buildx build":
      return reads(request.context === "-" || request.file === "-");
    default:
      return "nothing";
  }
}

function known(engine: Engine, name: string): Container | undefined {
  try {
    return engine.containers.get(name);
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}
