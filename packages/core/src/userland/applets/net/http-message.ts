/** A request of HTTP, and who has sent it. */
import type { InetAddress } from "../../../abi/index.ts";

export interface Peer {
  readonly input: number;
  readonly output: number;
  readonly peer: InetAddress | undefined;
}

/** What was asked for. */
export interface Asked {
  readonly method: string;
  /** Decoded and without dots, beginning with a slash. */
  readonly path: string;
  readonly query: string | undefined;
  readonly headers: ReadonlyMap<string, string>;
}
