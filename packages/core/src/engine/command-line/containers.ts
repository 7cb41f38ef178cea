/**
 * `docker run`, `create`, `start` and `exec`: the commands that follow what a container writes.
 *
 * @see docker/cli cli/command/container/run.go, create.go, start.go, exec.go
 */
import type { WindowSize } from "../../abi/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import { createWarnings } from "../container/create-warnings.ts";
import type { LaunchOptions } from "../container/launch.ts";
import { NO_TTY } from "../docker/commands/create.ts";
import { failure } from "../docker/problem.ts";
import type { CreateParts, ExecRequest, RunRequest, StartRequest } from "../docker/requests/container.ts";
import { localDnsWarning } from "../docker/values/hosts.ts";
import type { ExecSession } from "../exec.ts";
import type { LogEntry, Stream } from "../log/log-entry.ts";
import type { LogBuffer } from "../log/logs.ts";
import { END_OF_INPUT } from "../streams/console.ts";
import { parseDetachKeys } from "../streams/detach-keys.ts";
import { openProblem } from "./client-disk.ts";
import { told } from "./refusal.ts";
import { pullOne } from "./registry.ts";
import type { Session } from "./session.ts";
import { DEFAULT_SIZE, type TerminalPeer, useTerminal } from "./terminal.ts";

const BOTH: Readonly<Record<Stream, boolean>> = { stdout: true, stderr: true };
/** Exit code of `docker run` for an error of the engine's. */
const RUN_ERROR = 125;

export async function createContainer(session: Session, request: CreateParts): Promise<number> {
  const problem = idFileProblem(session, request.cidFile);
  if (problem !== undefined) throw failure(problem);
  const container = await createOrPull(session, request);
  session.write(request.cidFile, container.id);
  session.lines([container.id]);
  return 0;
}

export async function runContainer(session: Session, request: RunRequest): Promise<number> {
  const problem = idFileProblem(session, request.cidFile);
  if (problem !== undefined) return refuseRun(session, problem, problem);
  let container: Container;
  try {
    container = await createOrPull(session, request);
    session.write(request.cidFile, container.id);
  } catch (error) {
    return refuse(session, error);
  }
  if (!request.detach) checkAttachKeys(request.detachKeys);
  const { AttachStdout, AttachStderr } = request.body;
  const stopPrinting = request.detach
    ? undefined
    : await attach(session, container, { stdout: AttachStdout, stderr: AttachStderr });
  try {
    if (request.detach) session.lines([container.id]);
    await session.call("ContainerStart", container.id, () =>
      startOrRemove(session, container, { untilBegun: request.detach }),
    );
  } catch (error) {
    return refuse(session, error);
  }
  if (request.detach) return 0;
  const isOver = await atContainer(session, container, {
    reads: request.body.OpenStdin,
    detachKeys: request.detachKeys,
  });
  stopPrinting?.();
  return isOver ? waitFor(session, container) : 0;
}

export async function startContainers(session: Session, request: StartRequest): Promise<number> {
  const { containers } = session.engine;
  if (request.attach || request.interactive) {
    if (request.containers.length > 1) {
      session.err("you cannot start and attach multiple containers at once\n");
      return 1;
    }
    const container = containers.get(request.containers[0] ?? "");
    checkAttachKeys(request.detachKeys);
    const stopPrinting = await attach(session, container);
    await startIfNeeded(session, container);
    const isOver = await atContainer(session, container, {
      reads: request.interactive,
      detachKeys: request.detachKeys,
    });
    stopPrinting();
    return isOver ? waitFor(session, container) : 0;
  }
  let failed: string[] = [];
  for (const name of request.containers) {
    try {
      await session.call("ContainerStart", name, () =>
        startOrRemove(session, containers.get(name), { untilBegun: true }),
      );
      session.lines([name]);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (error.kind === "not-modified") session.lines([name]);
      else {
        session.err(`${told(error)}\n`);
        failed = [...failed, name];
      }
    }
  }
  if (failed.length === 0) return 0;
  session.err(`Error: failed to start containers: ${failed.join(", ")}\n`);
  return 1;
}

