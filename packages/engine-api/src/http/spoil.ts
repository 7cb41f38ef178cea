/** Replies that rules of `engine.faults` have spoiled: they stop, or go wrong after the status has been sent. */
import { ConnectionLost } from "@bottleship/core/engine";
import type { Trouble } from "@bottleship/core/faults";
import { encode } from "@bottleship/core/lib";
import { type ApiReply, type HijackedStream, type Output, stream } from "./exchange.ts";

/** 200, and then an error in the stream of messages. */
export function lateFailure(message: string): ApiReply {
  const line = JSON.stringify({ errorDetail: { message }, error: message });
  return stream("application/json", (output) => output.write(encode(`${line}\n`)));
}

/** The reply as it arrives. A body that stops ends with a broken connection. */
export function spoiled(reply: ApiReply, { cutAfterBytes }: Trouble): ApiReply {
  if (cutAfterBytes === undefined || (reply.kind === "whole" && reply.body.length <= cutAfterBytes)) return reply;
  if (reply.kind === "whole") {
    const { status, headers, body } = reply;
    return { kind: "stream", status, headers, run: (output) => cut((to) => to.write(body), output, cutAfterBytes) };
  }
  const play = reply.run as (stream: HijackedStream) => Promise<void>;
  return { ...reply, run: (output: Output) => cut(play, output as HijackedStream, cutAfterBytes) };
}

async function cut(
  play: (stream: HijackedStream) => Promise<void>,
  output: Output & Partial<Pick<HijackedStream, "input">>,
  count: number,
): Promise<void> {
  const over = new AbortController();
  let left = count;
  const write = async (bytes: Uint8Array): Promise<void> => {
    const arriving = bytes.subarray(0, left);
    left -= arriving.length;
    if (arriving.length > 0) await output.write(arriving);
    if (arriving.length < bytes.length) over.abort(new ConnectionLost());
  };
  const { input = nothing() } = output;
  await play({ write, signal: AbortSignal.any([output.signal, over.signal]), input });
  over.signal.throwIfAborted();
}

async function* nothing(): AsyncIterable<Uint8Array> {}
