import { expect, test } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** What busybox's syslogd writes behind the time of a message, or what logger says. */
test.each([
  ["daemon.error", "daemon.err root: x"],
  ["SECURITY.Panic", "auth.emerg root: x"],
  ["none", "user.emerg root: x"],
  ["mark.info", "mark.info root: x"],
  ["12.3", "user.err root: x"],
  ["100", "user.warn root: x"],
  ["3x.4z", "kern.warn root: x"],
  ["96.3", "<99> root: x"],
  ["9999.9", "<777> root: x"],
  ["-.info", "logger: unknown facility name: -"],
  [".info", "logger: unknown facility name: "],
  ["user.", "logger: unknown priority name: user."],
])("logger -p %s is logged as %j", async (priority, logged) => {
  const script = `exec 2>&1; hostname h; syslogd -n -O - & sleep 1; logger -p ${priority} x; kill $!; wait`;
  const { stdout } = await new Busybox().sh(script);
  expect(stdout.split("\n").map((line) => line.replace(/^.* h /, ""))[1]).toBe(logged);
});

test("syslogd and httpd go into the background with nothing open but what they need", async () => {
  const script =
    "syslogd -O -; httpd; sleep 1; for fd in /proc/$(pidof syslogd)/fd/* /proc/$(pidof httpd)/fd/*; do readlink $fd; done";
  const { stdout } = await new Busybox().sh(script);
  expect(stdout.replace(/\[\d+\]/g, "")).toBe(
    "/dev/null\n/dev/null\n/dev/null\nsocket:\n/dev/null\n/dev/null\n/dev/null\nsocket:\n",
  );
});

test("syslogd leaves the directory in which it was started, others stay", async () => {
  const script =
    "cd /tmp; syslogd -O log; httpd; sleep 1; for name in syslogd httpd; do readlink /proc/$(pidof $name)/cwd; done; ls /log";
  expect((await new Busybox().sh(script)).stdout).toBe("/\n/tmp\n/log\n");
});
