/** How the client tells of what the daemon has refused, and what it refuses itself. */
import { BrokenAnswer, OPERATIONS, type Operation } from "../../faults/index.ts";
import { StatusError } from "../../lib/index.ts";

/** What the client refuses before it asks the daemon. */
class ClientRefusal extends StatusError {
  constructor(message: string) {
    super("invalid-argument", message);
  }
}

/** What the daemon has said is told as that; what the client has found out itself is not. */
export function told(error: StatusError): string {
  const isOwn = error instanceof BrokenAnswer || error instanceof ClientRefusal;
  return isOwn ? error.message : `Error response from daemon: ${error.message}`;
}

/**
 * @throws ClientRefusal for a call about a container, network, volume or image without a name
 * @see docker/client utils.go trimID, image_inspect.go
 */
export function checkNamed(operation: Operation, subject: string): void {
  if (subject === "") {
    if (operation === "ImageInspect") throw new ClientRefusal("Error: No such image: ");
    // The client asks for a page that there is not.
    const wantsPage = operation === "ImageHistory" || operation === "ImageDelete";
    if (wantsPage) throw new StatusError("not-found", "page not found");
  }
  // What is asked about several containers at once names none of them here.
  if (subject.trim() !== "" || operation === "ContainerStats") return;
  const [, kind] = /^\/(container|network|volume)s\/\{/.exec(OPERATIONS[operation].path) ?? [];
  if (kind === undefined) return;
  if (operation === "ContainerDelete") throw new ClientRefusal("container name cannot be empty");
  throw new ClientRefusal(`invalid ${kind} name or ID: value is empty`);
}
