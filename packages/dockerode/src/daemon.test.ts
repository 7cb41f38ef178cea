import { createEngine } from "@bottleship/core/engine";
import Docker from "dockerode";
import { expect, it } from "vitest";
import { createModem } from "./index.ts";

it("loses its streams when the daemon ends, and has no answers until it is back", async () => {
  const engine = createEngine();
  const docker = new Docker({ modem: createModem(engine) });
  const events = await docker.getEvents();
  const broken = new Promise<Error>((resolve) => events.once("error", resolve));
  engine.daemon.crash();
  expect((await broken).message).toBe("unexpected EOF");
  await expect(docker.ping()).rejects.toThrow("unexpected EOF");
  await engine.daemon.start();
  expect(String(await docker.ping())).toBe("OK");
});
