/** Commands that have no end of their own. */
import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

it.each([
  ["events --format {{.Action}}", "create"],
  ["stats --no-trunc --format {{.Name}}", "web"],
])("%s goes on while others have something happen, and ends when it is interrupted", async (line, shown) => {
  const engine = createEngine();
  await engine.docker("run -d --name web busybox sleep 1000");
  const stop = new AbortController();
  let seen = "";
  const following = engine.docker(line, {
    signal: stop.signal,
    onOutput: (_, text) => {
      seen += text;
    },
  });
  await engine.docker("create --name other busybox");
  await engine.world.advance("3s");
  const { nowUs } = engine.world.clock;
  stop.abort();
  expect((await following).exitCode).toBe(130);
  expect(seen).toContain(shown);
  expect(engine.world.clock.nowUs).toBe(nowUs);
});
