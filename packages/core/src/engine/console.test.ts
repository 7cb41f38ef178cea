import { expect, it } from "vitest";
import { createEngine, type Engine } from "./index.ts";

async function busybox(): Promise<Engine> {
  const engine = createEngine();
  await engine.images.pull("busybox");
  return engine;
}

it("x", async () => {
  const e = await busybox();
  for (const c of ["echo hi", "tty", "ls -l /dev/console /dev/pts", "stty -a", "sh -c 'ls -l /proc/self/fd; stat /dev/console /dev/pts/0; env; stty size; cat /proc/self/stat; ps -o pid,tty,args; cat /proc/mounts | grep -E \"pts|cons\"; echo > /dev/tty; ls /dev | wc -l'"])
    console.log(c, JSON.stringify(await e.docker(`run --rm -t busybox ${c}`), null, 1).replaceAll("\\n", "\n"));
  console.log((await e.docker(`run --rm -t -u 1000 busybox ls -l /dev/pts`)).stdout);
  const c = e.containers.create({ Image: "busybox", Cmd: ["sh"], Tty: true, OpenStdin: true });
  await e.containers.start(c);
  const type = async (t: string) => { e.containers.feed(c, new TextEncoder().encode(t)); await e.world.run?.(1e6); };
  
  const nap = async () => { let d = false; e.world.clock.after(1e6, () => { d = true; }); await e.world.until(() => d); };
  await nap(); for (const t of ["tty\n", "sleep 100\n", "\x03", "echo $?\n", "cat\n", "foo\n", "\x1a", "jobs\n", "ps -o pid,pgid,tty,stat,args\n", "bg\n", "fg\n", "bar\n", "\x04", "sleep 5 &\n", "cat &\n", "\n", "set -m; set -o\n", "\x04"]) {
    e.containers.feed(c, new TextEncoder().encode(t)); await nap();
  }
  console.log(c.logs.text());
  console.log(c.state, c.exitCode);
});
