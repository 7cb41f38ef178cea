import type { LogEntry } from "@bottleship/core/engine";
import { encode } from "@bottleship/core/lib";
import { expect, it } from "vitest";
import type { Output } from "../http/exchange.ts";
import { FrameDecoder } from "./frames.ts";
import { OutputChannel } from "./output-channel.ts";

it("frames together what one stream wrote in quick succession, and apart what came later or through the other", async () => {
  const channel = new OutputChannel();
  channel.write(entry("stdout", 1_000, "a"));
  channel.write(entry("stdout", 1_007, "b"));
  channel.write(entry("stderr", 1_014, "e"));
  channel.write(entry("stdout", 1_021, "c"));
  channel.write(entry("stdout", 9_000, "late"));
  channel.write(entry("stdout", 9_001, "r"));
  channel.close();
  expect(await frames(channel)).toEqual(["stdout ab", "stderr e", "stdout c", "stdout later"]);
});

it("reads no more at a time than a copier's buffer takes", async () => {
  const channel = new OutputChannel();
  channel.write(entry("stdout", 0, "x"));
  channel.write(entry("stdout", 0, "y".repeat(70_000)));
  expect(channel.waitingBytes).toBe(70_001);
  channel.close();
  expect((await frames(channel)).map((frame) => frame.length - "stdout ".length)).toEqual([32_768, 32_768, 4_465]);
});

it("keeps a message apart from output before and after it", async () => {
  const channel = new OutputChannel();
  channel.write(entry("stdout", 0, "a"));
  channel.say(entry("stdout", 0, "said"));
  channel.write(entry("stdout", 0, "b"));
  channel.close();
  expect(await frames(channel)).toEqual(["stdout a", "stdout said", "stdout b"]);
});

it("adds nothing to what has gone out, and nothing when it is closed", async () => {
  const channel = new OutputChannel();
  channel.write(entry("stdout", 0, "a"));
  const later = (): void => {
    channel.write(entry("stdout", 1, "b"));
    channel.close();
    channel.write(entry("stdout", 2, "c"));
  };
  expect(await frames(channel, later)).toEqual(["stdout a", "stdout b"]);
  expect(channel.waitingBytes).toBe(0);
});

function entry(stream: LogEntry["stream"], timeUs: number, text: string): LogEntry {
  return { stream, timeUs, bytes: encode(text) };
}

/** What a client decodes. `meanwhile` happens once, while the first piece is on its way. */
async function frames(channel: OutputChannel, meanwhile = (): void => {}): Promise<readonly string[]> {
  const decoder = new FrameDecoder();
  const seen: string[] = [];
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (seen.length === 0) meanwhile();
    for (const frame of decoder.push(bytes)) seen.push(`${frame.stream} ${new TextDecoder().decode(frame.bytes)}`);
  };
  await channel.drain({ signal: new AbortController().signal, write } as Output, false);
  return seen;
}
