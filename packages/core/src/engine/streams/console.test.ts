import { describe, expect, it } from "vitest";
import { encode } from "../../lib/index.ts";
import { type Container, createEngine, type Engine } from "../index.ts";

async function busybox(): Promise<Engine> {
  const engine = createEngine();
  await engine.images.pull("busybox");
  return engine;
}

async function pass(engine: Engine, us: number): Promise<void> {
  let isOver = false;
  engine.world.clock.after(us, () => {
    isOver = true;
  });
  await engine.world.until(() => isOver);
}

/** A shell at a terminal. */
async function shell(engine: Engine): Promise<Container> {
  const container = engine.containers.create({ Image: "busybox", Cmd: ["sh"], Tty: true, OpenStdin: true }, "box");
  await engine.containers.start(container);
  await pass(engine, 1e6);
  return container;
}

async function type(engine: Engine, container: Container, ...keys: readonly string[]): Promise<void> {
  for (const some of keys) {
    engine.containers.streams.feed(container, encode(some));
    await pass(engine, 1e6);
  }
}

/** What a program shows, without what the shell's editor asks the terminal. */
const withoutEditor = (text: string): string => text.replaceAll("\x1b[6n", "");

describe("a container with a terminal", () => {
  it("ends its lines as a terminal does, all on standard output", async () => {
    const engine = await busybox();
    const result = await engine.docker(["run", "-t", "busybox", "sh", "-c", "tty; echo oops >&2; echo $TERM"]);
    expect(result).toEqual({ exitCode: 0, stdout: "/dev/pts/0\r\noops\r\nxterm\r\n", stderr: "" });
  });

  it("has its terminal in /dev/pts and as /dev/console, owned by the user that it runs as", async () => {
    const engine = await busybox();
    const command = "ls -ln /dev/console /dev/pts/0 | cut -c1-45; grep -c console /proc/mounts";
    const { stdout } = await engine.docker(["run", "-t", "-u", "1000", "busybox", "sh", "-c", command]);
    const entry = "crw--w----    1 1000     5         136,   0 J\r\n";
    expect(stdout).toBe(`${entry}${entry}1\r\n`);
  });

  it("tells its modes and its size", async () => {
    const engine = await busybox();
    const command = "stty -g; stty cols 100 rows 30; stty size; stty raw -echo; stty -a";
    const { stdout } = await engine.docker(["run", "-t", "busybox", "sh", "-c", command]);
    const lines = stdout.split(/\r?\n/);
    expect([...lines.slice(0, 2), ...lines.slice(-3)]).toEqual([
      `500:5:f00bf:8a3b:3:1c:7f:15:4:0:1:0:11:13:1a:0:12:f:17:16${":0".repeat(16)}`,
      "30 100",
      "-isig -icanon iexten -echo echoe echok -echonl -noflsh -xcase -tostop -echoprt echoctl echoke",
      "-flusho -extproc",
      "",
    ]);
  });

  it("lets a shell control jobs", async () => {
    const engine = await busybox();
    const container = await shell(engine);
    await type(engine, container, "tty\r", "sleep 100\r", "\x03", "echo $?\r", "cat\r", "foo\r", "\x1a", "jobs\r");
    await type(engine, container, "ps -o pid,pgid,tty,stat,args\r", "bg\r", "fg\r", "bar\r", "\x04");
    await type(engine, container, "cat &\r", "\r", "kill %1\r", "exit 3\r", "exit 3\r");
    expect(withoutEditor(container.logs.text()).split("\r\n").slice(0, 26)).toEqual([
      "/ # tty",
      "/dev/pts/0",
      "/ # sleep 100",
      "^C",
      "/ # echo $?",
      "130",
      "/ # cat",
      "foo",
      "foo",
      "^Z[1]+  Stopped                    cat",
      "/ # jobs",
      "[1]+  Stopped                    cat",
      "/ # ps -o pid,pgid,tty,stat,args",
      "PID   PGID  TT     STAT COMMAND",
      "    1     1 136,0  S    sh",
      "    9     9 136,0  T    cat",
      "   10    10 136,0  R    ps -o pid,pgid,tty,stat,args",
      "/ # bg",
      "[1] cat",
      "/ # fg",
      "cat",
      "bar",
      "bar",
      "/ # cat &",
      "/ # ",
      "[1]+  Stopped (tty input)        cat",
    ]);
  });

  it("tells programs that it has another size", async () => {
    const engine = await busybox();
    const container = await shell(engine);
    await type(engine, container, "trap 'stty size' WINCH\r");
    engine.containers.streams.resize(container, { rows: 50, columns: 132 });
    await type(engine, container, "true\r", "\x04");
    expect(container.logs.text()).toContain("50 132\r\n");
    expect(container.state).toBe("exited");
  });
});

describe("exec with a terminal", () => {
  it("interrupts with ^C what runs in the foreground, and ends at ^D", async () => {
    const engine = await busybox();
    const container = engine.containers.create({ Image: "busybox", Cmd: ["sleep", "infinity"] });
    await engine.containers.start(container);
    const session = engine.exec.create(container, { Cmd: ["sh"], Tty: true, AttachStdin: true });
    await engine.exec.start(session);
    for (const keys of ["tty\r", "cat\r", "\x03", "echo $?\r", "\x04"]) {
      await pass(engine, 1e6);
      session.stdin?.write(encode(keys));
    }
    await engine.exec.wait(session);
    const shown = ["/ # tty", "/dev/pts/0", "/ # cat", "^C", "/ # echo $?", "130", "/ # ", ""];
    expect(withoutEditor(session.output.text())).toBe(shown.join("\r\n"));
  });

  it("hangs up at the end: a job in the background is told, and has no terminal any more", async () => {
    const engine = await busybox();
    const container = engine.containers.create({ Image: "busybox", Cmd: ["sleep", "infinity"] });
    await engine.containers.start(container);
    const script = "(trap '' HUP; sleep 3; echo late; echo $? >/tmp/late) & sleep 1";
    const session = engine.exec.create(container, { Cmd: ["sh", "-c", script], Tty: true });
    await engine.exec.start(session);
    await engine.exec.wait(session);
    await pass(engine, 5e6);
    expect(session.output.text()).toBe("");
    const { stdout } = await engine.docker(["exec", container.id, "sh", "-c", "cat /tmp/late; ls /dev/pts"]);
    expect(stdout).toBe("1\nptmx\n");
  });
});
