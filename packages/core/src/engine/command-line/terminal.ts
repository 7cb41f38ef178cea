/**
 * The terminal that a command line is called at: somebody who types, and a window of some size.
 *
 * @see docker/cli cli/command/container/hijack.go, tty.go
 */

import type { WindowSize } from "../../abi/index.ts";
import { encode } from "../../lib/index.ts";
import { UNLIMITED } from "../../sim/index.ts";
import { END_OF_INPUT } from "../streams/console.ts";
import { DEFAULT_DETACH_KEYS, DetachFilter, parseDetachKeys } from "../streams/detach-keys.ts";
import type { Session } from "./session.ts";

/** What somebody does at a terminal: types some keys, or gives the window another size. */
export type TerminalInput = string | Uint8Array | WindowSize;

/** Who types at the terminal of a command line, and how large its window is. */
export interface TerminalOptions {
  /**
   * What is done, piece by piece. Before each piece of a list a moment passes, as when somebody waits for the prompt, and
   * after the last one ^D is typed. Pieces that come from outside, by an asynchronous iteration, are taken as they come.
   */
  readonly input?: string | Iterable<TerminalInput> | AsyncIterable<TerminalInput>;
  /** Default 24 rows, 80 columns. */
  readonly size?: WindowSize;
  /** Hears when what is typed begins to go to a program in a container: a real terminal becomes raw then. */
  readonly onUsed?: () => void;
  /** The moment before each piece: virtual microseconds. Default 100,000. */
  readonly pauseUs?: number;
}

export const DEFAULT_SIZE: WindowSize = { rows: 24, columns: 80 };
const PAUSE_US = 100_000;

/** The program at the other end. */
export interface TerminalPeer {
  readonly isOver: () => boolean;
  feed(bytes: Uint8Array): void;
  resize(size: WindowSize): void;
}

/** Types until the program is over, or the keys to detach were typed. */
export async function useTerminal(
  session: Session,
  peer: TerminalPeer,
  detachKeys: string,
): Promise<"over" | "detached"> {
  const { input = "", pauseUs = PAUSE_US, onUsed } = session.terminal ?? {};
  onUsed?.();
  const filter = new DetachFilter(parseDetachKeys(detachKeys === "" ? DEFAULT_DETACH_KEYS : detachKeys));
  const act = (what: TerminalInput): boolean => {
    if (typeof what === "object" && "rows" in what) {
      peer.resize(what);
      return false;
    }
    const { bytes, detached } = filter.pass(typeof what === "string" ? encode(what) : what);
    if (bytes.length > 0) peer.feed(bytes);
    return detached;
  };
  if (typeof input !== "string" && Symbol.asyncIterator in input) return followOutside(session, peer, input, act);
  for (const what of [...(typeof input === "string" ? [input] : input), END_OF_INPUT]) {
    await session.engine.life.sleep(pauseUs, { unless: peer.isOver, what: "somebody to type" });
    if (peer.isOver()) return "over";
    if (act(what)) return "detached";
  }
  await session.engine.life.until(peer.isOver, { what: "the program at the terminal to end" });
  return "over";
}

/** Pieces come when they come: meanwhile the world goes on, and waits when it has nothing to do. */
async function followOutside(
  { engine: { life, world } }: Session,
  peer: TerminalPeer,
  input: AsyncIterable<TerminalInput>,
  act: (what: TerminalInput) => boolean,
): Promise<"over" | "detached"> {
  let detached = false;
  const pieces = input[Symbol.asyncIterator]();
  const isDone = (): boolean => detached || peer.isOver();
  const typing = async (): Promise<void> => {
    for (let piece = await pieces.next(); piece.done !== true && !isDone(); piece = await pieces.next()) {
      detached = act(piece.value);
      world.wake();
    }
  };
  void typing();
  const what = "the program at the terminal to end";
  await life.until(isDone, { ...UNLIMITED, isPatient: true, what });
  void pieces.return?.();
  return detached ? "detached" : "over";
}
