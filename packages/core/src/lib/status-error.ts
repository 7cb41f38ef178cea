/**
 * `StatusError`: how an API call of the engine, the registry or the builder fails.
 *
 * One class with a closed set of kinds, after containerd's errdefs and moby's errdefs; a door translates the kind into
 * its own language (HTTP status, exit code) exactly once.
 */

export type StatusKind =
  | "invalid-argument"
  | "not-found"
  | "already-exists"
  | "conflict"
  | "failed-precondition"
  | "permission-denied"
  | "unauthenticated"
  | "not-modified"
  | "resource-exhausted"
  | "unavailable"
  | "not-implemented"
  | "internal";

/** An expected failure of an API call; `message` is what Docker prints after "Error response from daemon: ". */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly kind: StatusKind;

  constructor(kind: StatusKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
