/**
 * Links between containers (or between the machines of a cluster), and what can be made of them: latency, jitter, loss, bandwidth, partitions; captures.
 *
 * Everything holds until it is disposed of, also for containers that start later. Nothing of it costs anything while
 * nobody uses it.
 */
import { ownFunction, StatusError } from "../../lib/index.ts";
import { type Frame, type Impairment, isPacket, type LinkConditions, type Veth } from "../../net/index.ts";
import { Capture } from "./capture.ts";
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
  /** Takes the conditions back, as disposing of it does. Can be called again. */
  end(): void;
}

interface Rule extends Impairment {
  readonly selection: LinkSelection;
}

const NONE: readonly Impairment[] = [];

/** A pair of devices whose first end belongs to somebody: a container's place on a network, a machine's cable. */
export interface LinkEnd {
  /** The first end, once it is made. */
  readonly device: Veth | undefined;
  /** Whose it is: a container, or a machine of a cluster. */
  readonly owner: string | undefined;
  readonly network: LinkedNetwork;
}

export interface LinkedNetwork {
  readonly name: string;
  /** The container that has an address on the network. */
  whoHas(address: string): string | undefined;
  /** None of those on it has sent the frame. */
  isFromOutside(frame: Frame): boolean;
}

/** Slow, lossy and cut links, and captures: `engine.links`. */
export class LinkService {
  readonly #nowUs: () => number;
  readonly #rules = new Set<Rule>();
  readonly #captures = new Set<Capture>();
  /** The rules as they are on links: what a rule remembers of its queue is the link's. */
  readonly #placed = new WeakMap<LinkEnd, Map<Rule, Impairment>>();

  /** Hears of every change of what is made of links. */
  onChange: (() => void) | undefined;

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  /** Changes links. @throws StatusError invalid-argument for a selection or a change of nothing, or a value that is none */
  change(selection: LinkSelection, change: LinkChange): Held {
    const { latency, jitter, loss, bandwidth, cut } = change;
    if ([latency, jitter, loss, bandwidth, cut].every((one) => one === undefined)) {
      throw new StatusError("invalid-argument", "a change of links changes nothing");
    }
    return this.#hold(selection, {
      latencyUs: latency === undefined ? undefined : durationUs(latency),
      jitterUs: jitter === undefined ? undefined : durationUs(jitter),
      lossPerMillion: loss === undefined ? undefined : perMillion(loss),
      bitsPerSecond: bandwidth === undefined ? undefined : bitsPerSecond(bandwidth),
      isCut: cut,
    });
  }

  /** What links have been made of, oldest first. */
  get changes(): readonly { readonly selection: LinkSelection; readonly conditions: LinkConditions }[] {
    return [...this.#rules].map(({ selection, conditions }) => ({ selection, conditions }));
  }

  /** Cuts the links between the members of `left` and those of `right`. */
  partition(left: readonly string[], right: readonly string[]): Held {
    const held = left.flatMap((a) => right.map((b) => this.change({ between: [a, b] }, { cut: true })));
    return ending(() => {
      for (const one of held) one.end();
    });
  }

  /** Whether what was made of links lets nothing through between two containers on a network. */
  isCut(network: string, [first, second]: readonly [string, string]): boolean {
    return [...this.#rules].some(({ selection, conditions }) => {
      if (conditions.isCut !== true && conditions.lossPerMillion !== 1_000_000) return false;
      const { between, container } = selection;
      if (selection.network !== undefined && selection.network !== network) return false;
      if (between !== undefined) return between.includes(first) && between.includes(second);
      return container === undefined || container === first || container === second;
    });
  }

  /** Records frames from now on. Without a selection those of all containers. */
  capture(selection: LinkSelection = {}): Capture {
    const capture = new Capture(selection, () => this.#captures.delete(capture));
    this.#captures.add(capture);
    return capture;
  }

  /** A pair of devices has been made. */
  plugged(end: LinkEnd): void {
    const { device } = end;
    if (device === undefined) return;
    device.link.impairments = ownFunction(() => (this.#rules.size === 0 ? NONE : this.#rulesFor(end)));
    device.capture = ownFunction((direction, _device, frame) => {
      if (this.#captures.size > 0) this.#record(end, direction, frame);
    });
  }

  #hold(selection: LinkSelection, conditions: LinkConditions): Held {
    const { container, network, between } = selection;
    if (container === undefined && network === undefined && between === undefined) {
      throw new StatusError("invalid-argument", "a change of links needs a container, a network, or two containers");
    }
    const rule: Rule = { selection, conditions, applies: () => true };
    this.#rules.add(rule);
    this.onChange?.();
    return ending(() => {
      if (this.#rules.delete(rule)) this.onChange?.();
    });
  }

  #rulesFor(end: LinkEnd): readonly Impairment[] {
    return [...this.#rules].flatMap((rule) => (this.#concerns(rule.selection, end) ? [this.#on(rule, end)] : []));
  }

  /** The rule as it is on one link: the same object each time, for what it remembers of a link. */
  #on(rule: Rule, end: LinkEnd): Impairment {
    const known = this.#placed.get(end)?.get(rule);
    if (known !== undefined) return known;
    const { network, between, container } = rule.selection;
    const placed: Impairment = {
      conditions: rule.conditions,
      applies: (frame, direction) => {
        if (between !== undefined) return this.#isBetween(between, end, frame);
        // On a whole network each frame counts once: where it is sent.
        return container !== undefined || network === undefined || direction === 0;
      },
    };
    const all = this.#placed.get(end) ?? new Map<Rule, Impairment>();
    this.#placed.set(end, all.set(rule, placed));
    return placed;
  }

  /** Between two, what happens happens at the first one's link. */
  #concerns({ container, network, between }: LinkSelection, end: LinkEnd): boolean {
    if (network !== undefined && network !== end.network.name) return false;
    if (container !== undefined && container !== end.owner) return false;
    return between === undefined || between[0] === end.owner;
  }

  #isBetween([first, second]: readonly [string, string], { network }: LinkEnd, frame: Frame): boolean {
    const { payload } = frame;
    const ends = isPacket(payload) ? [payload.source, payload.destination] : [payload.senderAddress, payload.target];
    const names = ends.map((address) => network.whoHas(address));
    return names.includes(first) && names.includes(second);
  }

  #record(end: LinkEnd, direction: "in" | "out", frame: Frame): void {
    for (const capture of this.#captures) {
      if (!this.#captured(capture.selection, end, direction, frame)) continue;
      capture.add({
        timeUs: this.#nowUs(),
        container: end.owner ?? "",
        network: end.network.name,
        direction,
        frame,
      });
    }
  }

  #captured(
    { container, network, between }: LinkSelection,
    end: LinkEnd,
    direction: "in" | "out",
    frame: Frame,
  ): boolean {
    if (network !== undefined && network !== end.network.name) return false;
    if (container !== undefined) return container === end.owner;
    if (between !== undefined) return between[0] === end.owner && this.#isBetween(between, end, frame);
    // What several see is recorded once: where it is sent, or where it comes in from elsewhere.
    return direction === "out" || end.network.isFromOutside(frame);
  }
}

function ending(end: () => void): Held {
  return { end, [Symbol.dispose]: end };
}
