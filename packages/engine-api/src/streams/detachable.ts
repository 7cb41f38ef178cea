/**
 * Input of a client that leaves by typing keys: what it attached to goes on.
 *
 * @see moby container/stream/attach.go:copyEscapable
 */
import { DEFAULT_DETACH_KEYS, DetachFilter, parseDetachKeys } from "@bottleship/core/engine";
import type { InputSink } from "./input.ts";

/** The bytes of the keys that a client has asked for. @throws StatusError invalid-argument for a key that is none */
export function detachKeysOf(text: string): readonly number[] {
  return parseDetachKeys(text === "" ? DEFAULT_DETACH_KEYS : text);
}

/** Hands on what is typed up to the keys, and then calls `leave`. */
export function detachable(sink: InputSink, keys: readonly number[], leave: () => void): InputSink {
  const filter = new DetachFilter(keys);
  let hasLeft = false;
  return {
    take: (bytes) => {
      const { bytes: typed, detached } = filter.pass(bytes);
      if (typed.length > 0) sink.take(typed);
      if (!detached) return;
      hasLeft = true;
      leave();
    },
    end: () => sink.end(),
    isOver: () => hasLeft || sink.isOver(),
  };
}
