/**
 * Machine profiles: the traits in which hosts and builds differ.
 *
 * `modern` is what a user meets today. `recorded` is the machine that the recordings come from; where recording and
 * documentation differ, its traits say so. Nothing else in the engine asks where it runs.
 */
import type { Machine } from "../kernel/index.ts";

export type ProfileName = "modern" | "recorded";

export interface MachineProfile {
  readonly name: ProfileName;
  readonly machine: Partial<Machine>;
  /** The shell of the busybox image: messages name the line, and applets need not be found in PATH. */
  readonly shell: { readonly lineInMessages: boolean; readonly standalone: boolean };
}

export const PROFILES: Readonly<Record<ProfileName, MachineProfile>> = {
  modern: {
    name: "modern",
    machine: {},
    shell: { lineInMessages: false, standalone: false },
  },
  recorded: {
    name: "recorded",
    machine: {
      cpus: 2,
      protections: { symlinks: false, hardlinks: true, regular: 0, fifos: 0 },
    },
    shell: { lineInMessages: true, standalone: true },
  },
};
