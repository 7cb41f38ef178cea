/**
 * `docker compose …`, in the process: what follows the word `compose`.
 *
 * Output is that of compose 2.40 where no terminal is: each step a line on standard error.
 *
 * @see docker/compose cmd/compose
 */
import { ComposeError, select } from "../../../compose/index.ts";
import { quote } from "../../../lib/go/index.ts";
import { StatusError } from "../../../lib/index.ts";
import type { Session } from "../../command-line/session.ts";
import { type Arity, atLeast, checkArity, exactly } from "../../docker/command.ts";
import type { Flags, FlagValues } from "../../docker/flags/flag.ts";
import { parseFlags } from "../../docker/flags/parse.ts";
import { CliError, ValueError } from "../../docker/problem.ts";
import { NO_DAEMON } from "../../machine/daemon.ts";
import { ConnectionLost } from "../../machine/daemon-life.ts";
import { killProject, pauseProject, restartProject, stopProject, unpauseProject } from "../lifecycle.ts";
import { containersOf } from "../operation.ts";
import { startProject } from "../start.ts";
import { ComposeContext, checkProgress } from "./context.ts";
import { cp } from "./copy-command.ts";
import * as creating from "./create-commands.ts";
import * as flagsOf from "./flags.ts";
import { DRY_RUN } from "./flags.ts";
import { bridgeHelp, composeHelp, helpOf, usageOf } from "./help.ts";
import * as imaging from "./image-commands.ts";
import * as processes from "./process-commands.ts";
import * as showing from "./show-commands.ts";
import * as watching from "./watch-commands.ts";

interface Invocation<F extends Flags> {
  readonly context: ComposeContext;
  readonly flags: FlagValues<F>;
  readonly operands: readonly string[];
  /** Options that were given. */
  readonly changed: ReadonlySet<string>;
}

interface ComposeCommand {
  readonly flags: Flags;
  /** The first operand ends the options. */
  readonly endsOptions: boolean;
  run(context: ComposeContext, name: string, words: readonly string[]): Promise<number> | number;
}

function command<F extends Flags>(
  flags: F,
  run: (invocation: Invocation<F>) => Promise<number> | number,
  {
    least = 0,
    endsOptions = false,
    most = Number.POSITIVE_INFINITY,
    arity,
    tooFew = `requires at least ${least} arg(s), only received`,
  }: {
    readonly least?: number;
    readonly most?: number;
    readonly endsOptions?: boolean;
    /** Set for a command that checks its arguments in docker's words. */
    readonly arity?: Arity;
    readonly tooFew?: string;
  } = {},
): ComposeCommand {
  const all = { ...flags, ...DRY_RUN };
  return {
    flags: all,
    endsOptions,
    run(context, name, words) {
      const { values, operands, changed } = parseFlags<F & typeof DRY_RUN>(all, words, { interspersed: !endsOptions });
      refuseDryRun(values["dry-run"]);
      if (arity !== undefined) checkArity(arity, operands.length, `docker compose ${name}`, usageOf(name));
      if (operands.length < least) throw new ComposeError(`${tooFew} ${operands.length}`);
      if (operands.length > most) {
        throw new ComposeError(`unknown command ${quote(operands[most] ?? "")} for "docker compose ${name}"`);
      }
      return run({ context, flags: values, operands, changed });
    },
  };
}

/** Seconds, if they were given. */
const timeout = ({ flags, changed }: Invocation<typeof flagsOf.STOP_FLAGS>): { timeoutSeconds?: number } =>
  changed.has("timeout") ? { timeoutSeconds: flags.timeout } : {};

async function done(work: Promise<unknown>): Promise<number> {
  await work;
  return 0;
}

