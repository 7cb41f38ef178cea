/**
 * The door through which calls of the Engine API come in: each is logged, and rules may slow it, refuse it, or spoil its
 * answer.
 *
 * What can be done to every call is done here. How a spoiled answer looks depends on who carries it: the command line
 * and the HTTP server are told with `Trouble`.
 */
import { StatusError, type StatusKind } from "../lib/index.ts";
import type { World } from "../sim/index.ts";
import type { CallLog } from "./call-log.ts";
import type { FaultTargets } from "./fault-targets.ts";
import { OPERATIONS, type Operation, requestLine } from "./operations.ts";
import type { ApiCall, ApiFault, ContainerRef, HeldFault } from "./rule.ts";
import { containerScope, optionalPattern } from "./scope.ts";
import { durationOf, invalid, Trigger, type TriggerSource } from "./trigger.ts";

/** How an answer is spoiled on its way. */
export interface Trouble {
  /** Nothing of it arrives. */
  readonly losesReply?: true;
  readonly cutAfterBytes?: number;
  /** The message of an error that comes when 200 has been said. */
  readonly failsLate?: string;
}

/** A call that a rule has refused. */
export class RefusedCall extends StatusError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(KINDS[status] ?? "internal", message);
    this.status = status;
  }
}

/** There is no answer of the daemon's, or it is broken: the message is the client's own. */
export class BrokenAnswer extends StatusError {
  constructor(message: string) {
    super("unavailable", message);
  }
}

const KINDS: Readonly<Record<number, StatusKind>> = {
  304: "not-modified",
  400: "invalid-argument",
  401: "unauthenticated",
  403: "permission-denied",
  404: "not-found",
  409: "conflict",
  412: "failed-precondition",
  429: "resource-exhausted",
  501: "not-implemented",
  503: "unavailable",
};

/** What docker's client says of an answer that ends too early. */
export const UNEXPECTED_EOF = "unexpected EOF";

export interface ApiDoorParts {
  readonly world: World;
  readonly log: CallLog;
  readonly find: FaultTargets["find"];
  readonly fired: (rule: ApiFault, what: string, container: ContainerRef | undefined) => void;
}

interface Rule {
  readonly fault: ApiFault;
  fits(call: ApiCall, container: ContainerRef | undefined): boolean;
  readonly trigger: Trigger<ApiCall>;
  isUndone: boolean;
}

/** Nothing is wrong with the answer. */
export const NO_TROUBLE: Trouble = {};

/** The door of one engine: each API call goes through it. */
export class ApiDoor {
  readonly #parts: ApiDoorParts;
  readonly #rules = new Set<Rule>();

  constructor(parts: ApiDoorParts) {
    this.#parts = parts;
  }

  /** @throws StatusError invalid-argument for an effect that its calls cannot have */
  add(fault: ApiFault, source: TriggerSource): HeldFault {
    checkEffect(fault);
    const calls = fault.call === undefined ? undefined : new Set([fault.call].flat());
    const isClient = optionalPattern(fault.client);
    const isWithin = containerScope(fault);
    const rule: Rule = {
      fault,
      fits: (call, container) =>
        (calls === undefined || calls.has(call.operation)) && isClient(call.client) && isWithin(container),
      trigger: new Trigger<ApiCall>(fault, source),
      isUndone: false,
    };
    this.#rules.add(rule);
    const undo = (): void => {
      rule.isUndone = true;
      this.#rules.delete(rule);
      this.#parts.world.wake();
    };
    return { undo, [Symbol.dispose]: undo };
  }

  /**
   * Carries out a call as its client lives to see it: at once where nothing has to be waited for.
   *
   * @throws what `work` throws; RefusedCall, BrokenAnswer if a rule says so; the signal's reason if it is aborted
   */
  call<T>(call: ApiCall, work: (trouble: Trouble) => T | Promise<T>, signal?: AbortSignal): T | Promise<T> {
    const isFree = this.#rules.size === 0;
    const container = isAboutContainer(call.operation) ? this.#parts.find(call.subject, isFree) : undefined;
    const subject = container?.name ?? call.subject;
    const { log } = this.#parts;
    const number = log.begin(call, subject);
    try {
      const answer = isFree ? work(NO_TROUBLE) : this.#troubled({ ...call, subject }, container, work, signal);
      if (answer instanceof Promise) return this.#ended(number, answer);
      log.end(number, "ok");
      return answer;
    } catch (error) {
      log.end(number, reasonOf(error));
      throw error;
    }
  }

