/** Tests that fail on purpose, for the test of what is printed then. */
import { expect, test } from "../index.ts";

test("fails", async ({ client }) => {
  const sleeper = await client.run("busybox", { name: "sleeper", command: ["sleep", "1000"] });
  await expect(sleeper).toHaveExitedWith(0);
});

test("takes too long", { timeout: 500 }, async ({ client }) => {
  await client.run("busybox", { name: "sleeper", command: ["sleep", "1000"] });
  await new Promise(() => {});
});
