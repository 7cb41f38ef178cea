/** The API of machines that are one swarm: of a manager, a worker, and a manager that nobody leads. */
import { createCluster } from "@bottleship/core/cluster";
import { expect, it } from "vitest";
import { apiOf } from "./testing/api-machine.ts";

const INIT = { ListenAddr: "0.0.0.0:2377", AdvertiseAddr: "10.255.0.1" };
const WORKER =
  "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.";

function machines(count: number) {
  const cluster = createCluster({ machines: count, seed: 7 });
  const apis = cluster.machines.map(({ engine }) => apiOf(engine));
  const on = async (machine: number, line: string, body?: unknown): Promise<readonly [number, unknown]> => {
    const reply = await apis[machine - 1]?.call(line, body);
    const text = (await reply?.text()) ?? "";
    return [reply?.status ?? 0, text === "" ? undefined : JSON.parse(text)];
  };
  const join = async (machine: number, role: "Worker" | "Manager") => {
    const [, swarm] = await on(1, "GET /swarm");
    const { JoinTokens } = swarm as { JoinTokens: Readonly<Record<string, string>> };
    const JoinToken = JoinTokens[role];
    return on(machine, "POST /swarm/join", { ListenAddr: "0.0.0.0:2377", RemoteAddrs: ["10.255.0.1:2377"], JoinToken });
  };
  const wrong = (): readonly unknown[] => apis.flatMap(({ bugs, check }) => [...bugs, ...check.violations]);
  return { cluster, on, join, wrong };
}

it("refuses on a worker what only managers know, and tells of nodes as the schema says", async () => {
  const { on, join, wrong } = machines(3);
  await on(1, "POST /swarm/init", INIT);
  expect(await join(2, "Worker")).toEqual([200, undefined]);
  expect(await join(3, "Manager")).toEqual([200, undefined]);
  const refused = [503, { message: WORKER }];
  for (const path of ["swarm", "nodes", "services", "tasks", "secrets", "configs", "swarm/unlockkey"]) {
    expect(await on(2, `GET /${path}`)).toEqual(refused);
  }
  const status = { Reachability: "reachable", Addr: "10.255.0.1:2377" };
  const nodes = (await on(3, "GET /nodes"))[1] as readonly { readonly ManagerStatus?: object; readonly ID: string }[];
  expect(nodes.map(({ ManagerStatus }) => ManagerStatus)).toContainEqual({ ...status, Leader: true });
  expect(nodes.map(({ ManagerStatus }) => ManagerStatus)).toContainEqual({ ...status, Addr: "10.255.0.3:2377" });
  expect((await on(2, "GET /info"))[0]).toBe(200);
  const worker = nodes.find(({ ManagerStatus }) => ManagerStatus === undefined)?.ID;
  const [code, problem] = await on(1, `DELETE /nodes/${worker}`);
  expect([code, problem]).toEqual([
    400,
    { message: `rpc error: code = FailedPrecondition desc = node ${worker} is not down and can't be removed` },
  ]);
  expect(await on(1, `DELETE /nodes/${worker}?force=1`)).toEqual([200, undefined]);
  expect(wrong()).toEqual([]);
});

it("answers 500 as Docker does while nobody leads", async () => {
  const { cluster, on, join, wrong } = machines(2);
  await on(1, "POST /swarm/init", INIT);
  await join(2, "Manager");
  await cluster.machine("node-2").crash();
  await cluster.world.advance(60_000_000);
  const message =
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.";
  for (const path of ["swarm", "nodes", "services"]) expect(await on(1, `GET /${path}`)).toEqual([500, { message }]);
  const [, info] = await on(1, "GET /info");
  expect((info as { Swarm: object }).Swarm).toMatchObject({ Error: message, ControlAvailable: true });
  expect(wrong()).toEqual([]);
});
