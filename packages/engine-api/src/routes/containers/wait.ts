/**
 * `POST /containers/{id...}/wait`: the headers at once, the exit code when it is known.
 *
 * Waiting is what makes a world go on whose time is skipped. But `docker run -d` waits as well, before it starts the
 * container, and hangs up when that has started: a wait that is older than what it waits for, by somebody who does not
 * look at the output, counts only when it has lasted for a moment.
 *
 * @see moby api/server/router/container/container_routes.go postContainersWait, container/state.go Wait
 */

import type { Container, Engine } from "@bottleship/core/engine";
import { encode } from "@bottleship/core/lib";
import { UNLIMITED } from "@bottleship/core/sim";
import { type ApiReply, type Output, stream } from "../../http/exchange.ts";
import { badRequest } from "../../http/problem.ts";
import type { Handler } from "../../http/router.ts";
import { everybodyServed, isAttached } from "./attachments.ts";
import { untilSettled, WAIT_SETTLED_US } from "./settled.ts";
import { watch } from "./watch.ts";

const CONDITIONS: ReadonlySet<string> = new Set(["not-running", "next-exit", "removed"]);
/** Milliseconds of real time in which `docker run -d` has hung up. */
const HANG_UP_MS = 200;
/** Milliseconds that a client who does not read may keep others from hearing of the end. @see daemon/monitor.go */
const SLOWEST_MS = 2000;

export function waitHandler(engine: Engine): Handler {
  return ({ param, query }): ApiReply => {
    const condition = query.get("condition") ?? "";
    if (condition !== "" && !CONDITIONS.has(condition)) throw badRequest(`invalid condition: ${quote(condition)}`);
    const container = engine.containers.get(param);
    const outcome = new Outcome(engine, container, condition === "" ? "not-running" : condition);
    return stream("application/json", async (output) => {
      try {
        const wasOver = outcome.isOver;
        await untilOver(engine, container, outcome, output);
        if (!wasOver) await untilServed(container);
        await untilSettled(engine, container, WAIT_SETTLED_US);
        await output.write(encode(`${JSON.stringify(outcome.document)}\n`));
      } catch (error) {
        if (!output.signal.aborted) throw error;
      } finally {
        outcome.forget();
      }
    });
  };
}

async function untilOver(engine: Engine, { name }: Container, outcome: Outcome, { signal }: Output): Promise<void> {
  const { world } = engine;
  const what = `container ${name} to end`;
  signal.addEventListener("abort", outcome.drive, { once: true });
  await outcome.mayDrive;
  await world.until(() => outcome.isOver, { ...UNLIMITED, isPatient: true, signal, what });
}

/** Attached clients get the output before the end is answered. */
async function untilServed(container: Container): Promise<void> {
  if (!isAttached(container)) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SLOWEST_MS);
  });
  await Promise.race([everybodyServed(container), late]);
  clearTimeout(timer);
  await new Promise((resolve) => setTimeout(resolve));
}

const quote = (text: string): string => JSON.stringify(text);

/**
 * The outcome that is waited for. It listens from when it is made, so that what happens before the reply is read
 * counts.
 */
class Outcome {
  isOver: boolean;
  #exitCode: number;
  /** Why it could not be started. */
  #problem: string;
  /** From then on time may pass for this. */
  readonly mayDrive: Promise<void>;
  drive = (): void => {};
  readonly forget: () => void;

  constructor(engine: Engine, container: Container, condition: string) {
    this.isOver = condition === "not-running" && !container.isActive;
    this.#exitCode = container.exitCode;
    this.#problem = container.error;
    this.mayDrive = new Promise((resolve) => {
      this.drive = resolve;
    });
    let drives = this.isOver || container.isActive || engine.world.policy !== "skip";
    if (drives) this.drive();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = watch(engine, container, (action) => {
      if (this.isOver) return;
      if (action === "start" && !drives) {
        drives = true;
        if (isAttached(container)) this.drive();
        else timer = setTimeout(this.drive, HANG_UP_MS);
      }
      // Also that of a container that is started again at once.
      const hasEnded = action === "die" && condition !== "removed";
      if (!hasEnded && action !== "destroy") return;
      this.isOver = true;
      this.#exitCode = container.exitCode;
      // With the condition `removed` the error is about the removal, not about the container.
      this.#problem = condition === "removed" ? "" : container.error;
      this.drive();
    });
    this.forget = () => {
      clearTimeout(timer);
      stop();
    };
  }

  get document() {
    const Error = this.#problem === "" ? {} : { Error: { Message: this.#problem } };
    return { StatusCode: this.#exitCode, ...Error };
  }
}
