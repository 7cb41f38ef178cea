import { describe, expect, it } from "vitest";
import {
  alarm,
  burn,
  CAP_KILL,
  clock_gettime,
  clone,
  close,
  Errno,
  executable,
  execve,
  exit,
  getpid,
  getppid,
  kill,
  nanosleep,
  O_CREAT,
  O_WRONLY,
  open,
  pause,
  pipe2,
  prctl,
  type Routine,
  read,
  reboot,
  SIGALRM,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGPIPE,
  SIGSTOP,
  SIGTERM,
  SIGUSR1,
  type Signal,
  SignalSet,
  setpgid,
  setresuid,
  setsid,
  sigaction,
  sigprocmask,
  sigsuspend,
  unshare,
  WNOHANG,
  WUNTRACED,
  wait4,
  write,
} from "../abi/index.ts";
import { decode, encode } from "../lib/index.ts";
import { TestMachine } from "../testing/machine.ts";

const child = (body: () => Routine<number>) => clone(body, undefined);

function* sleeper(): Routine<number> {
  yield* nanosleep(1e9);
  return 0;
}

describe("clone and wait4", () => {
  it("a child gets copies of the descriptors, and its parent its exit code", async () => {
    const told = await new TestMachine().run(function* () {
      const [input, output] = yield* pipe2();
      const pid = yield* child(function* () {
        yield* write(output, encode("hello"));
        return 300;
      });
      yield* close(output);
      const text = decode(yield* read(input, 100));
      const end = yield* read(input, 100);
      return { text, end: end.length, waited: yield* wait4(pid), pid };
    });
    expect(told).toEqual({
      text: "hello",
      end: 0,
      waited: { pid: told.pid, status: { exited: 300 & 0xff } },
      pid: told.pid,
    });
  });

  it("WNOHANG answers undefined while a child runs, and ECHILD when there is none", async () => {
    const told = await new TestMachine().run(function* () {
      const pid = yield* child(sleeper);
      const early = yield* wait4(pid, WNOHANG);
      yield* kill(pid, SIGKILL);
      const late = yield* wait4(-1);
      const none = yield* wait4().attempt();
      return [early, late?.status, none instanceof Errno ? none.code : none];
    });
    expect(told).toEqual([undefined, { signaled: SIGKILL, core: false }, "ECHILD"]);
  });

  it("an orphan is adopted by init, or by an ancestor that asked for orphans", async () => {
    const machine = new TestMachine();
    const parents = await machine.run(function* () {
      const [input, output] = yield* pipe2();
      const orphan = function* (): Routine<number> {
        yield* nanosleep(1000);
        yield* write(output, encode(`${yield* getppid()} `));
        return 0;
      };
      const makeOrphan = function* (): Routine<number> {
        yield* child(orphan);
        return 0;
      };
      yield* child(makeOrphan);
      yield* prctl("PR_SET_CHILD_SUBREAPER", 1);
      yield* nanosleep(5000);
      const first = decode(yield* read(input, 100));
      yield* child(makeOrphan);
      yield* nanosleep(5000);
      return [first, decode(yield* read(input, 100)), `${yield* getpid()} `];
    });
    expect(parents[0]).toBe(parents[2]);
    expect(parents[1]).toBe(parents[2]);
  });

  it("a parent that ignores SIGCHLD has no zombies", async () => {
    const machine = new TestMachine();
    const left = await machine.run(function* () {
      yield* sigaction(SIGCHLD, "ignore");
      const pid = yield* child(function* () {
        return 3;
      });
      yield* nanosleep(1000);
      const waited = yield* wait4(pid).attempt();
      return waited instanceof Errno ? waited.code : waited;
    });
    expect(left).toBe("ECHILD");
  });
});

