/**
 * `docker exec`: further processes in running containers.
 *
 * @see moby daemon/exec.go, daemon/exec_linux.go
 */
import { exitCode, O_RDWR } from "../abi/index.ts";
import type { Kernel, Process } from "../kernel/index.ts";
import { StatusError } from "../lib/index.ts";
import type { ProcessSpec } from "../oci/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { Prng, WaitOptions, World } from "../sim/index.ts";
import { DeferredFile, open } from "../vfs/index.ts";
import type { Container } from "./container.ts";
import type { ExecBody } from "./docker/requests/container.ts";
import type { EventLog } from "./events.ts";
import { LogBuffer, type LogEntry } from "./logs.ts";
import { newId } from "./names.ts";
import { chooseCapabilities, processSpec } from "./spec.ts";
import { exitCodeOf, shownReason } from "./start-failure.ts";
import { StdinFeed } from "./stdin-feed.ts";
import type { UserLookup } from "./user-lookup.ts";

export interface ExecParts {
  readonly world: World;
  readonly kernel: Kernel;
  readonly runtime: Runtime;
  readonly events: EventLog;
  readonly prng: Prng;
  readonly users: UserLookup;
}

/** One process that was started by exec, and what it wrote. */
export class ExecSession {
  readonly id: string;
  readonly container: Container;
  readonly body: Partial<ExecBody> & Pick<ExecBody, "Cmd">;
  readonly output = new LogBuffer();
  process: Process | undefined;
  stdin: StdinFeed | undefined;
  exitCode: number | undefined;

  constructor(id: string, container: Container, body: Partial<ExecBody> & Pick<ExecBody, "Cmd">) {
    this.id = id;
    this.container = container;
    this.body = body;
  }

  get isRunning(): boolean {
    return this.process !== undefined && this.exitCode === undefined;
  }
}

/** The exit code of what runc refuses before it starts anything. */
const SETUP_FAILED = 128;

export class ExecService {
  readonly #parts: ExecParts;
  /** Forgotten when their container ends. */
  readonly #sessions = new Map<string, ExecSession>();

  constructor(parts: ExecParts) {
    this.#parts = parts;
  }

  /** @throws StatusError not-found */
  get(id: string): ExecSession {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new StatusError("not-found", `No such exec instance: ${id}`);
    return session;
  }

  /** Those of a container that have not ended. */
  of(container: Container): readonly ExecSession[] {
    return [...this.#sessions.values()].filter((one) => one.container === container && one.exitCode === undefined);
  }

  /** @throws StatusError conflict unless the container runs */
  create(container: Container, body: Partial<ExecBody> & Pick<ExecBody, "Cmd">): ExecSession {
    if (container.state === "paused") {
      throw new StatusError("conflict", `Container ${container.name} is paused, unpause the container before exec`);
    }
    if (!container.isRunning) throw new StatusError("conflict", `container ${container.id} is not running`);
    const session = new ExecSession(newId(this.#parts.prng), container, body);
    this.#sessions.set(session.id, session);
    this.#record(session, `exec_create: ${body.Cmd.join(" ")}`);
    return session;
  }

  /**
   * Starts the process. Resolves when its program runs.
   *
   * @throws StatusError invalid-argument if it cannot be started; then the exit code is 126 or 127.
   */
  async start(session: ExecSession, options: Pick<WaitOptions, "follows"> = {}): Promise<void> {
    const { container, body } = session;
    const { kernel, runtime, world } = this.#parts;
    const oci = container.oci;
    if (oci === undefined) throw new StatusError("conflict", `container ${container.id} is not running`);
    this.#record(session, `exec_start: ${body.Cmd.join(" ")}`);
    if (body.WorkingDir !== undefined && body.WorkingDir !== "" && !body.WorkingDir.startsWith("/")) {
      session.exitCode = SETUP_FAILED;
      throw new StatusError("invalid-argument", "OCI runtime exec failed: exec failed: Cwd must be an absolute path");
    }
    const sink = (stream: LogEntry["stream"]): DeferredFile =>
      new DeferredFile(() =>
        kernel.pipes.sink(0, 0, (bytes) => session.output.append({ stream, timeUs: kernel.nowUs, bytes })),
      );
    const started = runtime.exec(oci, this.#spec(session), [this.#stdin(session), sink("stdout"), sink("stderr")]);
    session.process = started.process;
    started.process.onExit = (status) => {
      session.exitCode = exitCode(status);
      session.stdin?.end();
      this.#record(session, "exec_die", { exitCode: String(session.exitCode) });
    };
    await world.until(started.isSettled, { ...options, what: `exec ${body.Cmd.join(" ")} to start` });
    const failure = started.failure();
    if (failure === undefined) return;
    session.exitCode = exitCodeOf(failure);
    throw new StatusError(
      "invalid-argument",
      `OCI runtime exec failed: exec failed: unable to start container process: ${shownReason(failure)}`,
    );
  }

  async wait(session: ExecSession, options: Pick<WaitOptions, "follows"> = {}): Promise<number> {
    const what = `exec ${session.body.Cmd.join(" ")} to end`;
    await this.#parts.world.until(() => !session.isRunning, { ...options, what });
    return session.exitCode ?? 0;
  }

  #stdin(session: ExecSession) {
    const { kernel } = this.#parts;
    if (session.body.AttachStdin !== true) {
      return new DeferredFile(() => open(session.container.oci?.process ?? kernel.init, "/dev/null", O_RDWR, 0));
    }
    const [read, write] = kernel.pipes.pipe(0, 0, 0);
    session.stdin = new StdinFeed(write);
    return read;
  }

  #spec({ container, body }: ExecSession): ProcessSpec {
    const { config, hostConfig, oci } = container;
    const inherited = oci?.processSpec;
    const user =
      body.User === undefined || body.User === ""
        ? (inherited?.user ?? this.#parts.users.resolve(container))
        : this.#parts.users.resolveAs(container, body.User);
    const capabilities = chooseCapabilities(body.Privileged ? { ...hostConfig, Privileged: true } : hostConfig);
    return {
      ...processSpec(capabilities, hostConfig),
      terminal: body.Tty ?? false,
      user,
      args: body.Cmd,
      env: [...(inherited?.env ?? []), ...(body.Env ?? [])],
      cwd: body.WorkingDir ? body.WorkingDir : (inherited?.cwd ?? config.WorkingDir ?? "/"),
    };
  }

  #record({ container, id }: ExecSession, action: string, more: Readonly<Record<string, string>> = {}): void {
    const { config, imageName, name } = container;
    const attributes = { ...config.Labels, execID: id, ...more, image: imageName, name };
    this.#parts.events.record("container", action, container.id, attributes);
  }
}
