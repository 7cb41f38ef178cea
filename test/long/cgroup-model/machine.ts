/** The same operations on a kernel, by way of its files. */
import { Errno, O_RDONLY, O_WRONLY, pause, type Routine } from "@bottleship/core/abi";
import { bootMachine, Kernel, type Process } from "@bottleship/core/kernel";
import { World } from "@bottleship/core/sim";
import { attributes, directory, open, walk } from "@bottleship/core/vfs";
import type { Actor } from "./model.ts";

const ROOT = "/sys/fs/cgroup";
const NOBODY_ELSE = {
  realUid: 1000,
  effectiveUid: 1000,
  savedUid: 1000,
  realGid: 1000,
  effectiveGid: 1000,
  savedGid: 1000,
};
/** What is handed over to whom a cgroup is delegated to. */
const DELEGATED = ["", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"];

function* sleeper(): Routine<number> {
  return yield* pause();
}

export class Machine {
  readonly kernel: Kernel;
  readonly #world = new World();
  readonly #user: Process;

  constructor() {
    this.kernel = new Kernel(this.#world);
    bootMachine(this.kernel);
    const { creds } = this.kernel.init;
    const nothing = { permitted: creds.inheritable, effective: creds.inheritable };
    this.#user = this.kernel.start(sleeper, { argv: ["user"], creds: creds.with({ ...NOBODY_ELSE, ...nothing }) });
  }

  /** A new process in a cgroup: what a daemon starts there. */
  start(path: string): number {
    let cgroup = this.kernel.cgroups;
    for (const name of path.split("/").filter((one) => one !== "")) cgroup = cgroup.children.get(name) ?? cgroup;
    return this.kernel.start(sleeper, { argv: ["task"], cgroup }).pid;
  }

  fork(pid: number): number | string {
    return this.#answer(0, () => this.kernel.fork(this.#process(pid), sleeper(), {}).pid);
  }

  mkdir(path: string, actor: Actor): string {
    return this.#done(actor, (caller) => directory.mkdir(caller, ROOT + path, 0o755));
  }

  rmdir(path: string, actor: Actor): string {
    return this.#done(actor, (caller) => directory.rmdir(caller, ROOT + path));
  }

  write(path: string, text: string, actor: Actor = 0): string {
    return this.#done(actor, (caller) => {
      const file = open(caller, ROOT + path, O_WRONLY, 0);
      try {
        file.write(new TextEncoder().encode(text));
      } finally {
        file.release();
      }
    });
  }

  read(path: string): string {
    return String(
      this.#answer(0, (caller) => {
        const file = open(caller, ROOT + path, O_RDONLY, 0);
        const text = new TextDecoder().decode(file.read(65_536));
        file.release();
        return text;
      }),
    );
  }

  delegate(path: string): void {
    const { init } = this.kernel;
    for (const name of DELEGATED) {
      attributes.chown(init.creds, walk(init, ROOT + path + name, { follow: true }), 1000, 1000);
    }
  }

  kill(pid: number): void {
    this.kernel.signals.send(this.#process(pid), 9);
  }

  /** Lets processes that were made go to sleep. */
  settle(): void {
    while (this.#world.step());
  }

  #process(pid: number): Process {
    const found = this.kernel.processes.get(pid);
    if (found === undefined) throw new Error(`there is no process ${pid}`);
    return found;
  }

  #done(actor: Actor, act: (caller: Process) => void): string {
    const answer = this.#answer(actor, (caller) => act(caller) ?? "ok");
    return String(answer);
  }

  #answer<T>(actor: Actor, act: (caller: Process) => T): T | string {
    const caller = actor === 0 ? this.kernel.init : this.#user;
    this.kernel.current = caller;
    try {
      return act(caller);
    } catch (error) {
      if (error instanceof Errno) return error.code;
      throw error;
    } finally {
      this.kernel.current = undefined;
    }
  }
}
