/** The files that a stack is made from, read where the client runs. Model: docker/cli cli/command/stack/loader. */
import { ComposeError, ForbiddenProperties, openStack, type StackFile, stackYaml } from "../../../compose/index.ts";
import { decode, dirname, NO_BYTES } from "../../../lib/index.ts";
import { clientOf } from "../../compose/input.ts";
import { failure } from "../../docker/problem.ts";
import type { RequestOf } from "../../docker/request.ts";
import { absolute, readProblem } from "../client-disk.ts";
import type { Session } from "../session.ts";

const STDIN = "-";

/** @throws ComposeError, CliError */
function readStack(session: Session, files: readonly string[], isRaw: boolean): StackFile {
  const { client, cwd } = session;
  const texts = files.map((file) => {
    const content = file === STDIN ? (session.stdin ?? NO_BYTES) : client.readFile(file);
    if (typeof content !== "string") return decode(content);
    throw failure(readProblem(file, content));
  });
  const [first = STDIN] = files;
  return openStack(texts, {
    disk: clientOf({ ...session.options, cwd }, () => {}).disk,
    environment: client.env,
    directory: first === STDIN ? cwd : dirname(absolute(cwd, first)),
    isRaw,
    warn: (message) => session.log("warning", message),
  });
}

/** The files of a stack that is to be. What a swarm does not do is told of. @throws CliError */
export function openFiles(session: Session, files: readonly string[]): StackFile {
  const stack = orRefuse(() => readStack(session, files, false));
  const { unsupported, deprecated } = stack.ignored;
  if (unsupported.length > 0) session.err(`Ignoring unsupported options: ${unsupported.join(", ")}\n\n`);
  if (deprecated.length > 0) session.err(`Ignoring deprecated options:\n\n${listed(deprecated)}\n\n`);
  return stack;
}

export function printStackConfig(session: Session, { files, isRaw }: RequestOf<"stack config">): number {
  const stack = orRefuse(() => readStack(session, files, isRaw), false);
  session.out(stackYaml(stack));
  return 0;
}

const listed = (properties: readonly (readonly [name: string, why: string])[]): string =>
  properties.map(([name, why]) => `${name}: ${why}`).join("\n\n");

/** @throws CliError */
function orRefuse<T>(read: () => T, listsForbidden = true): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ForbiddenProperties && listsForbidden)
      throw failure(`Compose file contains unsupported options:\n\n${listed(error.properties)}\n`);
    if (error instanceof ComposeError) throw failure(error.message);
    throw error;
  }
}
