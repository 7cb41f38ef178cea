import { describe, expect, it } from "vitest";
import {
  addToIp,
  canonicalIp,
  decodeDns,
  encodeDns,
  inPrefix,
  lastOf,
  netmask,
  networkOf,
  parsePrefix,
} from "./index.ts";

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

describe("DNS messages", () => {
  it("are read as they were written", () => {
    const message = {
      id: 4711,
      isResponse: true,
      isAuthoritative: false,
      isTruncated: false,
      recursionDesired: true,
      recursionAvailable: true,
      code: 0,
      questions: [{ name: "web.net", type: "A" }],
      answers: [
        { name: "web.net", type: "A", ttlSeconds: 600, value: "10.0.0.2" },
        { name: "web.net", type: "AAAA", ttlSeconds: 70_000, value: "fd00::2" },
        { name: "2.0.0.10.in-addr.arpa", type: "PTR", ttlSeconds: 1, value: "web.net" },
        { name: "web.net", type: "TXT", ttlSeconds: 1, value: "some text" },
      ],
    } as const;
    expect(decodeDns(encodeDns(message))).toEqual(message);
  });

  it("may point back to names, and are refused when they end too early", () => {
    const bytes = encodeDns({
      id: 1,
      isResponse: false,
      isAuthoritative: false,
      isTruncated: false,
      recursionDesired: true,
      recursionAvailable: false,
      code: 0,
      questions: [{ name: "a.b", type: "A" }],
      answers: [],
    });
    const answer = Uint8Array.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4);
    const whole = new Uint8Array([...bytes, ...answer]);
    whole[7] = 1;
    expect(decodeDns(whole)?.answers).toEqual([{ name: "a.b", type: "A", ttlSeconds: 9, value: "1.2.3.4" }]);
    expect(decodeDns(whole.subarray(0, whole.length - 2))).toBeUndefined();
    expect(decodeDns(new Uint8Array(5))).toBeUndefined();
  });
});
