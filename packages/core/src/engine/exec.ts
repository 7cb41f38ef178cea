/**
 * `docker exec`: further processes in running containers.
 *
 * @see moby daemon/exec.go, daemon/exec_linux.go
 */
import { exitCode, type WaitStatus, type WindowSize } from "../abi/index.ts";
import type { Kernel, Process } from "../kernel/index.ts";
import { rememberingEach, StatusError } from "../lib/index.ts";
import type { ProcessSpec } from "../oci/index.ts";
import {
  type OciContainer,
  type ResolvedUser,
  type Runtime,
  type StartedExec,
  type Stdio,
  withHome,
} from "../runtime/index.ts";
import type { Prng, WaitOptions, World } from "../sim/index.ts";
import type { OpenFile } from "../vfs/index.ts";
import { type Container, checkRunning } from "./container/container.ts";
import { ExecSessions } from "./container/exec-sessions.ts";
import { exitCodeOf, shownReason } from "./container/start-failure.ts";
import type { UserLookup } from "./container/user-lookup.ts";
import type { ExecBody } from "./docker/requests/container.ts";
import type { EventLog } from "./events.ts";
import { LogBuffer } from "./log/logs.ts";
import type { DaemonLife } from "./machine/daemon-life.ts";
import { newId } from "./names.ts";
import { linkEnvironment } from "./network/links.ts";
import { consoleSize, environment, processSpec, workingDirectory } from "./spec.ts";
import { Console } from "./streams/console.ts";
import { deferredStreams, logDrain, type StreamsKind } from "./streams/deferred-streams.ts";
import { StdinFeed } from "./streams/stdin-feed.ts";

export interface ExecParts {
  readonly world: World;
  readonly life: DaemonLife;
  readonly kernel: Kernel;
  readonly runtime: Runtime;
  readonly events: EventLog;
  readonly prng: Prng;
  readonly users: UserLookup;
}

/** Is told of the end of a session, without waiting for it. */
export interface SessionWatcher {
  /** @param refusal why its program was never started */
  sessionEnded(session: ExecSession, refusal: StatusError | undefined): void;
}

/** One process that was started by exec, and what it wrote. */
export class ExecSession {
  readonly id: string;
  readonly container: Container;
  readonly body: Partial<ExecBody> & Pick<ExecBody, "Cmd">;
  #output: LogBuffer | undefined;
  stdin: StdinFeed | undefined = undefined;
  console: Console | undefined = undefined;
  /** The size of its terminal, if who starts it has said another than who created it. */
  consoleSize: ExecBody["ConsoleSize"] = undefined;
  /** What the runtime had of its container when it was made, until it is started. */
  #awaits: OciContainer | undefined;
  /** While it runs: what is remembered of an ended session does not keep its process alive. */
  #process: Process | undefined;
  #pid: number | undefined;
  #exitCode: number | undefined;
  #endedUs: number | undefined;

  constructor(id: string, container: Container, body: Partial<ExecBody> & Pick<ExecBody, "Cmd">) {
    this.id = id;
    this.container = container;
    this.body = body;
    this.#awaits = container.oci;
  }

  get output(): LogBuffer {
    this.#output ??= new LogBuffer();
    return this.#output;
  }

  /** What it has written, if it has written anything or somebody listens. */
  get outputIfAny(): LogBuffer | undefined {
    return this.#output;
  }

  /** The process of a session that runs. */
  get process(): Process | undefined {
    return this.#process;
  }

  /** Whether it was started, even if nothing came of it. */
  get wasStarted(): boolean {
    return this.#pid !== undefined || this.#endedUs !== undefined;
  }

