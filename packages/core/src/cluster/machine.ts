/** One machine of a cluster: an engine, its cable, and its power switch. */
import type { CommandOptions, CommandResult, Engine } from "../engine/index.ts";
import type { Cable } from "./fabric.ts";

export interface ClusterMachineInit {
  readonly name: string;
  readonly engine: Engine;
  readonly cable: Cable;
  /** Microseconds from power to a running engine. */
  readonly bootUs: number;
}

/** A machine of a cluster. */
export class ClusterMachine {
  readonly name: string;
  readonly engine: Engine;
  readonly #cable: Cable;
  readonly #bootUs: number;
  #state: "up" | "down" | "booting" = "up";
  /** How often the power has failed. */
  #crashes = 0;

  constructor({ name, engine, cable, bootUs }: ClusterMachineInit) {
    this.name = name;
    this.engine = engine;
    this.#cable = cable;
    this.#bootUs = bootUs;
  }

  /** On the fabric. */
  get address(): string {
    return this.#cable.address;
  }

  get state(): "up" | "down" | "booting" {
    return this.#state;
  }

  /** Runs a command line of docker on the machine. Without a running engine it fails as docker's client does. */
  docker(line: string | readonly string[], options?: CommandOptions): Promise<CommandResult> {
    return this.engine.docker(line, options);
  }

  /**
   * The power fails: processes are gone, peers are told nothing, nobody records events. What is on disk stays: containers,
   * images, volumes. Does nothing on a machine that is down.
   */
  async crash(): Promise<void> {
    if (this.#state === "down") return;
    this.#state = "down";
    this.#crashes++;
    this.#cable.setUp(false);
    await this.engine.daemon.losePower();
  }

  /**
   * Switches the machine on. Resolves when its engine runs; containers that ran before have ended with 255, or have been
   * started again by their policies. Does nothing unless the machine is down; where the power fails again before it has
   * booted, it ends without an engine.
   */
  async boot(): Promise<void> {
    if (this.#state !== "down") return;
    this.#state = "booting";
    const crashes = this.#crashes;
    const isOff = (): boolean => this.#crashes !== crashes;
    await this.engine.world.sleep(this.#bootUs, { what: `${this.name} to boot`, unless: isOff });
    if (isOff()) return;
    this.#cable.setUp(true);
    this.#state = "up";
    await this.engine.daemon.start();
  }

  /** Stops its containers as a shutdown does, and boots again. */
  async reboot(): Promise<void> {
    if (this.#state !== "up") return;
    await this.engine.daemon.stop();
    await this.crash();
    await this.boot();
  }
}
