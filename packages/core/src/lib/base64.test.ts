import { expect, it } from "vitest";
import { base64 } from "./base64.ts";

it("writes whole and padded groups as RFC 4648 section 10 shows them", () => {
  const text = (given: string): string => base64(new TextEncoder().encode(given));
  expect(["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(text)).toEqual([
    "",
    "Zg==",
    "Zm8=",
    "Zm9v",
    "Zm9vYg==",
    "Zm9vYmE=",
    "Zm9vYmFy",
  ]);
  expect(base64(new Uint8Array([0xfb, 0xff, 0xbf]))).toBe("+/+/");
});