  /** The pid on the machine that its process has or had; `undefined` before it is started. */
  get pid(): number | undefined {
    return this.#pid;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /**
   * Whether it was never started and its container has ended since, which takes such sessions with it.
   *
   * @see moby daemon/start.go Cleanup
   */
  get isLost(): boolean {
    return this.#awaits !== undefined && this.#awaits !== this.container.oci;
  }

  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** When it has ended, or has failed to start. */
  get endedUs(): number | undefined {
    return this.#endedUs;
  }

  begin(process: Process): void {
    this.#awaits = undefined;
    this.#process = process;
    this.#pid = process.pid;
  }

  end(exitCode: number, timeUs: number): void {
    this.#awaits = undefined;
    this.#process = undefined;
    this.#exitCode = exitCode;
    this.#endedUs = timeUs;
  }
}

/** What the events of an exec are called. */
interface Actions {
  readonly create: string;
  readonly start: string;
}

/** The program and its arguments, with a blank between also where there are none. */
const actionsOf = rememberingEach((command: readonly string[]): Actions => {
  const [program = "", ...args] = command;
  const shown = `${program} ${args.join(" ")}`;
  return { create: `exec_create: ${shown}`, start: `exec_start: ${shown}` };
});

/** Whether a request leaves everything but the command as the container has it. */
const isPlain = ({ Tty, User, Env, WorkingDir, Privileged }: ExecSession["body"]): boolean =>
  Tty !== true && !User && (Env ?? []).length === 0 && !WorkingDir && Privileged !== true;

/** The exit code of what runc refuses before it starts anything. */
const SETUP_FAILED = 128;
/** The exit code where there is no such user any more. */
const NO_SUCH_USER = 126;

/** What is known of a session whose process has ended, besides how. */
interface Ending {
  /** Why it could not become its program. */
  readonly failure: string | undefined;
  readonly watcher: SessionWatcher | undefined;
}

const refusalOf = (failure: string): StatusError =>
  new StatusError(
    "invalid-argument",
    `OCI runtime exec failed: exec failed: unable to start container process: ${shownReason(failure)}`,
  );

const OF_EXEC: StreamsKind<ExecSession> = {
  process: ({ process }) => process,
  output: ({ output }) => output,
  keepsLines: () => false,
};

export class ExecService {
  readonly #parts: ExecParts;
  readonly #sessions: ExecSessions;

  constructor(parts: ExecParts) {
    this.#parts = parts;
    this.#sessions = new ExecSessions(() => parts.kernel.nowUs, parts.world.allotments.disk);
  }

  /** @throws StatusError not-found */
  get(id: string): ExecSession {
    const session = this.#sessions.get(id);
    if (session === undefined || session.isLost) throw new StatusError("not-found", `No such exec instance: ${id}`);
    return session;
  }

  /**
   * A session of a container that runs.
   *
   * @throws StatusError not-found, conflict for a container in which nothing more can be run
   * @see moby daemon/exec.go getExecConfig
   */
  active(id: string): ExecSession {
    const session = this.get(id);
    this.check(session.container, session.container.id);
    return session;
  }

  /** The sessions of a container that have not ended. */
  of(container: Container): readonly ExecSession[] {
    return this.#sessions.of(container);
  }

