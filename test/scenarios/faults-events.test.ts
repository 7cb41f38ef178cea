/** A stream of events that loses, repeats or delays some, has a gap at its beginning, or breaks. */
import type { Engine, EventMessage } from "@bottleship/core/engine";
import type { FaultRule } from "@bottleship/core/faults";
import { createFetch, EngineApi } from "@bottleship/engine-api";
import { describe, expect, it } from "vitest";
import { docker, machine } from "./support.ts";

/** What a client hears of two containers that are started and removed, a second apart. */
async function heard(...plan: readonly FaultRule[]): Promise<{ readonly actions: string; readonly engine: Engine }> {
  const engine = await machine();
  const actions: string[] = [];
  engine.faults.add(...plan);
  const listening = (async () => {
    for await (const { Action, Actor } of engine.clientNamed("listener").events({ filter: { type: "container" } })) {
      actions.push(`${Action} ${Actor.Attributes["name"]}`);
    }
  })();
  await engine.pass("1s");
  for (const name of ["one", "two"]) {
    await docker(engine, `create --name ${name} busybox`);
    await engine.pass("1s");
    await docker(engine, `rm ${name}`);
    await engine.pass("1s");
  }
  await Promise.race([listening, engine.pass("1s")]);
  return { actions: actions.join(", "), engine };
}

const ALL = "create one, destroy one, create two, destroy two";

describe("a subscriber to events", () => {
  it("hears everything without rules, and under rules for others", async () => {
    expect((await heard()).actions).toBe(ALL);
    expect((await heard({ on: "events", client: "somebody", loses: true })).actions).toBe(ALL);
  });

  it("misses those that are lost, and those of a gap after it has subscribed", async () => {
    expect((await heard({ on: "events", action: "destroy", loses: true, nth: 1 })).actions).toBe(
      "create one, create two, destroy two",
    );
    expect((await heard({ on: "events", container: "two", loses: true })).actions).toBe("create one, destroy one");
    const { actions, engine } = await heard({ on: "events", gap: "2500ms" });
    expect(actions).toBe("create two, destroy two");
    expect(engine.faults.fired.map(({ what }) => what)).toEqual(["events of listener: a gap of 2500ms"]);
  });

  it("hears some twice, some late", async () => {
    expect((await heard({ on: "events", nth: 2, duplicates: true })).actions).toBe(
      "create one, destroy one, destroy one, create two, destroy two",
    );
    expect((await heard({ on: "events", nth: 1, late: "1500ms" })).actions).toBe(
      "destroy one, create one, create two, destroy two",
    );
  });

  it("hears nothing more of a stream that has broken, which ends as docker's does", async () => {
    expect((await heard({ on: "events", nth: 3, disconnects: true })).actions).toBe("create one, destroy one");
  });

  it("is disturbed over HTTP as well", async () => {
    const engine = await machine();
    engine.faults.add(
      { on: "events", action: "create", loses: true },
      { on: "events", action: "start", disconnects: true },
    );
    const fetch = createFetch(new EngineApi(engine));
    const response = await fetch(new Request("http://engine/events"));
    const text = response.text();
    await docker(engine, "run -d --name web busybox sleep 10");
    const messages = (await text).trim().split("\n");
    const actions = messages.map((line) => (JSON.parse(line) as EventMessage).Action);
    expect(actions).toEqual(["connect"]);
  });
});