describe("signals", () => {
  it("a handler runs on top of what it interrupts; a restartable call goes on, nanosleep fails with EINTR", async () => {
    const log = await new TestMachine().run(function* () {
      const seen: string[] = [];
      yield* sigaction(SIGUSR1, function* (signal: Signal) {
        seen.push(`caught ${signal}`);
        yield* nanosleep(10);
      });
      const self = yield* getpid();
      const [input, output] = yield* pipe2();
      yield* child(function* () {
        yield* nanosleep(100);
        yield* kill(self, SIGUSR1);
        yield* nanosleep(100);
        yield* write(output, encode("data"));
        yield* nanosleep(100);
        yield* kill(self, SIGUSR1);
        return 0;
      });
      seen.push(decode(yield* read(input, 100)));
      const slept = yield* nanosleep(1e6).attempt();
      seen.push(slept instanceof Errno ? slept.code : "slept");
      return seen;
    });
    expect(log).toEqual(["caught 10", "data", "caught 10", "EINTR"]);
  });

  it("a signal that a handler holds back is acted on before the interrupted call goes on", async () => {
    const status = await new TestMachine().run(function* () {
      yield* child(function* () {
        const [input] = yield* pipe2();
        yield* sigaction(SIGALRM, function* () {
          yield* sigaction(SIGALRM, "default");
          yield* kill(yield* getpid(), SIGALRM);
        });
        yield* alarm(1000);
        yield* read(input, 1);
        return 0;
      });
      return (yield* wait4())?.status;
    });
    expect(status).toEqual({ signaled: SIGALRM, core: false });
  });

  it("without SA_RESTART an interrupted read fails with EINTR", async () => {
    const code = await new TestMachine().run(function* () {
      yield* sigaction(SIGALRM, function* () {}, { restart: false });
      yield* alarm(500);
      const [input] = yield* pipe2();
      const answer = yield* read(input, 1).attempt();
      return answer instanceof Errno ? answer.code : "data";
    });
    expect(code).toBe("EINTR");
  });

  it("blocked signals wait; sigsuspend lets them in and restores the mask", async () => {
    const log = await new TestMachine().run(function* () {
      const seen: string[] = [];
      yield* sigaction(SIGUSR1, function* () {
        seen.push("handled");
      });
      const old = yield* sigprocmask("block", SignalSet.of(SIGUSR1));
      yield* kill(yield* getpid(), SIGUSR1);
      seen.push("still blocked");
      yield* sigsuspend(old).attempt();
      const mask = yield* sigprocmask("block", SignalSet.EMPTY);
      seen.push(mask.has(SIGUSR1) ? "blocked again" : "open");
      return seen;
    });
    expect(log).toEqual(["still blocked", "handled", "blocked again"]);
  });

  it("SIGSTOP stops, SIGCONT continues, and a parent that asked is told of both", async () => {
    const told = await new TestMachine().run(function* () {
      const pid = yield* child(function* () {
        yield* nanosleep(100);
        return 5;
      });
      yield* kill(pid, SIGSTOP);
      const stopped = yield* wait4(pid, WUNTRACED);
      yield* nanosleep(1000);
      const meanwhile = yield* wait4(pid, WNOHANG);
      yield* kill(pid, SIGCONT);
      const end = yield* wait4(pid);
      return [stopped?.status, meanwhile, end?.status];
    });
    expect(told).toEqual([{ stopped: SIGSTOP }, undefined, { exited: 5 }]);
  });

  it("writing to a pipe without readers is EPIPE, and fatal unless SIGPIPE is ignored", async () => {
    const machine = new TestMachine();
    const told = await machine.run(function* () {
      const pid = yield* child(function* () {
        const [input, output] = yield* pipe2();
        yield* close(input);
        yield* write(output, encode("x"));
        return 0;
      });
      const status = (yield* wait4(pid))?.status;
      yield* sigaction(SIGPIPE, "ignore");
      const [input, output] = yield* pipe2();
      yield* close(input);
      const answer = yield* write(output, encode("x")).attempt();
      return [status, answer instanceof Errno ? answer.code : answer];
    });
    expect(told).toEqual([{ signaled: SIGPIPE, core: false }, "EPIPE"]);
  });

  it("only the owner and CAP_KILL may send", async () => {
    const told = await new TestMachine().run(function* () {
      const victim = yield* child(sleeper);
      const pid = yield* child(function* () {
        yield* setresuid(1000);
        const answer = yield* kill(victim, SIGTERM).attempt();
        return answer instanceof Errno && answer.code === "EPERM" ? 1 : 0;
      });
      const status = (yield* wait4(pid))?.status;
      yield* kill(victim, SIGTERM);
      return [status, (yield* wait4(victim))?.status, CAP_KILL];
    });
    expect(told.slice(0, 2)).toEqual([{ exited: 1 }, { signaled: SIGTERM, core: false }]);
  });
});

