import { createEngine } from "@bottleship/core/engine";
import { MachineShell } from "@bottleship/core/shell";
import { REAL_HOST } from "@bottleship/node";
import { expect, it } from "vitest";

/** A shell at a terminal, in real time, and somebody who types. */
async function open() {
  const engine = createEngine({ policy: "real", host: REAL_HOST });
  await engine.images.pull("busybox");
  const decoder = new TextDecoder();
  let shown = "";
  let seen = 0;
  let look = (): void => {};
  const shell = new MachineShell(engine, {
    terminal: { rows: 24, columns: 80 },
    onOutput: (_, bytes) => {
      shown += decoder.decode(bytes, { stream: true });
      look();
    },
  });
  /** Types, and gives what is shown from there up to the next `what`. */
  const type = (keys: string, what: string): Promise<string> => {
    const from = seen;
    shell.write(keys);
    return new Promise((resolve) => {
      look = () => {
        const at = shown.indexOf(what, from);
        if (at < 0) return;
        seen = at + what.length;
        resolve(withoutCodes(shown.slice(from, seen)));
      };
      look();
    });
  };
  return { engine, shell, type };
}

const withoutCodes = (text: string): string => text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "");

it("lends its terminal to run -it and exec -it: keys, window, ctrl-c, and the modes come back afterwards", async () => {
  const { shell, type } = await open();
  await type("", "# ");
  expect(await type("docker run -it --name box busybox\r", "/ # ")).toContain("busybox\r\n");
  expect(await type("stty size; tty\r", "/ # ")).toContain("24 80\r\n/dev/pts/0\r\n");
  shell.resize({ rows: 30, columns: 100 });
  expect(await type("stty size\r", "/ # ")).toContain("30 100\r\n");
  await type("sleep 1000\r", "sleep 1000\r\n");
  expect(await type("\x03", "/ # ")).toContain("^C");
  await type("exit 3\r", "bottleship:~# ");
  expect(await type("echo $?; stty size\r", "bottleship:~# ")).toContain("\r\n3\r\n30 100\r\n");
  await type("docker start box > /dev/null\r", "bottleship:~# ");
  expect(await type("docker exec -it box sh -c 'read x; echo got $x'\r", "box sh")).toContain("docker exec");
  expect(await type("five\r", "bottleship:~# ")).toContain("got five\r\n");
  shell.write("exit\r");
  expect(await shell.ended).toBe(0);
});

it("answers a question, and ctrl-c ends a client that follows, while the container goes on", async () => {
  const { engine, shell, type } = await open();
  await type("docker run -d --name web busybox sh -c 'echo one; sleep 1000'\r", "# ");
  await type("docker logs -f web\r", "one\r\n");
  await type("\x03", "bottleship:~# ");
  expect(await type("echo $?\r", "bottleship:~# ")).toContain("\r\n130\r\n");
  expect(engine.containers.get("web").isRunning).toBe(true);
  await type("docker kill web; docker container prune\r", "[y/N]");
  expect(await type("y\r", "reclaimed")).toContain("Deleted Containers:\r\n");
  shell.close();
  expect(await shell.ended).toBe(129);
});

it("an interrupt goes to the container that docker run is attached to; the third ends the client", async () => {
  const { shell, type } = await open();
  const trap = "trap 'echo caught' INT; echo ready; while :; do sleep 1; done";
  await type(`docker run busybox sh -c "${trap}"\r`, "ready\r\n");
  await type("\x03", "caught\r\n");
  await type("\x03", "caught\r\n");
  await type("\x03", "forcefully exiting\r\n");
  await type("echo code $?\r", "code 1\r\n");
  shell.close();
  await shell.ended;
});
