/** `docker attach`. @see docker/cli cli/command/container/attach.go */

import type { Container } from "../container/container.ts";
import type { RequestOf } from "../docker/request.ts";
import { atContainer, checkAttachKeys, lackTerminal, sayDetached } from "./containers.ts";
import type { Session } from "./session.ts";
import { DEFAULT_SIZE } from "./terminal.ts";

/** Shows what comes from now on; the exit code is the container's. */
export async function attachTo(session: Session, request: RequestOf<"attach">): Promise<number> {
  const { containers } = session.engine;
  const container = await session.call("ContainerInspect", request.container, () => containers.get(request.container));
  const refused = refusal(container);
  if (refused !== undefined) {
    session.err(`You cannot attach to a ${refused}\n`);
    return 1;
  }
  if (!request.noStdin && container.config.Tty && session.terminal === undefined) return lackTerminal(session);
  const stop = await session.call("ContainerAttach", request.container, () =>
    container.logs.follow(({ stream, bytes }) => (stream === "stdout" ? session.out(bytes) : session.err(bytes))),
  );
  checkAttachKeys(request.detachKeys);
  const reads = !request.noStdin && container.config.OpenStdin === true;
  containers.note(container, "attach");
  if (session.terminal !== undefined && container.config.Tty) {
    redraw(session, container);
    const isOver = await atContainer(session, container, { reads, detachKeys: request.detachKeys });
    stop();
    return isOver ? containers.wait(container) : sayDetached(session);
  }
  if (reads) {
    if (session.stdin !== undefined) containers.streams.feed(container, session.stdin);
    if (container.config.StdinOnce === true) containers.streams.closeStdin(container);
    // An input that goes on without its client: with what came of this one, the daemon ends what it shows, too.
    else if (session.stdin !== undefined) stop();
  }
  session.options.onAttached?.(container);
  const exitCode = await containers.wait(container, session.interruptible);
  stop();
  return exitCode;
}

/** A size that is wrong for a moment makes whatever runs there show itself again. */
function redraw({ engine, terminal }: Session, container: Container): void {
  const { rows, columns } = terminal?.size ?? DEFAULT_SIZE;
  engine.containers.resize(container, { rows: rows + 1, columns: columns + 1 });
  engine.containers.resize(container, { rows, columns });
}

/** @see inspectContainerAndCheckState */
function refusal({ state, isRunning }: Container): string | undefined {
  if (state === "paused") return "paused container, unpause it first";
  if (state === "restarting") return "restarting container, wait until it is running";
  return isRunning ? undefined : "stopped container, start it first";
}
