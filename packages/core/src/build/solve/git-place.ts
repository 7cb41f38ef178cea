/** Where builds find repositories. */
import type { GitRepository } from "../../git/index.ts";
import type { Prng } from "../../sim/index.ts";

/** What git needs of the machine and of the client. */
export interface GitPlace {
  /** The repository at an address; `undefined` if nobody has it, or there is no git on the machine to ask. */
  readonly find: (remote: string) => GitRepository | undefined;
  /** The client forwards its agent. */
  readonly hasAgent: boolean;
  readonly prng: Prng;
}

/** Hears what git says. */
export type GitTell = (stream: "stdout" | "stderr", text: string) => void;
