/** `docker attach`. @see docker/cli cli/command/container/attach.go */
import type { RequestOf } from "../docker/request.ts";
import type { Session } from "./session.ts";

/** Shows what comes from now on; the exit code is the container's. */
export async function attachTo(session: Session, request: RequestOf<"attach">): Promise<number> {
  const { containers } = session.engine;
  const container = containers.get(request.container);
  const state = container.state === "paused" ? "paused" : container.isActive ? undefined : "stopped";
  if (state !== undefined) {
    const first = state === "paused" ? "unpause it" : "start it";
    session.err(`You cannot attach to a ${state} container, ${first} first\n`);
    return 1;
  }
  const stop = container.logs.follow(({ stream, bytes }) =>
    stream === "stdout" ? session.out(bytes) : session.err(bytes),
  );
  if (!request.noStdin && container.config.OpenStdin === true) {
    if (session.stdin !== undefined) containers.feed(container, session.stdin);
    if (container.config.StdinOnce === true) containers.closeStdin(container);
  }
  containers.note(container, "attach");
  const exitCode = await containers.wait(container);
  stop();
  return exitCode;
}