  /**
   * @param reference what the caller calls the container
   * @throws StatusError conflict unless the container runs, invalid-argument for a user that there is not
   */
  create(
    container: Container,
    body: Partial<ExecBody> & Pick<ExecBody, "Cmd">,
    reference: string = container.name,
  ): ExecSession {
    this.check(container, reference);
    if (body.User !== undefined && body.User !== "") this.#parts.users.resolveAs(container, body.User);
    // What it is told of those that it is linked to is worked out anew.
    linkEnvironment(container);
    const session = new ExecSession(newId(this.#parts.prng), container, body);
    this.#sessions.add(session);
    this.#record(session, actionsOf(body.Cmd).create);
    return session;
  }

  /** @throws StatusError conflict for a container in which nothing more can be run */
  check(container: Container, reference: string = container.name): void {
    if (container.state === "paused") {
      throw new StatusError("conflict", `Container ${reference} is paused, unpause the container before exec`);
    }
    checkRunning(container);
  }

  /**
   * Starts the process. Resolves when its program runs.
   *
   * @throws StatusError invalid-argument if it cannot be started; then the exit code is 126 or 127.
   */
  async start(session: ExecSession, options: Pick<WaitOptions, "follows"> = {}): Promise<void> {
    const { world } = this.#parts;
    const { Cmd } = session.body;
    const started = this.launch(session);
    await world.until(() => started.isSettled, { ...options, what: `exec ${Cmd.join(" ")} to start` });
    const { failure } = started;
    if (failure === undefined) return;
    this.#end(session, exitCodeOf(failure));
    throw refusalOf(failure);
  }

  /**
   * Starts the process, and does not wait until its program runs.
   *
   * @param watcher is told of its end
   * @throws StatusError conflict, invalid-argument where no process can be made
   */
  launch(session: ExecSession, watcher?: SessionWatcher): StartedExec {
    const { container, body } = session;
    const { runtime } = this.#parts;
    const oci = container.oci;
    if (oci === undefined) throw new StatusError("conflict", `container ${container.id} is not running`);
    this.#record(session, actionsOf(body.Cmd).start);
    if (body.WorkingDir !== undefined && body.WorkingDir !== "" && !body.WorkingDir.startsWith("/")) {
      this.#end(session, SETUP_FAILED);
      throw new StatusError("invalid-argument", "OCI runtime exec failed: exec failed: Cwd must be an absolute path");
    }
    const takeConsole = (master: OpenFile): void => this.#openConsole(session, master);
    const spec = this.#specOf(session);
    const started = runtime.exec(oci, spec, this.#stdio(session, spec), takeConsole);
    session.begin(started.process);
    started.process.watcher = {
      processEnded: (status) => this.#ended(session, status, { failure: started.failure, watcher }),
    };
    return started;
  }

  /** Whether the daemon has seen that it ended, and forgets it the next time that it looks. */
  isLeaving(session: ExecSession): boolean {
    return this.#sessions.isSeenOver(session);
  }

  /** The daemon is gone: sessions go on, and nobody knows them any more. */
  forget(): void {
    this.#sessions.clear();
  }

  /** False if nobody could ask about it any more. */
  #end(session: ExecSession, code: number): boolean {
    session.end(code, this.#parts.kernel.nowUs);
    return this.#sessions.end(session);
  }

  /** A program that was never started has no end to tell of, but to whom that waits for it. */
  #ended(session: ExecSession, status: WaitStatus, { failure, watcher }: Ending): void {
    const isKnown = this.#end(session, failure === undefined ? exitCode(status) : exitCodeOf(failure));
    session.stdin?.end();
    session.console?.close();
    session.console = undefined;
    if (failure === undefined && isKnown) this.#record(session, "exec_die", session.exitCode);
    watcher?.sessionEnded(session, failure === undefined ? undefined : refusalOf(failure));
  }

  async wait(session: ExecSession, options: Pick<WaitOptions, "follows" | "signal"> = {}): Promise<number> {
    const what = `exec ${session.body.Cmd.join(" ")} to end`;
    await this.#parts.life.until(() => !session.isRunning, { ...options, what });
    return session.exitCode ?? 0;
  }

  /** Tells its terminal the size. @throws StatusError invalid-argument, not-found unless it runs */
  resize(session: ExecSession, size: WindowSize): void {
    if (session.pid === undefined) throw new StatusError("invalid-argument", "exec process is not started");
    if (!session.isRunning) {
      throw new StatusError("not-found", `NotFound: process does not exist ${session.id}: not found`);
    }
    session.console?.resize(size);
  }

  /** No more input comes. A terminal stays open: whoever types ends input with ^D. */
  closeStdin(session: ExecSession): void {
    if (session.body.Tty !== true) session.stdin?.end();
  }

  #openConsole(session: ExecSession, master: OpenFile): void {
    session.console = new Console(
      master,
      logDrain(this.#parts.kernel, session.output, { stream: "stdout", keepsLines: false, isTerminal: true }),
    );
    if (session.body.AttachStdin === true) session.stdin = new StdinFeed(master.retain());
  }

  #stdio(session: ExecSession, { user: { uid } }: ProcessSpec): Stdio {
    const hasPipe = session.body.AttachStdin === true && session.body.Tty !== true;
    const input = hasPipe ? this.#stdinPipe(session, uid) : undefined;
    return deferredStreams(this.#parts.kernel, { owner: session, kind: OF_EXEC, uid, input });
  }

  #stdinPipe(session: ExecSession, uid: number): OpenFile {
    const [read, write] = this.#parts.kernel.pipes.pipe(uid, 0, 0);
    session.stdin = new StdinFeed(write);
    return read;
  }

  #specOf(session: ExecSession): ProcessSpec {
    try {
      return this.#spec(session);
    } catch (error) {
      this.#end(session, NO_SUCH_USER);
      throw error;
    }
  }

