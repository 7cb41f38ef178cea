/** What goes into a container and comes out: attach, exec, logs, terminals. */
import { expect } from "vitest";
import { onEngines } from "./engines.ts";

const TALK = "echo out; echo err >&2; printf tail";

onEngines("talk", (it) => {
  it("keeps both streams apart, in the log and in what attaches to them", async ({ client, docker }) => {
    const attached = await client.docker(["run", "--name", "talk-a", "busybox", "sh", "-c", TALK]);
    expect(attached).toEqual({ exitCode: 0, stdout: "out\ntail", stderr: "err\n" });
    expect(await client.container("talk-a").logs()).toEqual({ stdout: "out\ntail", stderr: "err\n" });
    const some = await client.docker(["run", "--rm", "-a", "stderr", "busybox", "sh", "-c", TALK]);
    expect(some).toEqual({ exitCode: 0, stdout: "", stderr: "err\n" });
    await docker("run -d --name talk-none --log-driver none busybox echo lost");
    await docker("wait talk-none");
    const none = await client.docker("logs talk-none");
    expect([none.exitCode, none.stderr]).toEqual([
      1,
      "Error response from daemon: configured logging driver does not support reading\n",
    ]);
  });

  it("answers what is put into it, until that ends", async ({ client }) => {
    const echo = await client.docker(["run", "--rm", "-i", "busybox", "sh", "-c", "read a; echo got $a; cat; exit 3"], {
      stdin: "one\ntwo\n",
    });
    expect(echo).toEqual({ exitCode: 3, stdout: "got one\ntwo\n", stderr: "" });
    const deaf = await client.docker(["run", "--rm", "busybox", "sh", "-c", "cat; echo end"], { stdin: "one\n" });
    expect(deaf.stdout).toBe("end\n");
  });

  it("has streams of the user that it begins as, whoever it becomes", async ({ client, docker, refused }) => {
    const owners = "stat -Lc '%F %u:%g' /dev/stdin /dev/stdout";
    const pipes = "fifo 7:0\nfifo 7:0\n";
    const piped = await client.docker(["run", "--rm", "-i", "-u", "7:8", "busybox", "sh", "-c", owners], { stdin: "" });
    expect(piped.stdout).toBe(pipes);
    await docker("run -d --name talk-own busybox sleep 1000");
    const beside = await client.docker(["exec", "-i", "-u", "7:8", "talk-own", "sh", "-c", owners], { stdin: "" });
    expect(beside.stdout).toBe(pipes);
    const become = ["su", "nobody", "-s", "/bin/sh", "-c", "echo lost > /dev/stderr"];
    const problem = /^1: sh: (line 0: )?can't create \/dev\/stderr: Permission denied\n$/;
    expect(await refused(["run", "--rm", "busybox", ...become])).toMatch(problem);
    expect(await refused(["exec", "talk-own", ...become])).toMatch(problem);
  });

  it("shows its log by lines from the end, by time, with timestamps, and follows it", async (engine) => {
    const { client, docker, seconds } = engine;
    const script = "for i in 1 2 3; do echo $i; sleep 1; done; exec sleep 2";
    await docker(["run", "-d", "--name", "talk-log", "busybox", "sh", "-c", script]);
    await seconds(3.5);
    expect(await docker("logs talk-log")).toBe("1\n2\n3\n");
    expect(await docker("logs --tail 2 talk-log")).toBe("2\n3\n");
    expect(await docker("logs -n 0 talk-log")).toBe("");
    const stamped = (await docker("logs -t talk-log"))
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" "));
    expect(stamped.map(([, word]) => word)).toEqual(["1", "2", "3"]);
    const [first = "", second = "", third = ""] = stamped.map(([time = ""]) => time);
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
    expect(await docker(`logs --since ${second} talk-log`)).toBe("2\n3\n");
    expect(await docker(`logs --until ${second} talk-log`)).toBe("1\n2\n");
    expect(await docker(`logs --since ${second} --until ${third} --tail 1 talk-log`)).toBe("3\n");
    expect(await docker("logs --since 1h talk-log")).toBe("1\n2\n3\n");
    // Following ends with the container.
    expect((await client.docker("logs -f --tail 1 talk-log")).stdout).toBe("3\n");
  });

  it("rotates its log by size, and forgets what does not fit", async ({ docker }) => {
    const options = ["--log-opt", "max-size=1k", "--log-opt", "max-file=2"];
    const script = "for i in $(seq 100 149); do echo line $i; done";
    await docker(["run", "--name", "talk-rot", ...options, "busybox", "sh", "-c", script]);
    const lines = (await docker("logs talk-rot")).trimEnd().split("\n");
    expect(lines.at(-1)).toBe("line 149");
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.length).toBeLessThan(32);
    expect(await docker("logs --tail 3 talk-rot")).toBe("line 147\nline 148\nline 149\n");
    // The driver "local" writes records of another size, and has five files unless told otherwise.
    const count = "i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); done";
    for (const [name, files, first] of [
      ["talk-two", ["--log-opt", "max-file=2"], "line 256"],
      ["talk-five", [], "line 172"],
    ] as const) {
      const local = ["--log-driver", "local", "--log-opt", "max-size=1k", ...files];
      await docker(["run", "--name", name, ...local, "busybox", "sh", "-c", count]);
      expect((await docker(`logs ${name}`)).split("\n", 1)).toEqual([first]);
    }
  });

  it("runs commands beside the first, with a user, a directory, variables, input and exit codes", async (engine) => {
    const { client, docker } = engine;
    await docker("run -d --name talk-ex -e A=image -w /etc busybox sleep 1000");
    const ask = "echo $(id -u):$(id -g) $(pwd) $A $B";
    const exec = (...words: readonly string[]) => docker(["exec", ...words, "talk-ex", "sh", "-c", ask]);
    expect(await exec()).toBe("0:0 /etc image\n");
    expect(await exec("-u", "1000:2000", "-w", "/tmp", "-e", "B=exec", "-e", "A=")).toBe("1000:2000 /tmp exec\n");
    const cat = await client.container("talk-ex").exec(["cat"], { stdin: "text" });
    expect(cat).toEqual({ exitCode: 0, stdout: "text", stderr: "" });
    expect(await client.container("talk-ex").exec("exit 42")).toMatchObject({ exitCode: 42 });
    expect(await client.container("talk-ex").exec("kill -9 $$")).toMatchObject({ exitCode: 137 });
    const failures: unknown[] = [];
    for (const words of ["nope", "/etc/passwd", "-w /nope", "-u nobody-there"]) {
      const line = words.startsWith("-") ? `exec ${words} talk-ex true` : `exec talk-ex ${words}`;
      const { exitCode, stdout, stderr } = await client.docker(line);
      failures.push([exitCode, stdout + stderr]);
    }
    const failed = "OCI runtime exec failed: exec failed: unable to start container process:";
    expect(failures).toEqual([
      [127, `${failed} exec: "nope": executable file not found in $PATH\r\n`],
      [126, `${failed} exec: "/etc/passwd": permission denied\r\n`],
      [127, `${failed} chdir to cwd ("/nope") set in config.json failed: no such file or directory\r\n`],
      [1, "Error response from daemon: unable to find user nobody-there: no matching entries in passwd file\n"],
    ]);
  });

  it("leaves a command that is run in the background alone, and ends it with the container", async (engine) => {
    const { docker, seconds } = engine;
    await docker("run -d --name talk-bg busybox sh -c 'trap exit TERM; while :; do sleep 0.1; done'");
    await docker("exec -d talk-bg sh -c 'sleep 1; touch /done; sleep 1000'");
    await seconds(2.5);
    expect(await docker("exec talk-bg ls /done")).toBe("/done\n");
    expect(await docker("exec talk-bg sh -c 'pidof sleep | wc -w'")).toMatch(/^[12]\n$/);
    await docker("stop talk-bg");
    expect(await docker("inspect -f '{{.State.ExitCode}} {{.ExecIDs}}' talk-bg")).toMatch(/^(0|143) \[\]\n$/);
  });

  it("has a terminal if it is asked for one: one stream, with carriage returns", async ({ client, docker }) => {
    await docker([
      "run",
      "-d",
      "-t",
      "--name",
      "talk-tty",
      "busybox",
      "sh",
      "-c",
      "tty; echo out; echo err >&2; sleep 1000",
    ]);
    await client.pass("500ms");
    const { stdout, stderr } = await client.container("talk-tty").logs();
    expect(stdout).toBe("/dev/pts/0\r\nout\r\nerr\r\n");
    expect(stderr).toBe("");
    expect(await docker("inspect -f '{{.Config.Tty}} {{.Config.AttachStdout}}' talk-tty")).toBe("true false\n");
    const plain = await client.docker("exec talk-tty tty");
    expect(plain).toMatchObject({ exitCode: 1, stdout: "not a tty\n" });
  });
});
