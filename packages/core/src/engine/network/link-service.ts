/**
 * Links between containers, and what can be made of them: latency, jitter, loss, bandwidth, partitions; captures.
 *
 * Everything holds until it is disposed of, also for containers that start later. Nothing of it costs anything while
 * nobody uses it.
 */
import { StatusError } from "../../lib/index.ts";
import { type Frame, type Impairment, isPacket, type LinkConditions } from "../../net/index.ts";
import { Capture } from "./capture.ts";
import type { Endpoint } from "./endpoint.ts";
import { bitsPerSecond, durationUs, perMillion } from "./rate.ts";

/** Times are microseconds or durations ("20ms"), loss is a share of 1, bandwidth bits a second or a rate ("10mbit"). */
export interface LinkChange {
  readonly latency?: number | string;
  /** Varies the latency by so much to both sides. */
  readonly jitter?: number | string;
  readonly loss?: number;
  readonly bandwidth?: number | string;
  /** Nothing gets through. */
  readonly cut?: boolean;
}

/**
 * Which frames. `container`: all that it sends or receives; `network`: all that containers send there; `between`: all
 * between two containers, each way. Containers and networks are meant by their names, also those to come.
 */
export interface LinkSelection {
  readonly container?: string;
  readonly network?: string;
  readonly between?: readonly [string, string];
}

/** Something that holds until it is disposed of. */
export interface Held extends Disposable {
  /** The same as disposing of it. Can be called again. */
  end(): void;
}

interface Rule extends Impairment {
  readonly selection: LinkSelection;
}

const NONE: readonly Impairment[] = [];

/** Who is where: containers by their names on a network. */
export interface Neighbourhood {
  nameOf(containerId: string): string | undefined;
}

export class LinkService {
  readonly #who: Neighbourhood;
  readonly #rules = new Set<Rule>();
  readonly #captures = new Set<Capture>();
  /** The rules as they are on links: what a rule remembers of its queue is the link's. */
  readonly #placed = new WeakMap<Endpoint, Map<Rule, Impairment>>();

  constructor(who: Neighbourhood) {
    this.#who = who;
  }

  /** Changes links. @throws StatusError invalid-argument for a selection of nothing, or a value that is none */
  change(selection: LinkSelection, change: LinkChange): Held {
    const { latency, jitter, loss, bandwidth, cut } = change;
    return this.#hold(selection, {
      latencyUs: latency === undefined ? undefined : durationUs(latency),
      jitterUs: jitter === undefined ? undefined : durationUs(jitter),
      lossPerMillion: loss === undefined ? undefined : perMillion(loss),
      bitsPerSecond: bandwidth === undefined ? undefined : bitsPerSecond(bandwidth),
      isCut: cut,
    });
  }

  /** Nobody of `left` and nobody of `right` hear each other. */
  partition(left: readonly string[], right: readonly string[]): Held {
    const held = left.flatMap((a) => right.map((b) => this.change({ between: [a, b] }, { cut: true })));
    return ending(() => {
      for (const one of held) one.end();
    });
  }

  /** Records frames from now on. Without a selection those of all containers. */
  capture(selection: LinkSelection = {}): Capture {
    const capture = new Capture(selection, () => this.#captures.delete(capture));
    this.#captures.add(capture);
    return capture;
  }

  /** The pair of devices of an endpoint has been made. */
  plugged(endpoint: Endpoint): void {
    const { device } = endpoint;
    if (device === undefined) return;
    device.link.impairments = () => (this.#rules.size === 0 ? NONE : this.#rulesFor(endpoint));
    device.capture = (direction, _device, frame) => {
      if (this.#captures.size > 0) this.#record(endpoint, direction, frame);
    };
  }

  #hold(selection: LinkSelection, conditions: LinkConditions): Held {
    const { container, network, between } = selection;
    if (container === undefined && network === undefined && between === undefined) {
      throw new StatusError("invalid-argument", "a change of links needs a container, a network, or two containers");
    }
    const rule: Rule = { selection, conditions, applies: () => true };
    this.#rules.add(rule);
    return ending(() => this.#rules.delete(rule));
  }

  #rulesFor(endpoint: Endpoint): readonly Impairment[] {
    return [...this.#rules].flatMap((rule) =>
      this.#concerns(rule.selection, endpoint) ? [this.#on(rule, endpoint)] : [],
    );
  }

  /** The rule as it is on one link: the same object each time, for what it remembers of a link. */
  #on(rule: Rule, endpoint: Endpoint): Impairment {
    const known = this.#placed.get(endpoint)?.get(rule);
    if (known !== undefined) return known;
    const { network, between, container } = rule.selection;
    const placed: Impairment = {
      conditions: rule.conditions,
      applies: (frame, direction) => {
        if (between !== undefined) return this.#isBetween(between, endpoint, frame);
        // On a whole network each frame counts once: where it is sent.
        return container !== undefined || network === undefined || direction === 0;
      },
    };
    const all = this.#placed.get(endpoint) ?? new Map<Rule, Impairment>();
    this.#placed.set(endpoint, all.set(rule, placed));
    return placed;
  }

  /** Between two, what happens happens at the first one's link. */
  #concerns({ container, network, between }: LinkSelection, endpoint: Endpoint): boolean {
    if (network !== undefined && network !== endpoint.network.name) return false;
    const name = this.#who.nameOf(endpoint.containerId);
    if (container !== undefined && container !== name) return false;
    return between === undefined || between[0] === name;
  }

  #isBetween([first, second]: readonly [string, string], { network }: Endpoint, frame: Frame): boolean {
    const { payload } = frame;
    const ends = isPacket(payload) ? [payload.source, payload.destination] : [payload.senderAddress, payload.target];
    const names = ends.map((address) => {
      const owner = network.ownerOf(address);
      return owner === undefined ? undefined : this.#who.nameOf(owner.containerId);
    });
    return names.includes(first) && names.includes(second);
  }

  #record(endpoint: Endpoint, direction: "in" | "out", frame: Frame): void {
    const container = this.#who.nameOf(endpoint.containerId);
    for (const capture of this.#captures) {
      if (!this.#captured(capture.selection, endpoint, container, direction, frame)) continue;
      const { name: network, kernel } = endpoint.network;
      capture.add({ timeUs: kernel.nowUs, container: container ?? "", network, direction, frame });
    }
  }

  #captured(
    { container, network, between }: LinkSelection,
    endpoint: Endpoint,
    name: string | undefined,
    direction: "in" | "out",
    frame: Frame,
  ): boolean {
    if (network !== undefined && network !== endpoint.network.name) return false;
    if (container !== undefined) return container === name;
    if (between !== undefined) return between[0] === name && this.#isBetween(between, endpoint, frame);
    // What several containers see is recorded once: where it is sent, or where it comes in from elsewhere.
    return direction === "out" || endpoint.network.isFromOutside(frame);
  }
}

function ending(end: () => void): Held {
  return { end, [Symbol.dispose]: end };
}
