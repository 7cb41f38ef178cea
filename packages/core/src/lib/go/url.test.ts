import { expect, test } from "vitest";
import { httpUrlProblem } from "./url.ts";

// What docker build 28.5.2 says of ADD with these, without a network.
test.each([
  ["http://[::1/f", `parse "http://[::1/f": missing ']' in host`],
  ["http://a b/f", `parse "http://a b/f": invalid character " " in host name`],
  ["http://a%%zz/f", `parse "http://a%%zz/f": invalid URL escape "%%z"`],
  ["http://127.0.0.1:9/%%zz", `parse "http://127.0.0.1:9/%%zz": invalid URL escape "%%z"`],
  ["http://a:b/f", `parse "http://a:b/f": invalid port ":b" after host`],
  ["http://x:99999/f", `Get "http://x:99999/f": dial tcp: address 99999: invalid port`],
  ["http:///f", `Get "http:///f": http: no Host in request URL`],
  ["http://", `Get "http:": http: no Host in request URL`],
  ["http://user:pw@127.0.0.1:9/a%20b?c=%zz", undefined],
  ["https://[::1]:9/f", undefined],
  ["127.0.0.1:5", `parse "127.0.0.1:5": first path segment in URL cannot contain colon`],
])("%s", (url, problem) => expect(httpUrlProblem(url)).toBe(problem));
