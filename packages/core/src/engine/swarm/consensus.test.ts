/** Who leads while managers crash, come back, and are cut off from each other, as a small model says who could. */
import { expect, it } from "vitest";
import { Clock, Prng } from "../../sim/index.ts";
import { Consensus } from "./consensus.ts";
import type { SwarmNode } from "./node.ts";

/** As long as an election can take. */
const ELECTION_US = 20_000_000;

function managers(count: number, seed: number) {
  const clock = new Clock();
  const all = Array.from({ length: count }, (_, at): SwarmNode => {
    const object = { id: `${at}`, version: 1, createdUs: at, updatedUs: at };
    const spec = { Labels: {}, Role: "manager", Availability: "active" } as const;
    const machine = { hostname: `${at}`, architecture: "x86_64", cpus: 1, memoryBytes: 1, labels: {} };
    return { ...object, spec, machine, address: "", state: "ready", message: "", votes: true, isUpdated: false };
  });
  const down = new Set<SwarmNode>();
  const cuts = new Set<string>();
  const told: string[] = [];
  const hears = (a: SwarmNode, b: SwarmNode): boolean =>
    a === b || (!down.has(a) && !down.has(b) && !cuts.has([a.id, b.id].sort().join()));
  const consensus = new Consensus({
    clock,
    prng: new Prng(`${seed}`),
    managers: () => all,
    isUp: (node) => !down.has(node),
    hears,
    elected: () => told.push("elected"),
    resumed: () => told.push("resumed"),
  });
  const pass = (us: number): void => {
    const endUs = clock.nowUs + us;
    while (clock.nextUs !== undefined && clock.nextUs <= endUs) {
      clock.moveTo(Math.max(clock.nowUs, clock.nextUs));
      clock.fireNext();
    }
    clock.moveTo(endUs);
  };
  const audience = (node: SwarmNode): number =>
    down.has(node) ? 0 : all.filter((one) => !down.has(one) && hears(node, one)).length;
  return { consensus, all, down, cuts, told, pass, audience, clock };
}

it("one manager leads at once, and again as soon as it is there", () => {
  const { consensus, all, down, told } = managers(1, 1);
  consensus.look();
  expect(consensus.leader).toBe(all[0]);
  down.add(all[0] as SwarmNode);
  consensus.look();
  expect(consensus.isWorking).toBe(false);
  down.clear();
  consensus.look();
  expect(consensus.isWorking).toBe(true);
  expect(told).toEqual(["elected", "elected"]);
});

it("a leader that is cut off for a moment goes on as if nothing had been", () => {
  const { consensus, all, cuts, told, pass } = managers(3, 1);
  consensus.look();
  pass(ELECTION_US);
  const { leader } = consensus;
  for (const one of all) if (one !== leader) cuts.add([one.id, leader?.id].sort().join());
  consensus.look();
  expect(consensus.accessOf(leader as SwarmNode)).toBe("stale");
  cuts.clear();
  pass(5_000_000);
  consensus.look();
  expect([consensus.leader, consensus.isWorking, told]).toEqual([leader, true, ["elected", "resumed"]]);
});

it.each([3, 4, 5])("of %i managers one leads whom most hear, if there is such a one, and nobody else", (count) => {
  for (let seed = 0; seed < 30; seed++) {
    const { consensus, all, down, cuts, pass, audience } = managers(count, seed);
    const chance = new Prng(`what happens ${seed}`);
    consensus.look();
    for (let step = 0; step < 40; step++) {
      const [a, b] = [all[chance.below(count)], all[chance.below(count)]] as [SwarmNode, SwarmNode];
      const pair = [a.id, b.id].sort().join();
      const what = chance.below(4);
      if (what === 0) down.add(a);
      else if (what === 1) down.delete(a);
      else if (what === 2 && a !== b) cuts.add(pair);
      else cuts.delete(pair);
      consensus.look();
      pass(chance.below(12) * 1_000_000);
      const { leader } = consensus;
      if (consensus.isWorking) expect(audience(leader as SwarmNode)).toBeGreaterThan(count / 2);
    }
    pass(2 * ELECTION_US);
    const canLead = all.some((one) => audience(one) > count / 2);
    expect([seed, consensus.isWorking]).toEqual([seed, canLead]);
    if (!canLead) expect(consensus.leader).toBeUndefined();
  }
});

it("nothing is to be done while everybody hears everybody", () => {
  const { consensus, pass, clock } = managers(5, 1);
  consensus.look();
  pass(ELECTION_US);
  expect(consensus.isWorking).toBe(true);
  expect(clock.nextUs).toBeUndefined();
});