const COMMANDS: Readonly<Record<string, ComposeCommand>> = {
  attach: command(flagsOf.ATTACH_FLAGS, ({ context, flags, operands }) => watching.attach(context, flags, operands), {
    least: 1,
  }),
  build: command(flagsOf.BUILD_FLAGS, ({ context, flags, operands }) => creating.build(context, flags, operands)),
  commit: command(flagsOf.COMMIT_FLAGS, ({ context, flags, operands }) => imaging.commit(context, flags, operands), {
    least: 1,
    tooFew: "accepts between 1 and 2 arg(s), received",
  }),
  config: command(flagsOf.CONFIG_FLAGS, ({ context, flags, operands }) => showing.config(context, flags, operands)),
  cp: command(flagsOf.CP_FLAGS, ({ context, flags, operands }) => cp(context, flags, operands), {
    arity: exactly(2),
  }),
  create: command(flagsOf.CREATE_FLAGS, ({ context, flags, operands }) => creating.create(context, flags, operands)),
  down: command(flagsOf.DOWN_FLAGS, ({ context, flags, operands, changed }) =>
    creating.down(context, flags, operands, changed),
  ),
  events: command(flagsOf.EVENTS_FLAGS, ({ context, flags, operands }) => watching.events(context, flags, operands)),
  exec: command(flagsOf.EXEC_FLAGS, ({ context, flags, operands }) => processes.exec(context, flags, operands), {
    least: 2,
    endsOptions: true,
  }),
  export: command(
    flagsOf.EXPORT_FLAGS,
    ({ context, flags, operands }) => imaging.exportService(context, flags, operands),
    { least: 1 },
  ),
  images: command(flagsOf.IMAGES_FLAGS, ({ context, flags, operands }) => imaging.images(context, flags, operands)),
  kill: command(flagsOf.KILL_FLAGS, async ({ context, flags, operands }) => {
    const { project } = context.openOrFind(operands);
    const options = { services: operands, signal: flags.signal, removeOrphans: flags["remove-orphans"] };
    if (!(await killProject(context.operation, project, options))) context.session.err("no container to kill");
    return 0;
  }),
  logs: command(flagsOf.LOGS_FLAGS, ({ context, flags, operands }) => showing.logs(context, flags, operands)),
  ls: command(flagsOf.LIST_FLAGS, ({ context, flags }) => showing.ls(context, flags), { most: 0 }),
  pause: command(flagsOf.NO_FLAGS, ({ context, operands }) =>
    done(pauseProject(context.operation, context.openOrFind(operands).project, { services: operands })),
  ),
  port: command(flagsOf.PORT_FLAGS, ({ context, flags, operands }) => showing.port(context, flags, operands), {
    least: 2,
  }),
  ps: command(flagsOf.PS_FLAGS, ({ context, flags, operands }) => showing.ps(context, flags, operands)),
  publish: command(
    flagsOf.PUBLISH_FLAGS,
    () => {
      throw new ComposeError(unsupported("publish"));
    },
    { arity: exactly(1) },
  ),
  pull: command(flagsOf.PULL_FLAGS, ({ context, operands }) => creating.pull(context, operands)),
  push: command(flagsOf.PUSH_FLAGS, ({ context, flags, operands }) => imaging.push(context, flags, operands)),
  restart: command(flagsOf.RESTART_FLAGS, (invocation) => {
    const { context, flags, operands } = invocation;
    const options = { services: operands, noDeps: flags["no-deps"], ...timeout(invocation) };
    return done(restartProject(context.operation, context.openOrFind().project, options));
  }),
  rm: command(flagsOf.RM_FLAGS, ({ context, flags, operands }) => creating.rm(context, flags, operands)),
  run: command(flagsOf.RUN_FLAGS, ({ context, flags, operands }) => processes.run(context, flags, operands), {
    least: 1,
    endsOptions: true,
  }),
  scale: command(
    flagsOf.SCALE_FLAGS,
    ({ context, flags, operands }) => creating.scale(context, flags["no-deps"], operands),
    {
      least: 1,
    },
  ),
  start: command(flagsOf.NO_FLAGS, ({ context, operands }) => {
    const { project, hasFiles } = context.openOrFind(operands);
    if (!hasFiles && containersOf(context.operation, project.name).length === 0) {
      throw new ComposeError(`no container found for project "${project.name}": not found`);
    }
    for (const name of operands)
      if (!project.services.has(name)) throw new ComposeError(`no such service: ${quote(name)}: not found`);
    return done(startProject(context.operation, select(project, operands)));
  }),
  stats: command(flagsOf.STATS_FLAGS, ({ context, flags, operands }) => watching.stats(context, flags, operands)),
  stop: command(flagsOf.STOP_FLAGS, (invocation) => {
    const { context, operands } = invocation;
    const options = { services: operands, ...timeout(invocation) };
    return done(stopProject(context.operation, context.openOrFind(operands).project, options));
  }),
  top: command(flagsOf.NO_FLAGS, ({ context, operands }) => showing.top(context, operands)),
  unpause: command(flagsOf.NO_FLAGS, ({ context, operands }) =>
    done(unpauseProject(context.operation, context.openOrFind(operands).project, { services: operands })),
  ),
  up: command(flagsOf.UP_FLAGS, ({ context, flags, operands, changed }) =>
    creating.up(context, flags, operands, changed),
  ),
  volumes: command(flagsOf.VOLUMES_FLAGS, ({ context, flags, operands }) => showing.volumes(context, flags, operands)),
  wait: command(flagsOf.WAIT_FLAGS, ({ context, flags, operands }) => watching.wait(context, flags, operands), {
    arity: atLeast(1),
  }),
  watch: command(flagsOf.WATCH_FLAGS, ({ context, flags, operands }) => creating.watch(context, flags, operands)),
  version: command(flagsOf.VERSION_FLAGS, ({ context, flags }) => showing.version(context, flags), { most: 0 }),
};

