/** Replies that take time are cut off when the daemon ends: whoever carries them breaks the connection. */
import { ConnectionLost, type Daemon } from "@bottleship/core/engine";
import type { ApiReply, HijackedStream, Output } from "./exchange.ts";

/** A reply whose `run` rejects with ConnectionLost if the daemon ends before it. */
export function cutByDaemon<T extends Exclude<ApiReply, { kind: "whole" }>>(daemon: Daemon, reply: T): T {
  const play = reply.run as (stream: HijackedStream) => Promise<void>;
  return { ...reply, run: (output: Output) => cut(daemon, play, output as HijackedStream) };
}

async function cut(daemon: Daemon, play: (stream: HijackedStream) => Promise<void>, output: HijackedStream) {
  const over = new AbortController();
  const lose = (): void => over.abort(new ConnectionLost());
  daemon.once("ended", lose);
  try {
    const signal = AbortSignal.any([output.signal, over.signal]);
    await play({ write: (bytes) => output.write(bytes), signal, input: output.input });
  } finally {
    daemon.off("ended", lose);
  }
  over.signal.throwIfAborted();
}
