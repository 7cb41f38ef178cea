/**
 * What containers that are there go through: stopped, started again, killed, paused, waited for, renamed, changed, removed.
 *
 * @see docker/cli cli/command/container
 */
import { StatusError } from "../../lib/index.ts";
import type { RequestOf } from "../docker/request.ts";
import { signalOf } from "../signal-names.ts";
import { eachNamed, type NamedWork } from "./named.ts";
import { told } from "./refusal.ts";
import type { Session } from "./session.ts";

type LifecycleRequest = RequestOf<
  "stop" | "restart" | "kill" | "pause" | "unpause" | "wait" | "rm" | "rename" | "update"
>;

export async function runLifecycle(session: Session, request: LifecycleRequest): Promise<number> {
  const { containers } = session.engine;
  const named = (names: readonly string[], work: NamedWork): Promise<number> => eachNamed(session, names, work);
  switch (request.command) {
    case "stop":
      return named(request.containers, (name) =>
        ignoreUnchanged(
          session.call("ContainerStop", name, () => containers.stop(containers.get(name), stopOf(request), name)),
        ),
      );
    case "restart":
      return named(request.containers, (name) =>
        session.call("ContainerRestart", name, () =>
          containers.restart(containers.get(name), { ...stopOf(request), untilBegun: true }, name),
        ),
      );
    case "kill":
      return named(request.containers, (name) =>
        session.call("ContainerKill", name, () => kill(session, name, request.signal)),
      );
    case "pause":
      return named(request.containers, (name) =>
        session.call("ContainerPause", name, () => containers.pause(containers.get(name))),
      );
    case "unpause":
      return named(request.containers, (name) =>
        session.call("ContainerUnpause", name, () => containers.unpause(containers.get(name))),
      );
    case "wait":
      return named(request.containers, (name) =>
        session.call(
          "ContainerWait",
          name,
          async () => `${await containers.wait(containers.get(name), session.interruptible)}`,
        ),
      );
    case "rm":
      return removeContainers(session, request);
    case "rename":
      return renameContainer(session, request);
    case "update":
      return updateContainers(session, request);
  }
}

/** What the engine remarks comes last. */
async function updateContainers(session: Session, { containers, body }: RequestOf<"update">): Promise<number> {
  const warnings: string[] = [];
  const code = await eachNamed(session, containers, (name) =>
    session.call("ContainerUpdate", name, () => {
      warnings.push(...session.engine.containers.update(name, body));
    }),
  );
  session.lines(warnings);
  return code;
}

const stopOf = ({ timeout, signal }: RequestOf<"stop" | "restart">) => ({
  timeoutSeconds: timeout,
  ...(signal === "" ? {} : { signal }),
});

/** Errors of `kill` say what it was that could not be done. */
async function kill({ engine }: Session, name: string, signal: string): Promise<void> {
  const { containers } = engine;
  try {
    const wanted = signalOf(signal === "" ? "KILL" : signal);
    await containers.kill(containers.get(name), wanted);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new StatusError(error.kind, `cannot kill container: ${name.replace(/^\//, "")}: ${error.message}`);
  }
}

function removeContainers(session: Session, request: RequestOf<"rm">): Promise<number> {
  const { containers } = session.engine;
  return eachNamed(session, request.containers, async (name) => {
    try {
      await session.call("ContainerDelete", name, () =>
        request.link
          ? containers.unlink(name)
          : containers.remove(containers.get(name), { force: request.force, volumes: request.volumes }, name),
      );
    } catch (error) {
      // With --force a missing container is told, and is no failure.
      if (!(request.force && error instanceof StatusError && error.kind === "not-found")) throw error;
      session.err(`${told(error)}\n`);
      return "";
    }
    return name;
  });
}

/** What the engine says of it is told first. @see docker/cli cli/command/container/rename.go */
async function renameContainer(session: Session, { container, newName }: RequestOf<"rename">): Promise<number> {
  const { containers } = session.engine;
  try {
    await session.call("ContainerRename", container, () => containers.rename(containers.get(container), newName));
    return 0;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    session.err(`${told(error)}\nError: failed to rename container named ${container}\n`);
    return 1;
  }
}

/** Stopping what is stopped is HTTP 304: no error for a client. */
async function ignoreUnchanged(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StatusError) || error.kind !== "not-modified") throw error;
  }
}
