import { expect, it } from "vitest";
import { addressText, parseAddress } from "./address.ts";

it.each([
  ["unix:///run/docker.sock", "unix:///run/docker.sock"],
  ["/run/docker.sock", "unix:///run/docker.sock"],
  ["tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375"],
  ["2375", "tcp://127.0.0.1:2375"],
  [":2375", "tcp://127.0.0.1:2375"],
  ["0.0.0.0:1", "tcp://0.0.0.0:1"],
  ["[::1]:2375", "tcp://[::1]:2375"],
])("%s is %s", (text, expected) => {
  expect(addressText(parseAddress(text))).toBe(expected);
});

it.each(["unix://relative", "ssh://host", "tcp://host", "host:70000", "host:port"])("%s is no address", (text) => {
  expect(() => parseAddress(text)).toThrow(TypeError);
});
