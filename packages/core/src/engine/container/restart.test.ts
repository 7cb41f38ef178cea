import { describe, expect, it } from "vitest";
import { RestartBackoff } from "./restart.ts";

const FAILED = { exitCode: 1, byHand: false, ranUs: 0 };

describe("RestartBackoff", () => {
  it("waits 100 ms and twice as long each time, up to a minute", () => {
    const backoff = new RestartBackoff();
    const delays = Array.from({ length: 12 }, () => backoff.next({ Name: "always", MaximumRetryCount: 0 }, FAILED));
    expect(delays.map((us) => (us ?? 0) / 1000)).toEqual([
      100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000,
    ]);
  });

  it("begins anew after a run of ten seconds", () => {
    const backoff = new RestartBackoff();
    const policy = { Name: "unless-stopped", MaximumRetryCount: 0 };
    for (let i = 0; i < 5; i++) backoff.next(policy, FAILED);
    expect(backoff.next(policy, { ...FAILED, ranUs: 10_000_000 })).toBe(100_000);
  });

  it("gives up on-failure:3 after three restarts, and at a success", () => {
    const policy = { Name: "on-failure", MaximumRetryCount: 3 };
    const backoff = new RestartBackoff();
    const delays = Array.from({ length: 4 }, () => backoff.next(policy, FAILED));
    expect(delays).toEqual([100_000, 200_000, 400_000, undefined]);
    expect(backoff.count).toBe(3);
    expect(new RestartBackoff().next(policy, { ...FAILED, exitCode: 0 })).toBeUndefined();
  });

  it("never restarts what was stopped by hand, nor without a policy", () => {
    const byHand = { ...FAILED, byHand: true };
    expect(new RestartBackoff().next({ Name: "always", MaximumRetryCount: 0 }, byHand)).toBeUndefined();
    expect(new RestartBackoff().next({ Name: "no", MaximumRetryCount: 0 }, FAILED)).toBeUndefined();
  });
});
