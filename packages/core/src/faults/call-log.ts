/**
 * The calls that clients have made, in order, with assertions in the words of those who make them.
 *
 *     engine.calls.made("ContainerStart", { client: "reconciler" }).length
 *     engine.calls.expectInOrder(["ContainerCreate web", "ContainerStart web"])
 */
import { RingSlots } from "../lib/index.ts";
import { checkOperation, type Operation } from "./operations.ts";
import type { ApiCall } from "./rule.ts";
import { optionalPattern } from "./scope.ts";

/** A call, and what came of it. */
export interface LoggedCall extends ApiCall {
  /** Microseconds since 1970. */
  readonly timeUs: number;
  /** "ok", or the message of the error that the client was given; "pending" until then. */
  readonly outcome: string;
  /** When the client had its answer. */
  readonly endUs: number | undefined;
}

/** Which calls are meant: everything that is given has to fit. */
export interface CallSelection {
  readonly call?: Operation;
  /** What it was about, as the client called it; `*` stands for any text. */
  readonly subject?: string;
  readonly client?: string;
  readonly outcome?: "ok" | "failed" | "pending";
}

/** How many calls are kept. */
export const CALLS_KEPT = 10_000;

/** No call is answered before 1970. */
const NOT_ENDED = -1;

/** What was expected of calls is not so; the message shows those that were made. */
export class CallAssertionError extends Error {
  override readonly name = "CallAssertionError";
}