describe("pid namespaces", () => {
  it("number from one inside, and their init's death ends everybody in them", async () => {
    const machine = new TestMachine();
    const told = await machine.run(function* () {
      const [input, output] = yield* pipe2();
      const inside = function* (): Routine<number> {
        yield* child(sleeper);
        yield* child(sleeper);
        yield* write(output, encode(`${yield* getpid()} ${yield* getppid()}`));
        yield* nanosleep(100);
        return 7;
      };
      const pid = yield* clone(inside, undefined, { namespaces: new Set(["pid"]) });
      const numbers = decode(yield* read(input, 100));
      return [numbers, (yield* wait4(pid))?.status];
    });
    expect(told).toEqual(["1 0", { exited: 7 }]);
    expect(machine.kernel.processes.size).toBe(1);
  });

  it("their init is deaf to signals from within that it does not catch, even SIGKILL; from above it is not", async () => {
    const told = await new TestMachine().run(function* () {
      const inside = function* (): Routine<number> {
        yield* child(function* () {
          yield* kill(1, SIGTERM);
          yield* kill(1, SIGKILL);
          return 0;
        });
        yield* nanosleep(1e6);
        return 42;
      };
      const namespaces = new Set(["pid"] as const);
      const survivor = yield* clone(inside, undefined, { namespaces });
      const victim = yield* clone(inside, undefined, { namespaces });
      yield* nanosleep(1000);
      yield* kill(victim, SIGTERM);
      yield* nanosleep(1000);
      const still = yield* wait4(victim, WNOHANG);
      yield* kill(victim, SIGKILL);
      return [still, (yield* wait4(victim))?.status, (yield* wait4(survivor))?.status];
    });
    expect(told).toEqual([undefined, { signaled: SIGKILL, core: false }, { exited: 42 }]);
  });

  it("after unshare without fork the second child fails with ENOMEM, for the first was init", async () => {
    const codes = await new TestMachine().run(function* () {
      yield* unshare(new Set(["pid"]));
      const first = yield* child(function* () {
        return yield* getpid();
      });
      const status = (yield* wait4(first))?.status;
      const second = yield* child(sleeper).attempt();
      return [status, second instanceof Errno ? second.code : second];
    });
    expect(codes).toEqual([{ exited: 1 }, "ENOMEM"]);
  });
});

describe("execve", () => {
  it("runs the program that a file's header names, a script's interpreter, and nothing without the x bit", async () => {
    const machine = new TestMachine();
    const seen: string[] = [];
    machine.kernel.programs.set("say", function* (argv) {
      seen.push(argv.join(" "));
      return 0;
    });
    const put = function* (path: string, content: string, mode: number): Routine<void> {
      const fd = yield* open(path, O_CREAT | O_WRONLY, mode);
      yield* write(fd, encode(content));
      yield* close(fd);
    };
    const codes = await machine.run(function* () {
      yield* put("/say", decode(executable("say")), 0o755);
      yield* put("/script", "#! /say  one two \n", 0o755);
      yield* put("/plain", decode(executable("say")), 0o644);
      yield* put("/text", "echo hi\n", 0o755);
      yield* put("/missing", "#!/nowhere\n", 0o755);
      const results: string[] = [];
      for (const path of ["/say", "/script", "/plain", "/text", "/missing", "/proc", "/nx"]) {
        const pid = yield* child(function* () {
          const failure = yield* execve(path, ["arg0", "x"], new Map()).attempt();
          return failure instanceof Errno ? failure.errno : 0;
        });
        const status = (yield* wait4(pid))?.status;
        results.push(`${path} ${status !== undefined && "exited" in status ? status.exited : "?"}`);
      }
      return results;
    });
    expect(seen).toEqual(["arg0 x", "/say one two /script x"]);
    expect(codes).toEqual(["/say 0", "/script 0", "/plain 13", "/text 8", "/missing 2", "/proc 13", "/nx 2"]);
  });
});

