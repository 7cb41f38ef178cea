/** `docker compose exec` and `run`: commands in containers. */
import { ComposeError, readEnvFile, textOf } from "../../../compose/index.ts";
import type { FlagValues } from "../../docker/flags/flag.ts";
import { splitWords } from "../../docker/words.ts";
import { runningContainer } from "../lifecycle.ts";
import { prepareRun } from "../run.ts";
import type { ComposeContext } from "./context.ts";
import type { EXEC_FLAGS, RUN_FLAGS } from "./flags.ts";
import { plainDocker } from "./plain-docker.ts";

export async function exec(
  context: ComposeContext,
  flags: FlagValues<typeof EXEC_FLAGS>,
  [service = "", ...command]: readonly string[],
): Promise<number> {
  const container = runningContainer(context.session, context.projectName(), service, flags.index);
  const hasTerminal = context.session.terminal !== undefined && !flags["no-tty"];
  const words = [
    ...(flags.detach ? ["--detach"] : []),
    ...(flags.interactive && !flags.detach ? ["--interactive"] : []),
    ...(hasTerminal && flags.tty ? ["--tty"] : []),
    ...(flags.privileged ? ["--privileged"] : []),
    ...(flags.user === "" ? [] : ["--user", flags.user]),
    ...(flags.workdir === "" ? [] : ["--workdir", flags.workdir]),
    ...flags.env.flatMap((one) => ["--env", one]),
  ];
  return plainDocker(context, ["exec", ...words, container.id, ...command], { readsInput: flags.interactive });
}

export async function run(
  context: ComposeContext,
  flags: FlagValues<typeof RUN_FLAGS>,
  [service = "", ...command]: readonly string[],
): Promise<number> {
  const project = context.open({ services: [service] });
  if (flags.quiet) context.beQuiet();
  const hasTerminal = context.session.terminal !== undefined && !flags["no-TTY"] && !flags.detach;
  const container = await prepareRun(context.operation, project, service, {
    command,
    remove: flags.rm,
    noDeps: flags["no-deps"],
    servicePorts: flags["service-ports"],
    useAliases: flags["use-aliases"],
    build: flags.build,
    pull: flags.pull === "policy" ? undefined : flags.pull,
    tty: hasTerminal,
    interactive: flags.interactive,
    removeOrphans: flags["remove-orphans"],
    environment: withFiles(context, pairs(flags.env, project.environment), flags["env-from-file"]),
    publish: flags.publish,
    volumes: flags.volume,
    capAdd: flags["cap-add"],
    capDrop: flags["cap-drop"],
    labels: Object.fromEntries(flags.label.map(label)),
    ...(flags.name === "" ? {} : { name: flags.name }),
    ...(flags.user === "" ? {} : { user: flags.user }),
    ...(flags.workdir === "" ? {} : { workdir: flags.workdir }),
    ...(flags.entrypoint === "" ? {} : { entrypoint: splitWords(flags.entrypoint) }),
    client: context.buildClient(),
    quietBuild: flags["quiet-build"] || context.isQuiet,
  });
  if (flags.detach) {
    await context.session.engine.containers.start(container);
    context.session.lines([container.id]);
    return 0;
  }
  const words = ["start", "--attach", ...(flags.interactive ? ["--interactive"] : []), container.id];
  const exitCode = await plainDocker(context, words, { readsInput: flags.interactive });
  // The client ends with a message that is empty, after one that has run.
  if (exitCode !== 0 && container.startedUs > 0) context.session.err("\n");
  return exitCode;
}

/** `A=b`; a name alone has the client's value, or goes. */
function pairs(entries: readonly string[], environment: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const known = entries.flatMap((entry): [string, string][] => {
    const at = entry.indexOf("=");
    if (at >= 0) return [[entry.slice(0, at), entry.slice(at + 1)]];
    const value = environment.get(entry);
    return value === undefined ? [] : [[entry, value]];
  });
  return Object.fromEntries(known);
}

/**
 * Variables that are given, and those of files. Like the real client, a file that cannot be understood makes this forget
 * them all. @throws ComposeError for one that cannot be opened @see docker/compose cmd/compose/run.go getEnvironment
 */
function withFiles(
  context: ComposeContext,
  given: Readonly<Record<string, string>>,
  files: readonly string[],
): Readonly<Record<string, string>> {
  const { disk, warn } = context.client();
  let known = new Map(Object.entries(given));
  for (const file of files) {
    if (disk.isDirectory(file)) return {};
    const text = textOf(file, disk);
    const read = new Map<string, string>();
    try {
      readEnvFile(text, { outside: known, into: read, warn });
    } catch (error) {
      if (error instanceof ComposeError) return {};
      throw error;
    }
    known = new Map([...read, ...known]);
  }
  return Object.fromEntries(known);
}

function label(entry: string): [string, string] {
  const at = entry.indexOf("=");
  if (at < 0) throw new ComposeError("label must be set as KEY=VALUE");
  return [entry.slice(0, at), entry.slice(at + 1)];
}
