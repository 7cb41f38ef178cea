/**
 * Recording: a subject (an engine, a cluster) seen through a glass that notes what is done to it from outside.
 *
 * The glass is a proxy. What the subject does to itself passes by it and is not noted. Objects that are reached through
 * it, and objects that calls return, are wrapped too; plain data are not. Callbacks are not part of a journal, unless
 * they are programs: see `KEEPS_FUNCTIONS`.
 */
import { omit } from "../lib/index.ts";
import type { Act, Input, Journal, Moment, Reference } from "./journal.ts";
import type { TimePolicy, World, WorldOptions } from "./world.ts";

/** Members that only look, listen or wait: they change nothing, or only what belongs to the caller. */
const LOOKS: ReadonlySet<PropertyKey> = new Set([
  ...["on", "once", "off", "emit", "addListener", "removeListener", "listenerCount", "follow"],
  ...["until", "hold", "wake", "breathe", "narrate", "snapshot", "explain", "timeline", "flush", "journal"],
  ...["toString", "toJSON", "valueOf", "constructor", "then", Symbol.iterator, Symbol.asyncIterator],
]);
/** Methods whose functions are a part of the world from then on. */
const KEEPS_FUNCTIONS: ReadonlySet<PropertyKey> = new Set(["register", "script", "define", "add"]);

/** Options of a world that begins as `world` did, to be told a journal. Its time is not that of the host. */
export function replayOptions<Options extends WorldOptions>({ clock: { startUs } }: World, options: Options) {
  const policy: TimePolicy = options.policy === "manual" ? "manual" : "skip";
  return { ...omit(options, "host"), startUs, policy };
}

/** Records what is done to a subject: `subject` is to be used in its place. */
export class Recorder<Subject extends object> {
  readonly #world: World;
  readonly #make: () => Subject;
  readonly #inputs: Input[] = [];
  /** Numbers of inputs that have ended since the last one. */
  #ended: number[] = [];
  /** The synchronous code that made the last input is still running. */
  #isBusy = false;
  readonly #glasses = new WeakMap<object, object>();
  readonly #behind = new WeakMap<object, { readonly target: object; readonly at: Reference }>();
  /** What is recorded. */
  readonly target: Subject;
  /** The same behind the glass. */
  readonly subject: Subject;

  constructor(subject: Subject, world: World, make: () => Subject) {
    this.target = subject;
    this.#world = world;
    this.#make = make;
    this.subject = this.#glass(subject, { root: undefined, path: [] });
    world.recorder = this;
  }

  get journal(): Journal<Subject> {
    const { seed } = this.#world;
    return { seed, inputs: [...this.#inputs], end: this.#now, make: this.#make };
  }

  /** Notes that time has moved with the host's. */
  moved(): void {
    this.#note({ kind: "clock", uptimeUs: this.#world.clock.uptimeUs });
  }

  get #now(): Moment {
    const { turns, clock, hashOfTurns } = this.#world;
    return { turn: turns, uptimeUs: clock.uptimeUs, traceHash: hashOfTurns };
  }

  #note(act: Act): number {
    const ended = this.#ended;
    this.#ended = [];
    const isNext = this.#isBusy;
    this.#isBusy = true;
    queueMicrotask(() => {
      this.#isBusy = false;
    });
    return this.#inputs.push({ ...this.#now, act, ended, isNext }) - 1;
  }

