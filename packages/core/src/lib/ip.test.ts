import { describe, expect, it } from "vitest";
import { addToIp, canonicalIp, inPrefix, lastOf, netmask, networkOf, parsePrefix } from "./index.ts";

describe("IP addresses", () => {
  it("have one text each", () => {
    const texts = [
      "10.0.0.1",
      "::",
      "0:0:0:0:0:0:0:1",
      "FE80::0:1",
      "1:0:0:2:0:0:0:3",
      "::ffff:1.2.3.4",
      "1:2:3:4:5:6:7:8",
    ];
    expect(texts.map(canonicalIp)).toEqual([
      "10.0.0.1",
      "::",
      "::1",
      "fe80::1",
      "1:0:0:2::3",
      "::ffff:1.2.3.4",
      "1:2:3:4:5:6:7:8",
    ]);
    expect(["1.2.3", "256.1.1.1", "1::2::3", "1:2:3:4:5:6:7", ":::", "g::", ""].map(canonicalIp)).toEqual(
      new Array(7).fill(undefined),
    );
  });

  it("make networks with their length", () => {
    const prefix = parsePrefix("172.18.5.9/12") ?? { address: "", length: 0 };
    expect([networkOf(prefix), lastOf(prefix), netmask(12)]).toEqual(["172.16.0.0", "172.31.255.255", "255.240.0.0"]);
    expect([inPrefix(prefix, "172.31.0.1"), inPrefix(prefix, "172.32.0.0"), inPrefix(prefix, "::1")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(networkOf({ address: "fd00:1:2:3::9", length: 48 })).toBe("fd00:1:2::");
    expect([addToIp("10.0.255.255", 1), addToIp("::ffff", 1)]).toEqual(["10.1.0.0", "::1:0"]);
    expect([parsePrefix("1.2.3.4/33"), parsePrefix("1.2.3.4/x"), parsePrefix("x/8")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