  #ended<T>(number: number, work: Promise<T>): Promise<T> {
    const { log } = this.#parts;
    return work.then(
      (answer) => {
        log.end(number, "ok");
        return answer;
      },
      (error: unknown) => {
        log.end(number, reasonOf(error));
        throw error;
      },
    );
  }

  async #troubled<T>(
    call: ApiCall,
    container: ContainerRef | undefined,
    work: (trouble: Trouble) => T | Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    // The container is still to be made, or it is a call about an image.
    const { subject, image = subject } = call;
    const about =
      container ?? (subject === "" && image === "" ? undefined : { id: "", name: subject, imageName: image });
    for (const rule of [...this.#rules]) {
      if (!rule.fits(call, about) || !rule.trigger.takes(call)) continue;
      const { fault } = rule;
      this.#parts.fired(fault, `${`${call.operation} ${call.subject}`.trim()} ${effectText(fault)}`, container);
      if (fault.slow !== undefined) await this.#pass(durationOf(fault.slow), call, signal);
      else if (fault.hangs === true) await this.#hang(rule, call, signal);
      else if (fault.losesReply === true) {
        await work({ losesReply: true });
        throw connectionLost(call);
      } else if (fault.cutAfterBytes !== undefined) return work({ cutAfterBytes: fault.cutAfterBytes });
      else if (fault.failsLate !== undefined) return work({ failsLate: fault.failsLate });
      else {
        const { status, message } = fault.fails ?? DEFAULT_FAILURE;
        throw new RefusedCall(status, message);
      }
    }
    return work(NO_TROUBLE);
  }

  #pass(us: number, { operation }: ApiCall, signal: AbortSignal | undefined): Promise<void> {
    return this.#parts.world.sleep(us, { what: `a slow ${operation}`, ...(signal && { signal }) });
  }

  /** Time does not pass for somebody who waits for nothing: others have to move it. */
  async #hang(rule: Rule, { operation }: ApiCall, signal: AbortSignal | undefined): Promise<void> {
    const options = { follows: true, what: `${operation}, which hangs`, ...(signal && { signal }) };
    await this.#parts.world.until(() => rule.isUndone, options);
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Calls whose subject is a container. */
function isAboutContainer(operation: Operation): boolean {
  return operation.startsWith("Container") || operation === "PutContainerArchive";
}

const DEFAULT_FAILURE = { status: 500, message: "injected fault" };

/** Go's words for a connection that ends where an answer should have begun, or before the call was sent. */
export function connectionLost(
  { operation, subject }: ApiCall,
  { query = "", why = "EOF" }: { readonly query?: string; readonly why?: string } = {},
): BrokenAnswer {
  const { method, path } = requestLine(operation, subject);
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  const url = `http://%2Fvar%2Frun%2Fdocker.sock/v1.50${path}${query === "" ? "" : `?${query}`}`;
  return new BrokenAnswer(`error during connect: ${verb} "${url}": ${why}`);
}

function checkEffect({ call, slow, failsLate, cutAfterBytes, fails }: ApiFault): void {
  if (slow !== undefined) durationOf(slow);
  if (fails !== undefined) {
    const { status, message } = fails;
    if (!(Number.isInteger(status) && status >= 300 && status <= 599)) {
      throw invalid(`"${status}" is no HTTP status of a failure`);
    }
    if (typeof message !== "string") throw invalid(`a call that fails with ${status} says why: its message is missing`);
  }
  if (cutAfterBytes !== undefined && !(Number.isInteger(cutAfterBytes) && cutAfterBytes >= 0)) {
    throw invalid(`"${cutAfterBytes}" is no number of bytes`);
  }
  if (failsLate === undefined) return;
  for (const one of call === undefined ? [] : [call].flat()) {
    if (OPERATIONS[one].reply !== "stream")
      throw invalid(`${one} cannot fail after it has answered: it answers at once`);
  }
}

function effectText({ slow, hangs, losesReply, failsLate, cutAfterBytes, fails = DEFAULT_FAILURE }: ApiFault): string {
  if (slow !== undefined) return `took ${slow} longer`;
  if (hangs === true) return "hung";
  if (losesReply === true) return "lost its answer";
  if (failsLate !== undefined) return `failed after 200: ${failsLate}`;
  if (cutAfterBytes !== undefined) return `stopped after ${cutAfterBytes} bytes`;
  return `failed with ${fails.status}: ${fails.message}`;
}
