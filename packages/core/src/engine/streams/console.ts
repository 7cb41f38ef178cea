/** The terminal of a container or of an exec, as the engine holds it: its output, its keyboard, its size. */
import type { WindowSize } from "../../abi/index.ts";
import { type Drain, PtyMaster } from "../../fs/index.ts";
import { assert } from "../../lib/index.ts";
import type { OpenFile } from "../../vfs/index.ts";

/** The engine's end of a container's terminal. */
export class Console {
  readonly master: OpenFile;

  /** `show` gets everything that the terminal shows. */
  constructor(master: OpenFile, show: Drain) {
    assert(master.ops instanceof PtyMaster, "a console is the master of a pseudo-terminal");
    this.master = master;
    master.ops.pty.drainTo(show);
  }

  resize(size: WindowSize): void {
    if (this.master.ops instanceof PtyMaster) this.master.ops.pty.resize(size);
  }

  /** Hangs up. */
  close(): void {
    this.master.release();
  }
}

/** What ends the input of a program at a terminal: ^D, as script(1) types it where its own input ends. */
export const END_OF_INPUT = Uint8Array.of(4);
