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
