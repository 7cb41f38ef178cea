/**
 * A reconciler: it keeps so many healthy containers of an image, and replaces them one by one when the image is another.
 *
 * It is written against the client, so it runs against a real engine as well: `connectEngine()` instead of
 * `engine.client`. What makes it survive is that it believes nothing for long. Events tell it *when* to look, its picture
 * of the engine comes from lists: after each connection, after each error, and every half minute, for an event that is
 * lost is not missed by anybody.
 */
import {
  type ContainerLine,
  type ContainerOptions,
  DockerError,
  type EngineClient,
  type EventMessage,
} from "@bottleship/core/engine";

export interface Deployment {
  /** Its containers are called NAME-1, NAME-2…, and have the label `app=NAME`. */
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
  readonly options?: ContainerOptions;
}

export interface ReconcilerOptions {
  /**
   * Whether it looks at what there is after its stream of events has broken. `false` is the mistake that this example is
   * about: it trusts that it has heard of everything.
   */
  readonly relists?: boolean;
}

interface Replica {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly isRunning: boolean;
  readonly health: "starting" | "healthy" | "unhealthy" | "none";
}

const RESYNC = "30s";
const BACK_OFF = "1s";

export class Reconciler {
  readonly #client: EngineClient;
  readonly #relists: boolean;
  #deployment: Deployment;
  #replicas = new Map<string, Replica>();
  #hasListed = false;

  constructor(client: EngineClient, deployment: Deployment, { relists = true }: ReconcilerOptions = {}) {
    this.#client = client;
    this.#deployment = deployment;
    this.#relists = relists;
  }

  /** Another image, another number: from the next look on. */
  deploy(change: Partial<Omit<Deployment, "name">>): void {
    this.#deployment = { ...this.#deployment, ...change };
  }

  /** Works until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#round(signal);
      } catch (error) {
        if (!(error instanceof DockerError)) throw error;
        // The engine is away, or has refused something: what has become of it shows when it is asked again.
        if (this.#relists) this.#hasListed = false;
        await this.#client.pass(BACK_OFF);
      }
    }
  }

  /** One connection: listens first and looks then, so that nothing happens in between. */
  async #round(signal: AbortSignal): Promise<void> {
    const round = new AbortController();
    const events = this.#client.events({
      filter: { type: "container", label: `app=${this.#deployment.name}` },
      signal: AbortSignal.any([signal, round.signal]),
    });
    if (this.#relists) void this.#client.pass(RESYNC).then(() => round.abort());
    try {
      if (this.#relists || !this.#hasListed) await this.#list();
      await this.#reconcile();
      for await (const event of events) {
        this.#hear(event);
        await this.#reconcile();
      }
    } finally {
      round.abort();
    }
  }

  async #list(): Promise<void> {
    const lines = await this.#client.containers({ all: true, filter: { label: `app=${this.#deployment.name}` } });
    this.#replicas = new Map(lines.map((line) => [line.ID, replicaOf(line)]));
    this.#hasListed = true;
  }

  /** What an event says of one replica. */
  #hear({ Action, Actor }: EventMessage): void {
    const known = this.#replicas.get(Actor.ID);
    const { name = "", image = "" } = Actor.Attributes;
    const replica: Replica = known ?? { id: Actor.ID, name, image, isRunning: false, health: "none" };
    const change = (changes: Partial<Replica>): void => {
      this.#replicas.set(Actor.ID, { ...replica, ...changes });
    };
    if (Action === "create") change({});
    else if (Action === "start") change({ isRunning: true, health: "starting" });
    else if (Action === "die") change({ isRunning: false });
    else if (Action === "health_status: healthy") change({ health: "healthy" });
    else if (Action === "health_status: unhealthy") change({ health: "unhealthy" });
    else if (Action === "destroy") this.#replicas.delete(Actor.ID);
  }

  /** Does what is missing, and nothing else. */
  async #reconcile(): Promise<void> {
    const { image, replicas: wanted } = this.#deployment;
    const dead = [...this.#replicas.values()].filter(({ isRunning, health }) => !isRunning || health === "unhealthy");
    for (const replica of dead) await this.#remove(replica);
    const alive = [...this.#replicas.values()];
    const isCurrent = (replica: Replica): boolean => replica.image === image;
    const old = alive.filter((replica) => !isCurrent(replica));
    const current = alive.filter(isCurrent);
    // One more than wanted while old ones are replaced: no old one goes before a new one is healthy.
    const room = wanted + (old.length > 0 ? 1 : 0) - alive.length;
    for (let missing = Math.min(room, wanted - current.length); missing > 0; missing--) await this.#add();
    const healthy = alive.filter(({ health }) => health === "healthy");
    if (healthy.length > wanted || current.length > wanted) {
      const [surplus] = [...old, ...current];
      if (surplus !== undefined) await this.#remove(surplus);
    }
  }

  async #add(): Promise<void> {
    const { name: app, image, options } = this.#deployment;
    const taken = new Set([...this.#replicas.values()].map(({ name }) => name));
    let number = 1;
    while (taken.has(`${app}-${number}`)) number++;
    const name = `${app}-${number}`;
    const { id } = await this.#client.run(image, { ...options, name, label: { app } });
    // The event that says so may come later, or never.
    this.#replicas.set(id, { id, name, image, isRunning: true, health: "starting" });
  }

  async #remove({ id }: Replica): Promise<void> {
    await this.#client.container(id).remove({ force: true });
    this.#replicas.delete(id);
  }
}

function replicaOf({ ID, Names, Image, State, Status }: ContainerLine): Replica {
  const health = /\((?:health: )?(starting|healthy|unhealthy)\)$/.exec(Status)?.[1] ?? "none";
  return { id: ID, name: Names, image: Image, isRunning: State === "running", health: health as Replica["health"] };
}