  #spec({ container, body, consoleSize: startSize }: ExecSession): ProcessSpec {
    if (startSize !== undefined) return this.#makeSpec(container, { ...body, ConsoleSize: startSize });
    if (!isPlain(body) || container.links.size > 0 || container.config.User) return this.#makeSpec(container, body);
    const { plainExec: known } = container;
    if (known?.args === body.Cmd) return known;
    const spec = known === undefined ? this.#makeSpec(container, body) : { ...known, args: body.Cmd };
    container.plainExec = spec;
    return spec;
  }

  /** A user is looked up anew for each session. */
  #userOf(container: Container, name: string | undefined): ResolvedUser {
    const { users } = this.#parts;
    return name ? users.resolveAs(container, name) : (container.user ?? users.resolve(container));
  }

  #makeSpec(container: Container, body: ExecSession["body"]): ProcessSpec {
    const { config, hostConfig } = container;
    const user = this.#userOf(container, body.User || container.config.User);
    // Not spread: each specification would have a hidden class of its own.
    const { capabilities, rlimits, noNewPrivileges, oomScoreAdj } = processSpec(
      body.Privileged ? { ...hostConfig, Privileged: true } : hostConfig,
    );
    return {
      terminal: body.Tty ?? false,
      consoleSize: consoleSize(body.ConsoleSize),
      user,
      args: body.Cmd,
      env: withHome(withVariables(terminalEnvironment(container, body), body.Env ?? []), user),
      cwd: body.WorkingDir ? body.WorkingDir : workingDirectory(config),
      capabilities,
      rlimits,
      noNewPrivileges,
      oomScoreAdj,
    };
  }

  #record({ container, id }: ExecSession, action: string, exitCode?: number): void {
    const { config, imageName, name } = container;
    const execID = id;
    const own =
      exitCode === undefined
        ? { execID, image: imageName, name }
        : { execID, exitCode: String(exitCode), image: imageName, name };
    const attributes = hasAny(config.Labels) ? { ...config.Labels, ...own } : own;
    this.#parts.events.record("container", action, container.id, attributes);
  }
}

function hasAny(labels: Readonly<Record<string, string>> | null | undefined): boolean {
  for (const _ in labels ?? {}) return true;
  return false;
}

/** The environment of the container's first process, with TERM if and only if this one has a terminal. */
function terminalEnvironment(container: Container, body: ExecSession["body"]): readonly string[] {
  const { config } = container;
  const env = environment(container);
  const isGiven = config.Env?.some((variable) => variable.startsWith("TERM=")) === true;
  if (isGiven || (config.Tty === true) === (body.Tty === true)) return env;
  if (config.Tty === true) return env.filter((variable) => variable !== TERM);
  const at = env.findIndex((variable) => variable.startsWith("HOSTNAME=")) + 1;
  return [...env.slice(0, at), TERM, ...env.slice(at)];
}

/** With more variables; a name without a value takes one away. @see moby container/env.go ReplaceOrAppendEnvValues */
function withVariables(env: readonly string[], more: readonly string[]): readonly string[] {
  const gone = new Set(more.filter((variable) => !variable.includes("=")));
  const isKept = (variable: string): boolean => !gone.has(variable.split("=", 1)[0] ?? "");
  return [...env.filter(isKept), ...more.filter((variable) => variable.includes("="))];
}

const TERM = "TERM=xterm";
