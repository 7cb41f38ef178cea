import { expect, test } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

test("what init starts has its terminal as standard streams, and waits for what is typed there", async () => {
  const box = new Busybox();
  box.write("/etc/inittab", "null::once:/bin/sh /show\n");
  box.write("/show", "(ls /proc/$$/fd; grep flags /proc/$$/fdinfo/0) > /shown\n");
  await box.sh("linuxrc & sleep 3; kill -9 $!");
  expect(box.read("/shown")).toMatch(/^0\n1\n10\n2\nflags:\t0100002\n$/);
});