export async function execInContainer(session: Session, request: ExecRequest): Promise<number> {
  const { containers, exec } = session.engine;
  const container = await session.call("ContainerInspect", request.container, () => containers.get(request.container));
  const { Tty, AttachStdin, DetachKeys } = request.body;
  if (Tty && AttachStdin && session.terminal === undefined) return lackTerminal(session);
  checkDetachKeys(DetachKeys);
  const { rows, columns } = session.terminal?.size ?? DEFAULT_SIZE;
  const body = Tty ? { ...request.body, ConsoleSize: [rows, columns] as const } : request.body;
  const process = await session.call("ContainerExec", request.container, () =>
    exec.create(container, session.terminal === undefined ? request.body : body, request.container),
  );
  const stopPrinting = request.body.Detach ? undefined : print(session, process.output);
  try {
    await session.call("ExecStart", process.id, () => exec.start(process));
  } catch (error) {
    if (!(error instanceof StatusError) || process.exitCode === undefined) throw error;
    if (request.body.Detach) throw error;
    session.out(`${error.message}\r\n`);
    return process.exitCode;
  }
  if (request.body.Detach) return 0;
  if (Tty && AttachStdin) {
    if ((await useTerminal(session, peerOf(process), DetachKeys)) === "detached") {
      stopPrinting?.();
      return sayDetached(session);
    }
  } else if (AttachStdin) {
    if (session.stdin !== undefined) process.stdin?.write(session.stdin);
    exec.closeStdin(process);
  }
  const exitCode = await exec.wait(process, session.interruptible);
  stopPrinting?.();
  return exitCode;
}

/** @throws StatusError internal, as Docker does, for keys that are none */
function checkDetachKeys(keys: string): void {
  try {
    if (keys !== "") parseDetachKeys(keys);
  } catch {
    throw new StatusError("internal", `Invalid escape keys (${keys}) provided`);
  }
}

/** What was to be removed at its end is removed when it does not begin. */
async function startOrRemove({ engine }: Session, container: Container, options: LaunchOptions = {}): Promise<void> {
  try {
    await engine.containers.start(container, options);
  } catch (error) {
    const isOver = error instanceof StatusError && !container.isActive;
    if (isOver && container.hostConfig.AutoRemove) await engine.containers.remove(container);
    throw error;
  }
}

/** Starts a container unless it runs already. */
async function startIfNeeded(session: Session, container: Container): Promise<void> {
  try {
    await session.call("ContainerStart", container.id, () => startOrRemove(session, container));
  } catch (error) {
    if (!(error instanceof StatusError) || error.kind !== "not-modified") throw error;
  }
}

const peerOf = (process: ExecSession): TerminalPeer => ({
  isOver: () => !process.isRunning,
  feed: (bytes) => process.stdin?.write(bytes),
  resize: (size) => process.console?.resize(size),
});

/** What is for somebody at a terminal is refused to everybody else. */
export function lackTerminal(session: Session): number {
  session.err(`${NO_TTY}\n`);
  return 1;
}

/** @throws StatusError not-found for an image that is there, but for another platform */
function checkPlatform({ engine }: Session, { body, platform }: CreateParts): void {
  const image = engine.images.find(body.Image);
  if (platform === undefined || image === undefined) return;
  const { os, architecture } = image.config;
  if (platform.os === os && platform.architecture === architecture) return;
  throw new StatusError(
    "not-found",
    `image with reference ${body.Image} was found but its platform (${os}/${architecture}) does not match the specified platform (${platform.os}/${platform.architecture})`,
  );
}

/** Why the file for the id cannot be made; that it is not there yet is known. */
function idFileProblem(session: Session, path: string): string | undefined {
  const problem = path === "" || session.disk === undefined ? undefined : openProblem(session, path);
  return problem && `failed to create the container ID file: open ${path}: ${problem}`;
}

