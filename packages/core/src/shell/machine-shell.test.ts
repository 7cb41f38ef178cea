import { expect, it } from "vitest";
import { createEngine, type Engine } from "../engine/index.ts";
import { decode } from "../lib/index.ts";
import { MachineShell } from "./index.ts";

/** Runs a script on a machine that has busybox: the exit code, and what was shown. */
async function run(engine: Engine, script: string) {
  await engine.images.pull("busybox");
  const shown = { stdout: "", stderr: "" };
  const shell = new MachineShell(engine, {
    onOutput: (stream, bytes) => {
      shown[stream] += decode(bytes);
    },
  });
  shell.write(script);
  shell.end();
  return { exitCode: await shell.ended, ...shown };
}

it("runs a script in which docker is a command like any other: pipes, substitution, exit codes, files", async () => {
  const script = `
    mkdir app && cd app
    printf 'FROM busybox\\nRUN echo built > /made\\nCMD ["cat", "/made"]\\n' > Dockerfile
    docker build -q -t app . | cut -c -7
    for i in 1 2; do docker run --rm app; done | wc -l
    echo "in: $(echo abc | docker run -i busybox rev)"
    docker run busybox sh -c 'exit 3' || echo "code $?"
    docker save app > ../app.tar && docker rmi -f app > /dev/null && docker load < ../app.tar
    docker cp $(docker create busybox):/etc/group . && wc -l < group
    exit 7
  `;
  const stdout = "sha256:\n2\nin: cba\ncode 3\nLoaded image: app:latest\n26\n";
  expect(await run(createEngine(), script)).toEqual({ exitCode: 7, stdout, stderr: "" });
});

it("shows help, and what is wrong with a command line", async () => {
  const script = "docker ps --help | sed -n 1p; docker search 2>&1 | head -1; docker logout one two";
  expect(await run(createEngine(), script)).toMatchObject({
    stdout: "Usage:  docker ps [OPTIONS]\ndocker: 'docker search' requires 1 argument\n",
    stderr: expect.stringContaining("docker: 'docker logout' requires at most 1 argument\n"),
  });
});

it("passes only as much time as somebody waits for", async () => {
  const engine = createEngine();
  const script = `
    docker run -d --name web busybox sh -c 'while sleep 1; do echo tick; done' > /dev/null
    docker ps -q | wc -l; sleep 2.5; docker logs web | wc -l
  `;
  expect(await run(engine, script)).toEqual({ exitCode: 0, stdout: "1\n2\n", stderr: "" });
  expect(engine.world.clock.uptimeUs).toBeLessThan(4_000_000);
});

it("calls a mistake at the prompt by the shell's name only, whatever the login has read", async () => {
  let shown = "";
  const shell = new MachineShell(createEngine(), {
    terminal: { rows: 24, columns: 80 },
    onOutput: (_, bytes) => {
      shown += decode(bytes);
    },
  });
  shell.write("nosuch\r");
  shell.write("exit\r");
  expect(await shell.ended).toBe(127);
  expect(shown).toContain("\r\n-sh: nosuch: not found\r\n");
});
