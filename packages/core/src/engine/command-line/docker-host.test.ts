import { expect, test } from "vitest";
import { parseDockerHost } from "./docker-host.ts";

test.each([
  ["unix://", "unix:///var/run/docker.sock"],
  ["unix://relative", "unix://relative"],
  ["tcp://", "tcp://localhost:2375"],
  ["127.0.0.1:1", "tcp://127.0.0.1:1"],
  ["tcp://[::1]", "tcp://[::1]:2375"],
  ["tcp://127.0.0.1:1/path", "tcp://127.0.0.1:1/path"],
  ["ssh://host", "ssh://host"],
])("%s is at %s", (text, address) => {
  expect(parseDockerHost(text)).toEqual({ address });
});

test.each([
  ["bogus://x", "unable to resolve docker endpoint: invalid bind address format: bogus://x"],
  ["tcp://x:y", 'unable to resolve docker endpoint: parse "tcp://x:y": invalid port ":y" after host'],
  ["ssh://", "ssh host connection is not valid: invalid SSH URL: hostname is empty"],
  ["fd://", "unable to parse docker host `fd://`"],
  ["npipe:////./x", "protocol not available"],
])("%s is nowhere", (text, problem) => {
  expect(parseDockerHost(text)).toEqual({ problem });
});