describe("time and turns", () => {
  it("computation takes CPU time, and two processes on one CPU take twice as long", async () => {
    const machine = new TestMachine({ machine: { cpus: 1 } });
    const busy = function* (): Routine<number> {
      yield* burn(1_000_000);
      return 0;
    };
    const elapsed = await machine.run(function* () {
      const startUs = yield* clock_gettime("monotonic");
      yield* child(busy);
      yield* child(busy);
      yield* wait4();
      yield* wait4();
      return (yield* clock_gettime("monotonic")) - startUs;
    });
    expect(elapsed).toBeGreaterThan(2_000_000);
    expect(elapsed).toBeLessThan(2_001_000);
  });

  it("a signal handler runs at once while a process computes, and the computation goes on after it", async () => {
    const machine = new TestMachine();
    const times = await machine.run(function* () {
      const startUs = yield* clock_gettime("monotonic");
      let caughtUs = 0;
      yield* sigaction(SIGALRM, function* () {
        caughtUs = (yield* clock_gettime("monotonic")) - startUs;
      });
      yield* alarm(1000);
      yield* burn(50_000);
      return [caughtUs, (yield* clock_gettime("monotonic")) - startUs];
    });
    expect(times[0]).toBeLessThan(1200);
    expect(times[1]).toBeGreaterThan(50_000);
    expect(times[1]).toBeLessThan(50_500);
  });

  it("the same seed gives the same trace, another program another one", async () => {
    const run = async (count: number): Promise<string> => {
      const machine = new TestMachine({ seed: 5 });
      await machine.run(function* () {
        for (let i = 0; i < count; i++) {
          const pid = yield* child(function* () {
            yield* nanosleep(i * 10);
            return i;
          });
          yield* wait4(pid);
        }
      });
      return machine.world.trace.hash;
    };
    expect(await run(20)).toBe(await run(20));
    expect(await run(20)).not.toBe(await run(21));
  });

  it("an exception that escapes a program ends it with SIGABRT and a line on its stderr", async () => {
    const machine = new TestMachine();
    const said: string[] = [];
    const stderr = machine.kernel.pipes.sink(0, 0, (bytes) => said.push(decode(bytes)));
    const nothing = machine.kernel.pipes.sink(0, 0, () => {});
    const process = machine.spawn(
      function* () {
        yield* setsid().attempt();
        throw new TypeError("boom");
      },
      { argv: ["app"], files: [nothing, nothing.retain(), stderr] },
    );
    await machine.ended(process);
    expect(process.status).toEqual({ signaled: 6, core: false });
    expect(said).toEqual(["app: TypeError: boom\n"]);
  });

  it("a program that yields something else than a system call ends likewise, and the kernel goes on", async () => {
    const machine = new TestMachine();
    const confused = function* (): Generator<string, number> {
      yield "open";
      return 0;
    };
    const process = machine.spawn(confused as unknown as () => Routine<number>);
    await machine.ended(process);
    expect(process.status).toEqual({ signaled: 6, core: false });
    await machine.run(function* () {
      yield* setsid().attempt();
    });
  });

  it("a process whose end kills its parent, while it is ending itself, is reaped once", async () => {
    const machine = new TestMachine();
    await machine.run(function* () {
      const parent = yield* child(function* () {
        yield* unshare(new Set(["pid"]));
        const init = yield* child(sleeper);
        // It dies with the init of its namespace, and takes their common parent along.
        yield* clone(sleeper, undefined, { exitSignal: SIGUSR1 });
        yield* kill(init, SIGKILL);
        return 0;
      });
      expect((yield* wait4(parent))?.status).toEqual({ signaled: SIGUSR1, core: false });
    });
    expect([machine.kernel.processes.size, machine.kernel.cgroups.pidCount]).toEqual([1, 1]);
  });

  it("an orphan tells its new parent of its end by SIGCHLD, whatever signal it was born with", async () => {
    const machine = new TestMachine();
    await machine.run(function* () {
      const parent = yield* child(function* () {
        yield* clone(sleeper, undefined, { exitSignal: SIGUSR1 });
        return 0;
      });
      yield* wait4(parent);
    });
    await machine.world.advance(2e9);
    expect(machine.kernel.processes.size).toBe(1);
  });

  it("reboot(2) in a pid namespace ends its init as if by SIGHUP, halt as if by SIGINT", async () => {
    const end = (command: "restart" | "halt") =>
      new TestMachine().run(function* () {
        const inner = function* (): Routine<number> {
          yield* child(() => reboot(command) as unknown as Routine<number>);
          return yield* pause();
        };
        yield* clone(inner, undefined, { namespaces: new Set(["pid"]) });
        return (yield* wait4())?.status;
      });
    expect(await end("restart")).toEqual({ signaled: SIGHUP, core: false });
    expect(await end("halt")).toEqual({ signaled: SIGINT, core: false });
  });

  it("a child that has executed a program cannot be moved to another process group by its parent", async () => {
    const machine = new TestMachine();
    machine.kernel.programs.set("sleeper", sleeper);
    const told = await machine.run(function* () {
      const fd = yield* open("/sleeper", O_CREAT | O_WRONLY, 0o755);
      yield* write(fd, executable("sleeper"));
      yield* close(fd);
      const young = yield* child(sleeper);
      const old = yield* child(() => execve("/sleeper", ["sleeper"], new Map()) as unknown as Routine<number>);
      yield* nanosleep(10_000);
      const codes = [yield* setpgid(young, young).attempt(), yield* setpgid(old, old).attempt()];
      for (const pid of [young, old]) yield* kill(pid, SIGKILL);
      return codes.map((answer) => (answer instanceof Errno ? answer.code : "ok"));
    });
    expect(told).toEqual(["ok", "EACCES"]);
  });

  it("exit, pause and signals that end nobody else leave no process behind", async () => {
    const machine = new TestMachine();
    await machine.run(function* () {
      const a = yield* child(function* () {
        return yield* exit(1);
      });
      const b = yield* child(function* () {
        return yield* pause();
      });
      yield* kill(b, SIGHUP);
      yield* wait4(a);
      yield* wait4(b);
    });
    expect(machine.kernel.processes.size).toBe(1);
  });
});
