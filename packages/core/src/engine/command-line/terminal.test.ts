/** What is expected was seen of docker 28.2.2 at a pseudo-terminal. */
import { describe, expect, it } from "vitest";
import { createEngine, type Engine, type TerminalInput } from "../index.ts";

async function busybox(): Promise<Engine> {
  const engine = createEngine();
  await engine.images.pull("busybox");
  return engine;
}

const at = (...input: readonly TerminalInput[]) => ({ terminal: { input } });

/** Output without what a line editor says to the terminal. */
const shown = (text: string): readonly string[] => text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "").split("\r\n");

describe("docker run -it at a terminal", () => {
  it("runs a shell that is typed to, in a window of that size", async () => {
    const engine = await busybox();
    const result = await engine.docker("run -it --rm busybox cat", { ...at("hello\r", "\x04") });
    expect(result).toEqual({ exitCode: 0, stdout: "hello\r\nhello\r\n", stderr: "" });
    const line = ["run", "-it", "--name", "sized", "busybox", "sh", "-c", "stty size; read x; stty size; exit 3"];
    const size = { rows: 30, columns: 100 };
    const sized = await engine.docker(line, { terminal: { input: [{ rows: 50, columns: 132 }, "\r"], size } });
    expect([sized.exitCode, sized.stdout]).toEqual([3, "30 100\r\n\r\n50 132\r\n"]);
    const { stdout } = await engine.docker(["inspect", "-f", "{{.HostConfig.ConsoleSize}}", "sized"]);
    expect(stdout).toBe("[30 100]\n");
  });

  it("without a terminal the client refuses", async () => {
    const engine = await busybox();
    await engine.docker("run -d -it --name box busybox");
    const refused = { exitCode: 1, stdout: "", stderr: "the input device is not a TTY\n" };
    expect(await engine.docker("run -it busybox")).toMatchObject(refused);
    expect(await engine.docker("exec -it box true")).toEqual(refused);
    expect(await engine.docker("attach box")).toEqual(refused);
  });

  it("ctrl-p ctrl-q leaves the container running; run ends with 0, attach and exec say so and end with 1", async () => {
    const engine = await busybox();
    const run = await engine.docker("run -it --name box busybox cat", at("a\r", "\x10", "b\r", "\x10\x11"));
    expect([run.exitCode, run.stdout, run.stderr]).toEqual([0, "a\r\na\r\n^Pb\r\n\x10b\r\n", ""]);
    expect(engine.containers.get("box").isRunning).toBe(true);
    const attach = await engine.docker("attach box", at("c\r", "\x10\x11"));
    expect(attach).toEqual({ exitCode: 1, stdout: "c\r\nc\r\n", stderr: "read escape sequence\n" });
    const exec = await engine.docker("exec -it box cat", at("\x10\x11"));
    expect(exec).toEqual({ exitCode: 1, stdout: "", stderr: "read escape sequence\n" });
    const other = await engine.docker("attach --detach-keys ctrl-a,x box", at("\x10z\r", "\x01x"));
    expect([other.exitCode, other.stdout.startsWith("^Pz\r\n")]).toEqual([1, true]);
    expect(await engine.docker("start -ai box", at("\x10\x11"))).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect((await engine.docker("attach box", at("\x04"))).exitCode).toBe(0);
    expect(engine.containers.get("box").state).toBe("exited");
  });

  it("exec -it gives a shell with a terminal of its own", async () => {
    const engine = await busybox();
    await engine.docker("run -d --name box busybox sleep infinity");
    const { exitCode, stdout } = await engine.docker("exec -it box sh", at("tty; stty size\r", "exit 4\r"));
    expect(exitCode).toBe(4);
    expect(shown(stdout)).toEqual(expect.arrayContaining(["/dev/pts/0", "24 80"]));
  });

  it("takes what comes from outside as it comes, and stops to when the program ends", async () => {
    const engine = await busybox();
    const given: string[] = [];
    let isClosed = false;
    async function* keys(): AsyncGenerator<TerminalInput> {
      try {
        for (const piece of ["one\r", "two\r", "\x04", "never\r"]) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          given.push(piece);
          yield piece;
        }
      } finally {
        isClosed = true;
      }
    }
    const { exitCode, stdout } = await engine.docker("run -it busybox cat", { terminal: { input: keys() } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([exitCode, stdout]).toEqual([0, "one\r\none\r\ntwo\r\ntwo\r\n"]);
    expect([given.slice(0, 3), isClosed]).toEqual([["one\r", "two\r", "\x04"], true]);
  });
});
