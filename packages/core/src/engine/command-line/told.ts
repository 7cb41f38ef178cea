/** How the client tells of an error. */
import { BrokenAnswer, type Operation } from "../../faults/index.ts";
import { StatusError } from "../../lib/index.ts";

/** What the client refuses before it asks the daemon. */
export class ClientRefusal extends StatusError {
  constructor(message: string) {
    super("invalid-argument", message);
  }
}

/** What the daemon has said is told as that; what the client has found out itself is not. */
export function told(error: StatusError): string {
  const isOwn = error instanceof BrokenAnswer || error instanceof ClientRefusal;
  return isOwn ? error.message : `Error response from daemon: ${error.message}`;
}

/** Calls that name nothing, or several things at once. */
const NAMELESS: ReadonlySet<Operation> = new Set<Operation>([
  "ContainerCreate",
  "ContainerList",
  "ContainerStats",
  "NetworkCreate",
  "NetworkList",
  "VolumeCreate",
  "VolumeList",
]);

/** @throws ClientRefusal for a call about a container, network or volume without a name @see docker/client utils.go trimID */
export function checkNamed(operation: Operation, subject: string): void {
  if (subject.trim() !== "" || NAMELESS.has(operation)) return;
  const [, kind] = /^(Container|Network|Volume)/.exec(operation) ?? [];
  if (kind === undefined || /Prune/.test(operation)) return;
  if (operation === "ContainerDelete") throw new ClientRefusal("container name cannot be empty");
  throw new ClientRefusal(`invalid ${kind.toLowerCase()} name or ID: value is empty`);
}
