/**
 * `GET /containers/{id...}/stats`: what a container uses, once or every second.
 *
 * @see moby daemon/stats.go, api/types/container/stats.go
 */
import { type ContainerStats, type Engine, measureStats } from "@bottleship/core/engine";
import { encode, StatusError } from "@bottleship/core/lib";
import { type ApiReply, bytes, stream } from "../../http/exchange.ts";
import { flag } from "../../http/query.ts";
import type { Handler } from "../../http/router.ts";
import { Channel } from "../../streams/channel.ts";
import { watch } from "./watch.ts";

const INTERVAL_US = 1_000_000;

export function statsHandler(engine: Engine): Handler {
  return async ({ param, query }): Promise<ApiReply> => {
    const [streams, isOneShot] = [flag(query, "stream", true), flag(query, "one-shot", false)];
    const container = engine.containers.get(param);
    if (streams && isOneShot) throw new StatusError("invalid-argument", "cannot have stream=true and one-shot=true");
    if (!streams) {
      const first = measureStats(engine, container, undefined);
      if (!container.isRunning || isOneShot) return bytes(statsText(first), "application/json");
      await engine.life.sleep(INTERVAL_US, { what: "a second measurement" });
      return bytes(statsText(measureStats(engine, container, first)), "application/json");
    }
    return stream("application/json", async (output) => {
      const channel = new Channel<ContainerStats>();
      let last = measureStats(engine, container, undefined);
      channel.push(last);
      const timer = engine.world.clock.timer(() => {
        last = measureStats(engine, container, last);
        channel.push(last);
        timer.arm(engine.world.clock.nowUs + INTERVAL_US);
      });
      timer.arm(engine.world.clock.nowUs + INTERVAL_US);
      const stopWatching = watch(engine, container, (action) => {
        if (action === "destroy") channel.close();
      });
      try {
        await channel.drain(output, statsText);
      } finally {
        timer.cancel();
        stopWatching();
      }
    });
  };
}

/** What Docker sends for no limit: the largest number of 64 bits, which no number of JavaScript can be. */
const NO_LIMIT = "18446744073709551615";

/** A line of JSON. A container that runs has a limit of processes, if only this one. */
function statsText(document: ContainerStats): Uint8Array {
  const { current, limit } = document.pids_stats;
  const text = JSON.stringify(document);
  if (current === undefined || limit !== undefined) return encode(`${text}\n`);
  const pids = `"pids_stats":{"current":${current}`;
  return encode(`${text.replace(`${pids}}`, `${pids},"limit":${NO_LIMIT}}`)}\n`);
}
