/** `engine.timeline()`: what has happened to containers, as data, as text and as a picture. */
import type { Engine } from "@bottleship/core/engine";
import { beforeAll, expect, it } from "vitest";
import { docker, machine } from "./support.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await machine();
  const check = "--health-cmd 'test -e /ok' --health-interval 1s --health-retries 2";
  await docker(engine, `run -d --name web ${check} busybox sleep 1000`);
  await docker(engine, "run -d --name crash --restart on-failure:2 busybox sh -c 'sleep 1; exit 3'");
  await engine.world.advance("5s");
  await docker(engine, "exec web touch /ok");
  await engine.world.advance("3s");
  await docker(engine, "pause web");
  await engine.world.advance("2s");
  await docker(engine, "unpause web");
  const hog = "dd if=/dev/zero of=/dev/null bs=40M count=1";
  await engine.docker(`run --rm --name hog --memory 20m --memory-swap 20m busybox ${hog}`);
  await docker(engine, "stop -t 2 web");
  await engine.world.advance("1s");
});

it("as data: states, health and events by container, also of one that is gone", () => {
  const { lanes, forgotten } = engine.timeline();
  const seconds = (us: number): number => Math.round(us / 1e6);
  const told = lanes.map(({ name, states, health, restarts }) => ({
    name,
    states: states.map(({ state, fromUs, toUs }) => `${state} ${seconds(toUs - fromUs)}`),
    health: health.map(({ state, fromUs, toUs }) => `${state} ${seconds(toUs - fromUs)}`),
    restarts,
  }));
  expect(told).toEqual([
    {
      name: "web",
      states: ["created 0", "running 8", "paused 2", "running 2", "exited 1"],
      health: ["unhealthy 4", "healthy 2", "healthy 1"],
      restarts: 0,
    },
    {
      name: "crash",
      states: [
        ...["created 0", "running 1", "restarting 0", "running 1", "restarting 0", "running 1"],
        expect.stringMatching(/^exited \d+$/),
      ],
      health: [],
      restarts: 2,
    },
    { name: "hog", states: ["created 0", "running 0", "exited 0"], health: [], restarts: 0 },
  ]);
  expect(forgotten).toBe(0);
  const deaths = lanes.flatMap(({ marks }) => marks.filter(({ action }) => action === "die"));
  expect(deaths.map(({ text }) => text)).toEqual([
    "137, SIGKILL by docker stop",
    ...["3", "3", "3"],
    "137, SIGKILL by the OOM killer",
  ]);
  expect(JSON.parse(JSON.stringify(engine.timeline()))).toMatchObject({ lanes: [{ name: "web" }, {}, {}] });
});

it("as text: a row for each container, and what happened", () => {
  const text = engine.timeline({ containers: ["web"] }).toString({ width: 40 });
  expect(
    text
      .split("\n")
      .slice(2, 6)
      .map((line) => line.replace(/^ +\d.* s {2}/, "… s  ")),
  ).toEqual([
    expect.stringMatching(/^web ={24,26}z{5,7}={4,6}_{3,4}$/),
    expect.stringMatching(/^ {8,11}!{11,13}\+{5,7} {7,8}\+{3,4}$/),
    "        0 µs  web create",
    "        0 µs  web network connect bridge",
  ]);
  expect(text).toMatch(/\n +[\d.]+ s {2}web die 137, SIGKILL by docker stop\n$/);
});

it("of a part of the time only", () => {
  const { startUs } = engine.world.clock;
  const { lanes } = engine.timeline({ fromUs: startUs + 6.5e6, toUs: startUs + 7e6 });
  expect(lanes.map(({ name, states, marks }) => [name, states.map(({ state }) => state), marks.length])).toEqual([
    ["web", ["running"], 0],
    ["crash", ["exited"], 0],
  ]);
  expect(() => engine.timeline({ fromUs: 2, toUs: 1 })).toThrow("a timeline ends after it begins");
});

it("as a picture: a well-formed one with a bar for each state", () => {
  const svg = engine.timeline().toSVG();
  const open: string[] = [];
  for (const [, end, start, single] of svg.matchAll(/<(?:\/([a-z]+)|([a-z]+)(?: [a-zA-Z:-]+="[^"<]*")*(\/?))>/g)) {
    if (end !== undefined) expect(open.pop()).toBe(end);
    else if (single !== "/") open.push(start ?? "");
  }
  expect(open).toEqual([]);
  expect(svg.match(/<g class="container">/g)).toHaveLength(3);
  expect(svg.match(/<rect /g)).toHaveLength(5 + 3 + 7 + 3);
  expect(svg).toContain("die 137, SIGKILL by the OOM killer</title>");
});