/** The calls that clients have made: `engine.calls`. */
export class CallLog {
  readonly #nowUs: () => number;
  readonly #startUs: number;
  readonly #slots = new RingSlots(CALLS_KEPT);
  readonly #operations: Operation[] = [];
  readonly #subjects: string[] = [];
  readonly #clients: string[] = [];
  readonly #timesUs: number[] = [];
  readonly #outcomes: string[] = [];
  /** `NOT_ENDED` for calls that are pending. */
  readonly #endsUs: number[] = [];

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
    this.#startUs = nowUs();
  }

  /** Oldest first, by when they came. */
  get all(): readonly LoggedCall[] {
    return Array.from(this.#slots, (slot) => this.#at(slot));
  }

  /** Calls that are forgotten, for there were more than `CALLS_KEPT`. */
  get forgotten(): number {
    return this.#slots.forgotten;
  }

  /** Used by those who carry out calls. `subject` is what the call is about by its name. @returns the call's number */
  begin({ operation, client }: ApiCall, subject: string): number {
    const number = this.#slots.take();
    const slot = this.#slots.slot(number);
    this.#operations[slot] = operation;
    this.#subjects[slot] = subject;
    this.#clients[slot] = client;
    this.#timesUs[slot] = this.#nowUs();
    this.#outcomes[slot] = "pending";
    this.#endsUs[slot] = NOT_ENDED;
    return number;
  }

  /** The call of that number has been answered. */
  end(number: number, outcome: string): void {
    if (!this.#slots.has(number)) return;
    const slot = this.#slots.slot(number);
    this.#outcomes[slot] = outcome;
    this.#endsUs[slot] = this.#nowUs();
  }

  clear(): void {
    this.#slots.clear();
  }

  /**
   * Calls that were made: of an operation, about a subject, by a client.
   *
   * @throws StatusError invalid-argument for an operation that there is not
   */
  made(call?: Operation, selection: Omit<CallSelection, "call"> = {}): readonly LoggedCall[] {
    if (call !== undefined) checkOperation(call);
    const isSubject = optionalPattern(selection.subject);
    const isClient = optionalPattern(selection.client);
    return this.all.filter(
      (one) =>
        (call === undefined || one.operation === call) &&
        isSubject(one.subject) &&
        isClient(one.client) &&
        (selection.outcome === undefined || selection.outcome === outcomeKind(one)),
    );
  }

  /** How often each operation was called, most often first. */
  counts(selection: Omit<CallSelection, "call"> = {}): ReadonlyMap<Operation, number> {
    const counts = new Map<Operation, number>();
    for (const { operation } of this.made(undefined, selection))
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
    return new Map([...counts].sort(([, a], [, b]) => b - a));
  }

  /** @throws CallAssertionError unless it was made, and exactly so often if `times` says so */
  expectMade(call: Operation, options: Omit<CallSelection, "call"> & { readonly times?: number } = {}): void {
    const { times, ...selection } = options;
    const found = this.made(call, selection).length;
    if (times === undefined ? found > 0 : found === times) return;
    const wanted = times === undefined ? "to be made" : `to be made ${often(times)}`;
    throw this.#failure(`expected ${call}${said(selection)} ${wanted}, but it was made ${often(found)}`);
  }

  /** @throws CallAssertionError if it was made */
  expectNotMade(call: Operation, selection: Omit<CallSelection, "call"> = {}): void {
    this.expectMade(call, { ...selection, times: 0 });
  }

  /**
   * These calls were made in this order; others may be between them.
   *
   * @param calls "ContainerStart", or with what it is about: "ContainerStart web" @throws CallAssertionError;
   * StatusError invalid-argument for an operation that there is not
   */
  expectInOrder(calls: readonly string[], selection: Omit<CallSelection, "call" | "subject"> = {}): void {
    for (const call of calls) checkOperation(call.split(" ", 1)[0] ?? "");
    const made = this.made(undefined, selection);
    let at = 0;
    for (const [index, wanted] of calls.entries()) {
      while (at < made.length && !isCall(made[at] as LoggedCall, wanted)) at++;
      if (at++ >= made.length) {
        const after = index === 0 ? "" : ` after ${calls[index - 1]}`;
        throw this.#failure(`expected ${wanted}${after}, but it was not made${index === 0 ? "" : " then"}`);
      }
    }
  }

  /** A line for each: seconds since the beginning, who, what, about what, how it ended. */
  text(selection: CallSelection = {}): string {
    const { call, ...rest } = selection;
    return this.made(call, rest)
      .map((one) => this.#line(one))
      .join("\n");
  }

  toString(): string {
    return this.text();
  }

  #at(slot: number): LoggedCall {
    const endUs = this.#endsUs[slot];
    return {
      operation: this.#operations[slot] as Operation,
      subject: this.#subjects[slot] as string,
      client: this.#clients[slot] as string,
      timeUs: this.#timesUs[slot] as number,
      outcome: this.#outcomes[slot] as string,
      endUs: endUs === NOT_ENDED ? undefined : endUs,
    };
  }

  #line({ timeUs, endUs, client, operation, subject, outcome }: LoggedCall): string {
    const seconds = ((timeUs - this.#startUs) / 1e6).toFixed(6).padStart(12);
    const took = endUs === undefined || endUs === timeUs ? "" : ` (${((endUs - timeUs) / 1e6).toFixed(6)} s)`;
    return `${seconds} ${client} ${operation}${subject === "" ? "" : ` ${subject}`}: ${outcome}${took}`;
  }

  #failure(message: string): CallAssertionError {
    const shown = this.all.slice(-SHOWN).map((one) => this.#line(one));
    return new CallAssertionError([message, "the last calls:", ...shown].join("\n"));
  }
}

/** Calls that a failed assertion shows. */
const SHOWN = 20;

function outcomeKind({ outcome }: LoggedCall): "ok" | "failed" | "pending" {
  return outcome === "ok" || outcome === "pending" ? outcome : "failed";
}

function isCall({ operation, subject }: LoggedCall, wanted: string): boolean {
  return wanted === operation || wanted === `${operation} ${subject}`;
}

const often = (count: number): string => (count === 1 ? "once" : `${count} times`);

function said({ subject, client, outcome }: Omit<CallSelection, "call">): string {
  return [
    subject === undefined ? "" : ` ${subject}`,
    client === undefined ? "" : ` by ${client}`,
    outcome === undefined ? "" : ` (${outcome})`,
  ].join("");
}
