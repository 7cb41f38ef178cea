import { expect, it } from "vitest";
import { Channel } from "./channel.ts";

it("knows how much waits for a slow client, until it is written or nobody wants it any more", async () => {
  const channel = new Channel<Uint8Array>((bytes) => bytes.length);
  channel.push(new Uint8Array(70_000));
  channel.push(new Uint8Array(1_000));
  expect(channel.waitingBytes).toBe(71_000);
  const written: number[] = [];
  const end = new AbortController();
  const write = async (bytes: Uint8Array): Promise<void> => {
    written.push(bytes.length, channel.waitingBytes);
    if (written.length === 2) channel.push(new Uint8Array(5));
    else channel.close();
  };
  await channel.drain({ signal: end.signal, write } as Parameters<typeof channel.drain>[0], (bytes) => bytes);
  expect(written).toEqual([70_000, 1_000, 1_005, 0]);
  channel.push(new Uint8Array(9));
  expect(channel.waitingBytes).toBe(0);
});
