/** Typed events: facts in the past tense, emitted after the state changed. One emitter a service. */
import { EventEmitter } from "eventemitter3";

/** `E` maps an event's name to the tuple of its arguments. */
export class Emitter<E extends Record<keyof E, readonly unknown[]>> extends EventEmitter<{
  [K in keyof E]: (...args: [...E[K]]) => void;
}> {}
