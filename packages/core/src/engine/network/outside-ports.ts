/** Published ports of the machine that are ports of a computer, too: what `packages/node` implements. */
import type { PublishedPort } from "./port-bindings.ts";

/** A port that the computer cannot give. */
export interface RefusedPort {
  readonly port: PublishedPort;
  /** In the system's words: "address already in use". */
  readonly problem: string;
}

/** Makes published ports of the machine ports of a computer. */
export interface OutsidePorts {
  /** Listens on what it can. Resolves to what it cannot. */
  open(ports: readonly PublishedPort[]): Promise<readonly RefusedPort[]>;
  /** Listens on them no longer; those that it does not know are none of its. */
  close(ports: readonly PublishedPort[]): void;
}
