import { expect, test } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** As the real one does with the master of a new pseudo-terminal, which nobody answers at. */
test("microcom ends with the signal that it got, and takes its lock away", async () => {
  const { stdout } = await new Busybox().sh(`
    mkdir -p /var/lock
    (sleep 3 | microcom /dev/ptmx; echo $?) & sleep 1; ls /var/lock; kill $(pidof microcom); wait; ls /var/lock
    (sleep 3 | microcom /dev/ptmx; echo $?) & sleep 1; kill -INT $(pidof microcom); wait; ls /var/lock`);
  expect(stdout).toBe("LCK..ptmx\n15\n2\n");
});

test("microcom listens on when nothing more is typed, until the line has been silent for long enough", async () => {
  const { stdout } = await new Busybox().sh(
    "start=$(date +%s); microcom -t 3000 /dev/ptmx </dev/null; echo $? $(($(date +%s) - start))",
  );
  expect(stdout).toBe("0 3\n");
});
