import { expect, it } from "vitest";
import { createEngine, type Engine } from "../engine.ts";

async function engineWithBusybox(): Promise<Engine> {
  const engine = createEngine({ profile: "recorded" });
  await engine.docker("pull -q busybox");
  return engine;
}

it("tells what happened to a container: stop comes before die", async () => {
  const engine = await engineWithBusybox();
  await engine.docker("run -d --name web busybox sleep 60");
  await engine.docker("stop -t 0 web");
  const seconds = Math.ceil(engine.kernel.nowUs / 1e6);
  const line = `events --since 1 --until ${seconds} --filter container=web --format {{.Action}}`;
  const { stdout } = await engine.docker(line);
  expect(stdout.trim().split("\n")).toEqual(["create", "start", "kill", "kill", "stop", "die"]);
});

it("counts the tail of a log in lines, whatever pieces they came in", async () => {
  const engine = await engineWithBusybox();
  await engine.docker("run --name web busybox seq 5");
  expect((await engine.docker("logs --tail 2 web")).stdout).toBe("4\n5\n");
  expect((await engine.docker("logs --since bogus web")).stderr).toBe(
    'invalid value for "since": failed to parse value as time or duration: "bogus"\n',
  );
});

it("prunes networks that nobody uses, and refuses filters that there are not", async () => {
  const engine = await engineWithBusybox();
  await engine.docker("network create used");
  await engine.docker("network create unused");
  await engine.docker("run -d --network used busybox sleep 60");
  expect((await engine.docker("network prune -f")).stdout).toBe("Deleted Networks:\nunused\n\n");
  expect(await engine.docker("network prune -f --filter nope=1")).toMatchObject({
    exitCode: 1,
    stderr: "Error response from daemon: invalid filter 'nope'\n",
  });
});

it("commits a running container while it stands still", async () => {
  const engine = await engineWithBusybox();
  await engine.docker("run -d --name web busybox sleep 60");
  await engine.docker("exec web touch /mark");
  await engine.docker("commit web mine:1");
  expect((await engine.docker("run --rm mine:1 ls /mark")).stdout).toBe("/mark\n");
  const actions = engine.events.past().map(({ action }) => action);
  expect(actions.slice(actions.indexOf("pause"), actions.indexOf("unpause") + 1)).toEqual([
    "pause",
    "create",
    "tag",
    "commit",
    "unpause",
  ]);
});
