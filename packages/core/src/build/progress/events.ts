/** What a build tells while it goes on. @see BuildKit api/services/control StatusResponse */
import type { LintWarning } from "../dockerfile/lint.ts";

interface About {
  /** The vertex, by its number in the build: from 1, as they are announced. */
  readonly vertex: number;
  /** Wall time, microseconds since 1970. */
  readonly timeUs: number;
}

export type BuildEvent =
  /** A vertex that the build will need; some are never started because another one fails first. */
  | (About & { readonly kind: "planned"; readonly name: string; readonly inputs: readonly number[] })
  /** For the first time, or again after a pause. */
  | (About & { readonly kind: "started"; readonly name: string })
  | (About & { readonly kind: "completed"; readonly cached: boolean })
  | (About & { readonly kind: "failed"; readonly error: string })
  /** Another one has failed; the error is what that came to here. */
  | (About & { readonly kind: "canceled"; readonly error: string })
  /** What a process wrote. */
  | (About & { readonly kind: "log"; readonly stream: "stdout" | "stderr"; readonly bytes: Uint8Array })
  /** A step within a vertex: "transferring context: 335B". */
  | (About & { readonly kind: "status"; readonly text: string; readonly done: boolean })
  | (About & { readonly kind: "warning"; readonly warning: LintWarning });

export type BuildListener = (event: BuildEvent) => void;
