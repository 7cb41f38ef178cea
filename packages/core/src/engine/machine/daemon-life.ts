/**
 * The lives of the daemon. What a client has begun in one life is not answered in the next: its connection is lost.
 *
 * Services take part by waiting through `until`; who begins and ends lives is `Daemon`.
 */
import type { SleepOptions, WaitOptions, World } from "../../sim/index.ts";

/** The daemon has ended in the middle of an answer: no answer of its own, as a StatusError would be. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";

  constructor() {
    // What Go's HTTP client says of a body that stops.
    super("unexpected EOF");
  }
}

/** The life of the daemon that goes on now; waits of clients end with it. */
export class DaemonLife {
  readonly world: World;
  #number = 1;

  constructor(world: World) {
    this.world = world;
  }

  get number(): number {
    return this.#number;
  }

  /** Ends this life of the daemon: waits that belong to it fail when they are next asked. */
  end(): void {
    this.#number++;
    this.world.wake();
  }

  /** As `World.until`. @throws ConnectionLost if the life ends before `done()` holds */
  async until(done: () => boolean, options: WaitOptions): Promise<void> {
    const begun = this.#number;
    await this.world.until(() => done() || this.#number !== begun, options);
    if (!done()) throw new ConnectionLost();
  }

  /**
   * As `World.sleep`. Like that one it is called on what a recorder sees, and so touches no private fields.
   *
   * @throws ConnectionLost if the life ends before
   */
  sleep(us: number, options: SleepOptions): Promise<void> {
    const { unless = () => false, timeoutUs, turns, signal, what, follows, isPatient, on } = options;
    const begun = this.number;
    const endUs = this.world.clock.nowUs + us;
    const isOver = (): boolean => unless() || this.number !== begun;
    const slept = this.world.sleep(us, { timeoutUs, turns, signal, what, follows, isPatient, on, unless: isOver });
    return slept.then(() => {
      if (this.number !== begun && this.world.clock.nowUs < endUs && !unless()) throw new ConnectionLost();
    });
  }
}