/** Creates; if the image is missing, says so, pulls it and creates again. */
async function createOrPull(session: Session, request: CreateParts): Promise<Container> {
  const { containers, images } = session.engine;
  const { NetworkingConfig, ...config } = request.body;
  const { rows, columns } = session.terminal?.size ?? DEFAULT_SIZE;
  const isTerminal = session.terminal !== undefined && config.Tty;
  const HostConfig = isTerminal ? { ...config.HostConfig, ConsoleSize: [rows, columns] as const } : config.HostConfig;
  const create = (): Promise<Container> => session.call("ContainerCreate", request.name, make, request.body.Image);
  const make = (): Container => {
    checkPlatform(session, request);
    const container = containers.create({ ...config, HostConfig, NetworkingConfig }, request.name);
    const asked = { hostConfig: HostConfig, isChosen: request.platform !== undefined };
    for (const warning of createWarnings(container, asked, session.engine.kernel.machine))
      session.err(`WARNING: ${warning}\n`);
    return container;
  };
  const unreached = localDnsWarning(HostConfig.Dns ?? []);
  if (unreached !== undefined) session.err(`WARNING: ${unreached}\n`);
  const write = (line: string): void => {
    if (!request.quiet) session.err(`${line}\n`);
  };
  if (request.pull === "always")
    await session.call("ImageCreate", request.body.Image, () => images.pull(request.body.Image));
  try {
    return await create();
  } catch (error) {
    // The client takes whatever is not found for the image: also a driver of volumes.
    const isMissing = error instanceof StatusError && error.kind === "not-found";
    if (!isMissing || request.pull === "never" || request.familiarImage === undefined) throw error;
    write(`Unable to find image '${request.familiarImage}' locally`);
    await pullOne(session, request.body.Image, { write, throws: true });
    return create();
  }
}

/** `docker run` tells what the engine said, where to find help, and ends with 125, 126 or 127. */
function refuse(session: Session, error: unknown): number {
  if (!(error instanceof StatusError)) throw error;
  return refuseRun(session, told(error), error.message);
}

function refuseRun(session: Session, text: string, message: string): number {
  session.err(`docker: ${text}\n\nRun 'docker run --help' for more information\n`);
  return runErrorCode(message);
}

/** @see docker/cli cli/command/container/run.go:toStatusError */
function runErrorCode(message: string): number {
  if (/executable file not found|no such file or directory|system cannot find the file specified/.test(message))
    return 127;
  return /permission denied|is a directory/.test(message) ? 126 : RUN_ERROR;
}

/** Prints what the container writes from now on. */
function attach(session: Session, container: Container, streams = BOTH): Promise<() => void> {
  return session.call("ContainerAttach", container.id, () => {
    session.engine.containers.note(container, "attach");
    return print(session, container.logs, streams);
  });
}

function waitFor(session: Session, container: Container): Promise<number> {
  const { containers } = session.engine;
  return session.call("ContainerWait", container.id, () => containers.wait(container, session.interruptible));
}

/** Prints what comes into a log, each stream to its own. Returns what ends that. */
function print(session: Session, log: LogBuffer, streams = BOTH): () => void {
  const show = ({ stream, bytes }: LogEntry): void => {
    if (!streams[stream]) return;
    if (stream === "stdout") session.out(bytes);
    else session.err(bytes);
  };
  return log.follow(show);
}

/** @throws CliError for keys that the daemon does not know: then it lets nobody attach */
export function checkAttachKeys(keys: string): void {
  try {
    if (keys !== "") parseDetachKeys(keys);
  } catch (error) {
    throw error instanceof StatusError ? failure("unable to upgrade to tcp, received 400") : error;
  }
}

/** Is at the container until that ends, or the keys to detach are typed: then it is false. */
export async function atContainer(
  session: Session,
  container: Container,
  { reads, detachKeys }: { readonly reads: boolean; readonly detachKeys: string },
): Promise<boolean> {
  const { containers } = session.engine;
  session.options.onAttached?.(container);
  if (session.terminal === undefined || !container.config.Tty || !reads) {
    if (reads) feed(session, container);
    await containers.wait(container, session.interruptible);
    return true;
  }
  const peer = {
    isOver: () => !container.isActive,
    feed: (bytes: Uint8Array) => containers.streams.feed(container, bytes),
    resize: (size: WindowSize) => containers.resize(container, size),
  };
  return (await useTerminal(session, peer, detachKeys)) === "over";
}

/** `attach` and `exec` say that the keys were typed, and fail; `run` and `start` do neither. */
export function sayDetached(session: Session): number {
  session.err("read escape sequence\n");
  return 1;
}

function feed(session: Session, container: Container): void {
  const { containers } = session.engine;
  if (session.stdin !== undefined) containers.streams.feed(container, session.stdin);
  if (container.config.Tty) containers.streams.feed(container, END_OF_INPUT);
  containers.streams.closeStdin(container);
}
