import { expect, it } from "vitest";
import { offlineError } from "./offline.ts";

it("refuses on the machine's own addresses, and looks names up in vain", () => {
  expect(offlineError("Get", "http://127.0.0.1:9/x")).toBe(
    'Get "http://127.0.0.1:9/x": dial tcp 127.0.0.1:9: connect: connection refused',
  );
  expect(offlineError("Get", "http://localhost:9/x")).toBe(
    'Get "http://localhost:9/x": dial tcp [::1]:9: connect: connection refused',
  );
  expect(offlineError("Head", "https://registry-1.docker.io/v2/")).toBe(
    'Head "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.255.255.53:53: dial udp 10.255.255.53:53: connect: network is unreachable',
  );
});
