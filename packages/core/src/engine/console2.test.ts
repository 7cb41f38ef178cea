import { expect, it } from "vitest";
import { createEngine, type Engine } from "./index.ts";
it("x", async () => {
  const e = createEngine();
  await e.images.pull("busybox");
  const c = e.containers.create({ Image: "busybox", Cmd: ["sh"], Tty: true, OpenStdin: true });
  await e.containers.start(c);
  const nap = async () => { let d = false; e.world.clock.after(1e6, () => { d = true; }); await e.world.until(() => d); };
  await nap();
  for (const t of ["set -o | grep mon\n", "sleep 100\n"]) {
    e.containers.feed(c, new TextEncoder().encode(t)); await nap();
  }
  for (const p of e.kernel.processes.values()) console.log(p.pid, p.argv.join(" "), p.state, p.group.leader.pid, p.group.session.terminal?.foreground?.leader.pid, p.call?.name, p.blocked, p.actions);
    e.containers.feed(c, Uint8Array.of(3)); await nap();
  for (const p of e.kernel.processes.values()) console.log(p.pid, p.argv.join(" "), p.state, p.group.leader.pid, p.group.session.terminal?.foreground?.leader.pid, p.call?.name, p.pending);
  console.log(c.logs.text());
  console.log(c.state, c.exitCode);
});
