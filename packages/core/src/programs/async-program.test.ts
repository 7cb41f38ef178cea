import { describe, expect, it } from "vitest";
import { exitCode, SIGKILL, stat } from "../abi/index.ts";
import { bootMachine, Kernel, type Process } from "../kernel/index.ts";
import { decode } from "../lib/index.ts";
import { World } from "../sim/index.ts";
import { type AsyncProcess, asyncProgram } from "./index.ts";

/** A machine on which one program is started. */
function start(main: (p: AsyncProcess) => Promise<number | undefined>) {
  const world = new World();
  const kernel = new Kernel(world);
  bootMachine(kernel);
  let output = "";
  const sink = () => kernel.pipes.sink(0, 0, (data) => void (output += decode(data)));
  const process = kernel.spawn(asyncProgram(main), { argv: ["app"], files: [sink(), sink(), sink()] });
  const end = () => world.until(() => !process.isAlive, { what: "the program to end" });
  return { world, kernel, process, end, text: () => output, code: () => codeOf(process) };
}

const codeOf = ({ status }: Process): number => exitCode(status ?? { exited: 0 });

describe("asyncProgram", () => {
  it("makes system calls one at a time, in virtual time, and ends with what the function returns", async () => {
    const one = start(async (p) => {
      const before = await p.now();
      await Promise.all([p.print("a"), p.sleep("2s"), p.print("b")]);
      await p.print(` ${Math.floor(((await p.now()) - before) / 1e6)}`);
      return 3;
    });
    await one.end();
    expect([one.text(), one.code()]).toEqual(["ab 2", 3]);
  });

  it("rejects with the Errno of a call that fails, and one that escapes ends it with 1 and a message", async () => {
    const one = start(async (p) => {
      await p.call(stat("/nowhere")).catch((error: { code: string }) => p.print(`${error.code}\n`));
      await p.readText("/nowhere");
      return 0;
    });
    await one.end();
    expect([one.text(), one.code()]).toEqual(["ENOENT\napp: No such file or directory\n", 1]);
  });

  it("is busy while it awaits JavaScript: nobody else runs and no time passes", async () => {
    const one = start(async (p) => {
      await p.sleep(10);
      const before = one.world.clock.nowUs;
      for (let i = 0; i < 500; i++) await undefined;
      await p.print(one.world.clock.nowUs === before ? "same" : "moved");
      return undefined;
    });
    let ticks = 0;
    const tick = (): void => {
      ticks++;
      one.world.clock.after(1, tick);
    };
    tick();
    await one.end();
    expect(one.text()).toBe("same");
    expect(ticks).toBeGreaterThan(5);
  });

  it("holds the clock while it awaits the outside", async () => {
    const one = start(async (p) => {
      const before = await p.now();
      await p.outside(new Promise((resolve) => setTimeout(resolve, 20)));
      await p.print(`${(await p.now()) - before < 10}`);
      return 0;
    });
    await one.end();
    expect(one.text()).toBe("true");
  });

  it("ends with a message when it awaits what nothing settles", async () => {
    const one = start(() => new Promise<number>(() => {}));
    await one.end();
    expect(one.text()).toContain("if it comes from outside, say p.outside(promise)");
    expect(one.code()).toBe(134);
  });

  it("after SIGKILL its promises never settle, and the world goes on", async () => {
    let settled = false;
    const one = start(async (p) => {
      await p.sleep("1h").finally(() => {
        settled = true;
      });
      return 0;
    });
    await one.world.advance(1e6);
    one.kernel.signals.send(one.process, SIGKILL);
    await one.end();
    await one.world.advance(2 * 3600e6);
    expect([settled, one.code()]).toEqual([false, 137]);
  });

  it("SIGKILL ends a program that holds the world", async () => {
    const one = start(async (p) => {
      await p.outside(new Promise(() => {}));
      return 0;
    });
    const end = one.end();
    setTimeout(() => {
      one.kernel.signals.send(one.process, SIGKILL);
      one.world.wake();
    }, 5);
    await end;
    expect(one.code()).toBe(137);
  });

  it("a listener runs when its signal comes, and ends the sleep", async () => {
    const one = start(async (p) => {
      let stopped = false;
      await p.on("SIGTERM", () => {
        stopped = true;
      });
      while (!stopped) await p.sleep("1h");
      await p.print("bye");
      return 0;
    });
    await one.world.advance(1e6);
    const before = one.world.clock.nowUs;
    one.kernel.signals.send(one.process, 15);
    await one.end();
    expect([one.text(), one.world.clock.nowUs - before < 1000]).toEqual(["bye", true]);
  });
});
