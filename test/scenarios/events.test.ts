/** Events: their order, their attributes, filters, times. */
import { expect } from "vitest";
import { onEngines, type StoryEngine } from "./engines.ts";

/** Events of objects whose names begin with `event-`, since a time, as "TYPE ACTION NAME". */
async function since({ docker }: StoryEngine, time: string, ...options: readonly string[]): Promise<readonly string[]> {
  const until = await now({ docker });
  const format = "{{.Type}} {{.Action}} {{.Actor.Attributes.name}}";
  const text = await docker(["events", "--since", time, "--until", until, "--format", format, ...options]);
  return text.split("\n").filter((line) => /(event-|busybox)/.test(line));
}

async function now({ docker }: Pick<StoryEngine, "docker">): Promise<string> {
  return (await docker("info -f {{.SystemTime}}")).trim();
}

onEngines("event", (it) => {
  it("tells of a container's life in order", async (engine) => {
    const { docker, seconds } = engine;
    const start = await now(engine);
    await seconds(0.01);
    await docker("run -d --name event-a busybox sleep 1000");
    await docker("exec event-a true");
    await docker("pause event-a");
    await docker("unpause event-a");
    await docker("rename event-a event-b");
    await docker("update --memory 64m --memory-swap 64m event-b");
    await docker("restart -t 0 event-b");
    await docker("kill -s WINCH event-b");
    await docker("stop -t 0 event-b");
    await docker("rm event-b");
    await seconds(0.3);
    const told = await since(engine, start, "--filter", "type=container");
    expect(told.map((line) => line.replace("container ", ""))).toEqual([
      ...["create event-a", "start event-a"],
      ...["exec_create: true  event-a", "exec_start: true  event-a", "exec_die event-a"],
      ...["pause event-a", "unpause event-a", "rename event-b", "update event-b"],
      ...["kill event-b", "kill event-b", "stop event-b", "die event-b", "start event-b", "restart event-b"],
      ...["kill event-b", "kill event-b", "kill event-b", "stop event-b", "die event-b", "destroy event-b"],
    ]);
  });

  it("tells of all that is remembered those who only say until when", async (engine) => {
    const { docker, seconds } = engine;
    await docker("run --name event-u busybox true");
    await seconds(0.3);
    const until = await now(engine);
    await seconds(0.3);
    await docker("rm event-u");
    const told = await docker(["events", "--until", until, "--filter", "container=event-u", "--format", "{{.Action}}"]);
    expect(told).toBe("create\nattach\nstart\ndie\n");
  });

  it("tells of networks and volumes that a container takes and leaves, and of theirs", async (engine) => {
    const { docker, seconds } = engine;
    const start = await now(engine);
    await seconds(0.01);
    await docker("network create event-net");
    await docker("volume create event-vol");
    await docker("run --rm --name event-c --network event-net -v event-vol:/data busybox true");
    await docker("network rm event-net");
    await docker("volume rm event-vol");
    await seconds(0.3);
    const networks = await since(engine, start, "--filter", "type=network");
    expect(networks).toEqual([
      ...["network create event-net", "network connect event-net"],
      ...["network disconnect event-net", "network destroy event-net"],
    ]);
    const { stdout } = await engine.client.docker([
      ...["events", "--since", start, "--until", await now(engine), "--filter", "volume=event-vol"],
      ...["--format", "{{.Action}} {{.Actor.ID}} {{.Actor.Attributes.driver}} {{.Actor.Attributes.destination}}"],
    ]);
    expect(stdout).toBe(
      "create event-vol local <no value>\nmount event-vol local /data\nunmount event-vol local <no value>\ndestroy event-vol local <no value>\n",
    );
  });

  it("carries the image, the labels, the exit code and the signal", async (engine) => {
    const { docker, seconds } = engine;
    const start = await now(engine);
    await seconds(0.01);
    await docker(
      "run -d --name event-d --label team=red busybox sh -c 'trap \"exit 7\" TERM; while :; do sleep 0.1; done'",
    );
    await docker("stop event-d");
    await seconds(0.3);
    const attributes = async (event: string) => {
      const filters = ["--filter", "container=event-d", "--filter", `event=${event}`];
      const text = await docker([
        ...["events", "--since", start, "--until", await now(engine), ...filters],
        ...["--format", "{{json .Actor.Attributes}}"],
      ]);
      const { execDuration, ...rest } = JSON.parse(text.trimEnd()) as Record<string, string>;
      return rest;
    };
    const common = { image: "busybox", name: "event-d", team: "red" };
    expect(await attributes("create")).toEqual(common);
    expect(await attributes("kill")).toEqual({ ...common, signal: "15" });
    expect(await attributes("die")).toEqual({ ...common, exitCode: "7" });
    expect(await attributes("stop")).toEqual(common);
  });

  it("is filtered by type, action, label and container, and by several of one at once", async (engine) => {
    const { docker, seconds } = engine;
    const start = await now(engine);
    await seconds(0.01);
    await docker("create --name event-e --label a=1 busybox true");
    await docker("create --name event-f --label a=2 busybox true");
    await docker("rm event-e");
    await docker("rm event-f");
    await seconds(0.1);
    const filtered = (...filters: readonly string[]) =>
      since(engine, start, ...filters.flatMap((filter) => ["--filter", filter]));
    expect(await filtered("label=a=1")).toEqual(["container create event-e", "container destroy event-e"]);
    expect(await filtered("event=destroy", "label=a")).toEqual([
      "container destroy event-e",
      "container destroy event-f",
    ]);
    expect(await filtered("container=event-f", "event=create", "event=destroy")).toEqual([
      "container create event-f",
      "container destroy event-f",
    ]);
    expect(await filtered("type=image", "label=a")).toEqual([]);
  });

  it("comes to who listens while it happens", async ({ client, docker }) => {
    const abort = new AbortController();
    const heard: string[] = [];
    const listening = (async () => {
      const filter = { type: "container", event: ["create", "destroy"], label: "event=live" };
      for await (const { Action, Actor } of client.events({ filter, signal: abort.signal })) {
        heard.push(`${Action} ${Actor.Attributes["name"]}`);
        if (heard.length === 2) abort.abort();
      }
    })();
    await client.pass("500ms");
    await docker("create --name event-g --label event=live busybox true");
    await docker("rm event-g");
    await listening;
    expect(heard).toEqual(["create event-g", "destroy event-g"]);
  });
});
