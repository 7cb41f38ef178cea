/** `docker commit`. @see docker/cli cli/command/container/commit.go, moby daemon/commit.go */

import { committedConfig } from "../container/commit.ts";
import type { RequestOf } from "../docker/request.ts";
import type { Session } from "./session.ts";

/** A running container stands still in the meantime, unless that is not wanted. */
export function commitToImage(session: Session, request: RequestOf<"commit">): number {
  const { engine } = session;
  const { containers, images } = engine;
  const container = containers.get(request.container);
  const pauses = request.pause && container.state === "running";
  if (pauses) containers.pause(container);
  try {
    const config = committedConfig(container, request.changes, undefined);
    const image = engine.commit(container, { author: request.author, comment: request.message, config });
    const name = request.repository === "" ? "" : `${request.repository}:${request.tag}`;
    if (name !== "") images.tag(image.id, name);
    const imageRef = name === "" ? "" : images.familiarName(name);
    containers.note(container, "commit", { comment: request.message, imageID: image.id, imageRef });
    session.lines([image.id]);
    return 0;
  } finally {
    if (pauses) containers.unpause(container);
  }
}
