/** `docker context`. Texts are those of docker 28.5.2. */
import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

it("lists names alone, whatever format is asked for with them", async () => {
  const engine = createEngine({ seed: 7 });
  await engine.docker("context create far --docker host=tcp://far:2375");
  for (const format of ["", "json", "{{.Description}}"])
    expect((await engine.docker(["context", "ls", "-q", "--format", format])).stdout).toBe("default\nfar\n");
});