  #glass<T extends object>(target: T, at: Reference): T {
    const known = this.#glasses.get(target);
    if (known !== undefined) return known as T;
    const glass: T = new Proxy(target, {
      get: (_, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") {
          return LOOKS.has(key) ? value : this.#seen(value, { ...at, path: [...at.path, key] });
        }
        // `sleep` arms a timer in the world, and cancels it when it is aborted: those two are the inputs that are
        // noted.
        if (key === "sleep") return value.bind(glass);
        // Waiting only lets the world go on, which a replay does by itself.
        if (LOOKS.has(key) || (target === (this.#world as object) && key !== "advance")) return value.bind(target);
        return (...args: readonly unknown[]) => this.#call(target, at, key, args);
      },
      set: (_, property, value: unknown) => {
        this.#note({ kind: "set", on: at, property, value: this.#recorded(value, false) });
        return Reflect.set(target, property, this.#bare(value), target);
      },
    });
    this.#glasses.set(target, glass);
    this.#behind.set(glass, { target, at });
    return glass;
  }

  #call(target: object, on: Reference, method: PropertyKey, given: readonly unknown[]): unknown {
    const keeps = KEEPS_FUNCTIONS.has(method);
    const number = this.#note({ kind: "call", on, method, args: given.map((arg) => this.#recorded(arg, keeps)) });
    for (const signal of given.flatMap(signalsOf)) {
      signal.addEventListener("abort", () => this.#note({ kind: "abort", input: number, reason: signal.reason }));
    }
    const own = { root: number, path: [] };
    const isOver = (): void => void this.#ended.push(number);
    const work: unknown = Reflect.get(target, method, target);
    let result: unknown;
    try {
      result = (work as (...args: unknown[]) => unknown).apply(
        target,
        given.map((arg) => this.#bare(arg)),
      );
    } catch (error) {
      isOver();
      throw error;
    }
    if (!(result instanceof Promise)) {
      isOver();
      return this.#seen(result, own);
    }
    return result.then((value: unknown) => this.#seen(value, own)).finally(isOver);
  }

  /** A value on its way out of the subject: wrapped if it is a live object. */
  #seen(value: unknown, at: Reference): unknown {
    if (Array.isArray(value) && value.some(isLive)) {
      return value.map((one: unknown, index) => this.#seen(one, { ...at, path: [...at.path, index] }));
    }
    return isLive(value) ? this.#glass(value, at) : value;
  }

  /** A value on its way in: wrapped objects become the originals. */
  #bare(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const known = this.#behind.get(value);
    if (known !== undefined) return known.target;
    if (Array.isArray(value)) return value.map((one: unknown) => this.#bare(one));
    if (!isPlain(value)) return value;
    const entries = Object.entries(value);
    const isBare = entries.every(([, one]) => this.#bare(one) === one);
    return isBare ? value : Object.fromEntries(entries.map(([key, one]) => [key, this.#bare(one)]));
  }

  /** A value on its way in, as the journal keeps it. */
  #recorded(value: unknown, keepsFunctions: boolean): unknown {
    if (typeof value === "function") return keepsFunctions ? value : NOTHING_TO_DO;
    if (typeof value !== "object" || value === null) return value;
    const known = this.#behind.get(value);
    if (known !== undefined) return new Referred(known.at);
    if (Array.isArray(value)) return value.map((one: unknown) => this.#recorded(one, keepsFunctions));
    if (value instanceof AbortSignal) return new OwnSignal();
    // Its body can be read once.
    if (value instanceof Request) return value.clone();
    if (!isPlain(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, this.#recorded(one, keepsFunctions)] as const),
    );
  }
}

/** In a journal: an object of the world. */
export class Referred {
  readonly at: Reference;

  constructor(at: Reference) {
    this.at = at;
  }
}

/** In a journal: a signal that is aborted when the journal says so. */
export class OwnSignal {}

const NOTHING_TO_DO = (): void => {};

function signalsOf(value: unknown): readonly AbortSignal[] {
  if (value instanceof AbortSignal) return [value];
  return isPlain(value) ? Object.values(value).filter((one) => one instanceof AbortSignal) : [];
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether it is more than data: an instance of a class that is not JavaScript's own, or an object with functions. */
function isLive(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (isPlain(value)) return Reflect.ownKeys(value).some((key) => typeof Reflect.get(value, key) === "function");
  const prototype: object = Object.getPrototypeOf(value);
  const known = liveKinds.get(prototype);
  if (known !== undefined) return known;
  const { constructor } = prototype;
  const isOwn =
    typeof constructor === "function" && !Function.prototype.toString.call(constructor).includes("[native code]");
  liveKinds.set(prototype, isOwn);
  return isOwn;
}

const liveKinds = new WeakMap<object, boolean>();
