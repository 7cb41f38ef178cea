/** The machines around one, as it meets them on a network: who is at an address, and who is heard. */
import type { Swarm } from "./swarm.ts";

/** The other machines, as a swarm needs them. */
export interface Surroundings {
  /** Where the others reach the machine. */
  readonly address: string;
  /** Its machine's swarm mode, by address or name; `undefined` for an address that is nobody's. */
  at(host: string): { readonly address: string; readonly swarm: Swarm } | undefined;
  /** Whether what one machine sends arrives at the other now. */
  hears(from: string, to: string): boolean;
}

/** A machine alone: nobody else is anywhere. */
export const NOBODY: Surroundings = {
  address: "",
  at: () => undefined,
  hears: (from, to) => from === to,
};
