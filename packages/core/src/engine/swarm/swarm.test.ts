/** Swarm mode without services: the machine's swarm, its node, secrets and configs. Texts are those of Docker 28.5.2. */
import { describe, expect, it } from "vitest";
import { encode } from "../../lib/index.ts";
import { INIT_REQUEST } from "../../testing/swarm.ts";
import { createEngine, Filters } from "../index.ts";

const LABELLED = { Name: "s", Labels: { a: "b" } };

function swarm() {
  const engine = createEngine({ seed: 7 });
  return { engine, swarm: engine.swarm, node: engine.swarm.init(INIT_REQUEST) };
}

describe("swarm mode", () => {
  it("begins once, is left only by force, and leaves nothing behind", async () => {
    const { swarm: own, engine, node } = swarm();
    expect(node).toMatch(/^[0-9a-z]{25}$/);
    expect(() => own.init(INIT_REQUEST)).toThrow("This node is already part of a swarm.");
    own.cluster.secrets.create(LABELLED, encode("x"));
    await expect(own.leave({ force: false })).rejects.toThrow("Removing the last manager erases all current state");
    await own.leave({ force: true });
    expect(() => own.cluster).toThrow("This node is not a swarm manager.");
    await expect(own.leave({ force: true })).rejects.toThrow("This node is not part of a swarm");
    own.init(INIT_REQUEST);
    expect(own.cluster.secrets.list(new Filters())).toEqual([]);
    expect(engine.events.past().map(({ type, action }) => `${type} ${action}`)).toContain("secret create");
  });

  it.each([
    [{ AdvertiseAddr: "1.2.3.4.5" }, "advertise address must be a non-zero IP address or network interface"],
    [{ AdvertiseAddr: "0.0.0.0" }, "advertise address must be a non-zero IP address or network interface"],
    [{ ListenAddr: "x" }, "listen address must be an IP address or network interface (with optional port number)"],
    [{ ListenAddr: "eth9:2377" }, "listen address must be an IP address or network interface"],
    [{ ListenAddr: "" }, 'invalid ListenAddr "": invalid empty address'],
    [{ Availability: "nope" }, 'invalid Availability: "nope"'],
    [{ SubnetSize: 30 }, "subnet size is out of range: 30"],
    [{ DefaultAddrPool: [" 10.20.0.0/25 "] }, 'invalid CIDR: "10.20.0.0/25". Subnet size is too small for pool: 24'],
    [{ DefaultAddrPool: ["10.20.0.0"] }, "invalid base pool 10.20.0.0: invalid CIDR address: 10.20.0.0"],
    [{ DataPathPort: 99 }, "Datapath port number is not in valid range (1024-49151) : 99"],
    [
      { Spec: { CAConfig: { NodeCertExpiry: 600e9 } } },
      "rpc error: code = InvalidArgument desc = minimum certificate expiry time is: 1h0m0s",
    ],
  ])("refuses to begin with %j", (wrong, problem) => {
    const { swarm: own } = createEngine({ seed: 7 });
    expect(() => own.init({ ...INIT_REQUEST, ...wrong })).toThrow(problem);
    expect(own.current).toBeUndefined();
  });

  it.each([":2377", "0.0.0.0", "lo:1", "[::]:2377", "::1"])("listens at %s", (ListenAddr) => {
    expect(() => createEngine({ seed: 7 }).swarm.init({ ...INIT_REQUEST, ListenAddr })).not.toThrow();
  });

  it("renews tokens and keys when it is told to", () => {
    const { cluster } = swarm().swarm;
    const { swarm: own } = swarm();
    const before = own.cluster.keys.token("worker");
    own.update(own.cluster.object.version, { EncryptionConfig: { AutoLockManagers: true } }, ROTATE);
    expect(own.cluster.keys.token("worker")).not.toBe(before);
    expect(own.cluster.keys.token("worker").slice(0, 59)).toBe(before.slice(0, 59));
    expect(own.cluster.keys.unlockKey).toMatch(/^SWMKEY-1-[A-Za-z0-9+/]{43}$/);
    expect(() => own.update(1, {}, ROTATE)).toThrow("rpc error: code = Unknown desc = update out of sequence");
    // The same seed, the same swarm.
    expect(cluster.keys.token("worker")).toBe(before);
  });
});

const ROTATE = { tokens: ["worker"], unlockKey: false } as const;

describe("the node", () => {
  it("is the last manager: it can be neither demoted nor removed", () => {
    const { swarm: own, node } = swarm();
    const { nodes } = own.cluster;
    const spec = { Labels: {}, Role: "manager", Availability: "active" };
    const { version } = nodes.get(node);
    expect(() => nodes.update(node, version, { ...spec, Role: "worker" })).toThrow(
      "rpc error: code = FailedPrecondition desc = attempting to demote the last manager of the swarm",
    );
    expect(() => nodes.update(node, version, { ...spec, Availability: "bogus" })).toThrow(
      'invalid Availability: "bogus"',
    );
    expect(() => nodes.update(node, 99, spec)).toThrow("update out of sequence");
    expect(() => nodes.remove(node)).toThrow(`node ${node} is a cluster manager and is a member of the raft cluster.`);
    expect(() => nodes.get("self")).toThrow("node self not found");
    nodes.update(node, version, { ...spec, Labels: { zone: "a" }, Availability: "drain" });
    expect(nodes.get("bottleship").spec).toEqual({ Labels: { zone: "a" }, Role: "manager", Availability: "drain" });
    expect(nodes.list(Filters.of({ "node.label": ["zone=a"] }))).toHaveLength(1);
    expect(nodes.list(Filters.of({ role: ["worker"] }))).toHaveLength(0);
  });
});

describe("secrets", () => {
  it.each([
    ["", "x", "name must be provided"],
    ["bad name", "x", "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed"],
    ["a".repeat(65), "x", "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed"],
    ["empty", "", "secret data must be larger than 0 and less than 512000 bytes"],
    ["large", "x".repeat(512_000), "secret data must be larger than 0 and less than 512000 bytes"],
  ])("are not called %j", (name, data, problem) => {
    const { secrets } = swarm().swarm.cluster;
    expect(() => secrets.create({ Name: name, Labels: {} }, encode(data))).toThrow(
      `rpc error: code = InvalidArgument desc = ${problem}`,
    );
  });

  it("have one name each, and change nothing but their labels", () => {
    const { secrets } = swarm().swarm.cluster;
    const { id, version } = secrets.create(LABELLED, encode("hush"));
    expect(() => secrets.create(LABELLED, encode("hush"))).toThrow("secret s already exists");
    expect(() => secrets.update(id, version, LABELLED, encode("loud"))).toThrow("only updates to Labels are allowed");
    secrets.update(id.slice(0, 9), version, { ...LABELLED, Labels: {} }, encode("hush"));
    expect(secrets.get("s").spec.Labels).toEqual({});
    expect(() => secrets.update(id, version, LABELLED, undefined)).toThrow("update out of sequence");
    secrets.remove("s");
    expect(() => secrets.remove("s")).toThrow("secret s not found");
  });
});
