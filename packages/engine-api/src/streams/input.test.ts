import { DEFAULT_HOST, World } from "@bottleship/core/sim";
import { expect, it } from "vitest";
import { forward } from "./input.ts";

it.each(["real", "skip"] as const)(
  "hears of an end that comes with the last piece before the world goes on (%s)",
  async (policy) => {
    const world = new World({ policy, host: { ...DEFAULT_HOST, nowUs, sleep } });
    const heard: string[] = [];
    const turns: Promise<void>[] = [];
    const sink = {
      take: () => {
        heard.push("piece");
        turns.push(world.sleep(1).then(() => void heard.push("turn")));
      },
      end: () => heard.push("end"),
      isOver: () => false,
    };
    await forward(world, oneAndNoMore(), sink);
    await Promise.all(turns);
    expect(heard).toEqual(["piece", "end", "turn"]);
  },
);

/** The end comes with the next turn of the host's loop. */
async function* oneAndNoMore(): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(1);
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

const nowUs = (): number => Math.floor(performance.now() * 1000);

function sleep(durationUs: number) {
  let wake = (): void => {};
  const done = new Promise<void>((resolve) => {
    wake = resolve;
    setTimeout(resolve, Math.min(durationUs / 1000, 1_000));
  });
  return { done, wake: () => wake() };
}
