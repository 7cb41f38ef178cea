/**
 * A kernel with a busybox root file system on its disk, for tests of the userland. No engine, no container: the program
 * runs on the machine itself.
 */
import { type Env, executable, exitCode, O_CREAT, O_RDWR, type WaitStatus, write } from "../abi/index.ts";
import { bootMachine, Kernel, type Machine, type Process } from "../kernel/index.ts";
import { concat, decode, encode } from "../lib/index.ts";
import { World, type WorldOptions } from "../sim/index.ts";
import { appletNames } from "../userland/applet.ts";
import { APPLETS } from "../userland/applets/index.ts";
import { makeBusybox } from "../userland/busybox.ts";
import type { ShellTraits } from "../userland/sh/index.ts";
import { directory, open, openAt, walk } from "../vfs/index.ts";

/** What the recordings' busybox does; tests compare with recordings. */
export const RECORDED_TRAITS: ShellTraits = { lineInMessages: true, standalone: true, greets: true };

const PASSWD = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
bin:x:2:2:bin:/bin:/bin/false
www-data:x:33:33:www-data:/var/www:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
`;
const GROUP = "root:x:0:\ndaemon:x:1:\nwheel:x:10:root\nwww-data:x:33:\nstaff:x:50:\nnogroup:x:65534:\n";

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** As a shell shows it: 128 + signal for a killed program. */
  readonly code: number;
  readonly status: WaitStatus;
}

export class Busybox {
  readonly world: World;
  readonly kernel: Kernel;

  constructor(options: WorldOptions & { readonly traits?: ShellTraits; readonly machine?: Partial<Machine> } = {}) {
    this.world = new World(options);
    this.kernel = new Kernel(this.world, options.machine);
    this.kernel.programs.set("busybox", makeBusybox(options.traits ?? RECORDED_TRAITS));
    this.#populate();
  }

  /** Writes a file on the disk. */
  write(path: string, contents: string, mode = 0o644): void {
    const file = open(this.kernel.init, path, O_CREAT | O_RDWR, mode);
    file.write(encode(contents));
    file.release();
  }

  /** Reads a file from the disk. */
  read(path: string): string {
    const file = openAt(walk(this.kernel.init, path, { follow: true }), 0);
    const bytes = file.read(1 << 30);
    file.release();
    return decode(bytes ?? new Uint8Array(0));
  }

  /** Runs a command to its end: `argv[0]` is looked for in /bin. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const out: Uint8Array[] = [];
    const err: Uint8Array[] = [];
    const process = this.start(argv, options, out, err);
    await this.world.until(() => !process.isAlive, { what: `${argv.join(" ")} to end` });
    const status = process.status ?? { exited: 0 };
    return { stdout: decode(concat(out)), stderr: decode(concat(err)), code: exitCode(status), status };
  }

  /** `sh -c script`. */
  sh(script: string, options: RunOptions = {}): Promise<Outcome> {
    return this.run(["sh", "-c", script], options);
  }

  /** Starts a command and does not wait. */
  start(argv: readonly string[], options: RunOptions, out: Uint8Array[], err: Uint8Array[]): Process {
    const { kernel } = this;
    const [input, feed] = kernel.pipes.pipe(0, 0, 0);
    const stdin = options.stdin ?? "";
    const bytes = typeof stdin === "string" ? encode(stdin) : stdin;
    const env: Env = new Map(Object.entries({ PATH: "/sbin:/usr/sbin:/bin:/usr/bin", HOME: "/root", ...options.env }));
    const cwd = walk(kernel.init, options.cwd ?? "/", { follow: true });
    const path = (argv[0] ?? "").includes("/") ? (argv[0] ?? "") : `/bin/${argv[0]}`;
    const files = [
      input,
      kernel.pipes.sink(0, 0, (data) => out.push(data)),
      kernel.pipes.sink(0, 0, (data) => err.push(data)),
    ];
    const process = kernel.exec(path, { argv, env, cwd, files });
    this.#feed(feed, bytes);
    return process;
  }

  /** Writes the standard input from a process of its own, then closes it. */
  #feed(feed: ReturnType<Kernel["pipes"]["pipe"]>[1], bytes: Uint8Array): void {
    this.kernel.spawn(
      function* () {
        for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(yield* write(0, rest));
        return 0;
      },
      { argv: ["feed"], files: [feed] },
    );
  }

  #populate(): void {
    const { init } = this.kernel;
    bootMachine(this.kernel);
    for (const path of ["/bin", "/usr", "/usr/bin"]) directory.mkdir(init, path, 0o755);
    this.write("/bin/busybox", decode(executable("busybox")), 0o755);
    for (const name of appletNames(APPLETS)) {
      if (name !== "busybox") directory.link(init, "/bin/busybox", `/bin/${name}`, { follow: false });
    }
    this.write("/etc/passwd", PASSWD);
    this.write("/etc/group", GROUP);
  }
}
