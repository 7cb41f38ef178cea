import { expect, it } from "vitest";
import { AddressPool } from "./address-pool.ts";

const prefix = (address: string, length: number) => ({ address, length });

it("gives out what lies between the network's address and its broadcast, the lowest first", () => {
  const pool = new AddressPool(prefix("10.0.0.0", 29));
  const all = Array.from({ length: 6 }, () => pool.take());
  expect(all).toEqual([1, 2, 3, 4, 5, 6].map((last) => `10.0.0.${last}`));
  expect(pool.take()).toBeUndefined();
  pool.release("10.0.0.6");
  pool.release("10.0.0.3");
  expect([pool.take(), pool.take(), pool.take()]).toEqual(["10.0.0.3", "10.0.0.6", undefined]);
});

it("lets nobody have the ends, or what somebody has", () => {
  const pool = new AddressPool(prefix("10.1.0.0", 16));
  for (const taken of ["10.1.0.0", "10.1.255.255", pool.take() ?? "", pool.takeThat("10.1.255.254")]) {
    expect(() => pool.takeThat(taken)).toThrow("Address already in use");
  }
  pool.release("10.1.255.254");
  expect(pool.takeThat("10.1.255.254")).toBe("10.1.255.254");
});

it("takes from its range, of which the subnet's last address is not part", () => {
  const pool = new AddressPool(prefix("10.2.0.0", 24), prefix("10.2.0.252", 30));
  expect([pool.take(), pool.take(), pool.take(), pool.take()]).toEqual([
    "10.2.0.252",
    "10.2.0.253",
    "10.2.0.254",
    undefined,
  ]);
  expect(pool.takeThat("10.2.0.7")).toBe("10.2.0.7");
});

it("has no ends in a subnet of two addresses", () => {
  const pool = new AddressPool(prefix("10.3.0.0", 31));
  expect([pool.take(), pool.take(), pool.take()]).toEqual(["10.3.0.0", "10.3.0.1", undefined]);
});

it("in turn gives out what follows the last one, and what is free again when it comes round", () => {
  const pool = new AddressPool(prefix("10.4.0.0", 29), undefined, { inTurn: true });
  expect([pool.take(), pool.take()]).toEqual(["10.4.0.1", "10.4.0.2"]);
  pool.release("10.4.0.1");
  expect([pool.take(), pool.take(), pool.take(), pool.take()]).toEqual([
    "10.4.0.3",
    "10.4.0.4",
    "10.4.0.5",
    "10.4.0.6",
  ]);
  expect([pool.take(), pool.take()]).toEqual(["10.4.0.1", undefined]);
});