/** These ask nothing of the engine. */
const OFFLINE: ReadonlySet<string> = new Set(["config", "version"]);

/** Commands of compose that are not there. */
const UNSUPPORTED: ReadonlySet<string> = new Set(["bridge"]);

const unsupported = (name: string): string => `docker compose ${name} is not something that the simulator does`;

function refuseDryRun(isDry: unknown): void {
  if (isDry === true) throw new ComposeError("--dry-run is not something that the simulator does: fork it instead");
}

/** Among the options, not among the words of a command that is to be run in a container. */
function wantsHelp({ endsOptions }: ComposeCommand, words: readonly string[]): boolean {
  const end = words.findIndex((word) => word === "--" || (endsOptions && !word.startsWith("-")));
  return (end < 0 ? words : words.slice(0, end)).includes("--help");
}

/** Returns the exit code. */
export async function runCompose(session: Session, words: readonly string[]): Promise<number> {
  try {
    const { values, operands } = parseFlags(flagsOf.PROJECT_FLAGS, words, { interspersed: false });
    const [name, ...rest] = operands;
    checkProgress(values.progress);
    refuseDryRun(values["dry-run"]);
    const context = new ComposeContext(session, values);
    const known = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (known !== undefined && name !== undefined && wantsHelp(known, rest)) {
      session.out(helpOf(name, known.flags));
      return 0;
    }
    if (name === "bridge" && rest.every((word) => word === "--help")) {
      session.out(bridgeHelp());
      return 0;
    }
    if (name !== undefined && UNSUPPORTED.has(name)) {
      throw new ComposeError(unsupported(name));
    }
    if (known !== undefined && !OFFLINE.has(name ?? "") && !session.engine.daemon.isListening)
      throw new ComposeError(NO_DAEMON);
    if (known !== undefined && name !== undefined) return await known.run(context, name, rest);
    if (name === undefined || values.help) {
      session.out(composeHelp());
      return 0;
    }
    session.out(composeHelp());
    session.err(`unknown docker command: "compose ${name}"\n`);
    return 1;
  } catch (error) {
    if (error instanceof StatusError) session.err(`Error response from daemon: ${error.message}\n`);
    else if (error instanceof ConnectionLost) session.err(`${error.message}\n`);
    else if (error instanceof CliError) session.err(error.stderr);
    else if (error instanceof ComposeError || error instanceof ValueError) session.err(`${error.message}\n`);
    else throw error;
    return 1;
  }
}
