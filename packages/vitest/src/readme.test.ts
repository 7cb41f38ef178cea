// The first example of README.md, to the letter: test/readme.test.ts compares them.
import { expect, test } from "@bottleship/vitest";

test("the greeter greets", async ({ client }) => {
  await client.pull("busybox");
  const greeter = await client.run("busybox", { command: "echo hello" });
  await expect(greeter).toHaveExitedWith(0);
});
