import { describe, expect, it } from "vitest";
import { type DnsMessage, decodeDns, encodeDns, toHex } from "./index.ts";

const MESSAGE: DnsMessage = {
  id: 0x1234,
  isResponse: true,
  isAuthoritative: false,
  isTruncated: false,
  recursionDesired: true,
  recursionAvailable: true,
  code: 0,
  questions: [{ name: "web.net", type: "A" }],
  answers: [{ name: "web.net", type: "A", ttlSeconds: 600, value: "172.18.0.2" }],
};

describe("DNS messages", () => {
  it("are read as they were written", () => {
    const message: DnsMessage = {
      ...MESSAGE,
      answers: [
        { name: "web.net", type: "A", ttlSeconds: 600, value: "10.0.0.2" },
        { name: "web.net", type: "AAAA", ttlSeconds: 70_000, value: "fd00::2" },
        { name: "2.0.0.10.in-addr.arpa", type: "PTR", ttlSeconds: 1, value: "web.net" },
        { name: "web.net", type: "TXT", ttlSeconds: 1, value: "some text" },
      ],
    };
    expect(decodeDns(encodeDns(message))).toEqual(message);
  });

  it("may point back to names, and are refused when they end too early", () => {
    const bytes = encodeDns({ ...MESSAGE, questions: [{ name: "a.b", type: "A" }], answers: [] });
    const answer = Uint8Array.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4);
    const whole = new Uint8Array([...bytes, ...answer]);
    whole[7] = 1;
    expect(decodeDns(whole)?.answers).toEqual([{ name: "a.b", type: "A", ttlSeconds: 9, value: "1.2.3.4" }]);
    expect(decodeDns(whole.subarray(0, whole.length - 2))).toBeUndefined();
    expect(decodeDns(new Uint8Array(5))).toBeUndefined();
  });

  it("are written as RFC 1035 has them: a name that is said again points to where it was said first", () => {
    expect(toHex(encodeDns(MESSAGE))).toBe(
      ["123481800001000100000000", "03776562036e65740000010001", "c00c0001000100000258", "0004ac120002"].join(""),
    );
  });

  it("have names without empty labels", () => {
    const bytes = encodeDns({ ...MESSAGE, questions: [{ name: "web..net.", type: "A" }], answers: [] });
    expect(decodeDns(bytes)?.questions).toEqual([{ name: "web.net", type: "A" }]);
  });
});
