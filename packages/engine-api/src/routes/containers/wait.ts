/**
 * `POST /containers/{id}/wait`: the headers at once, the exit code when it is known.
 *
 * @see moby api/server/router/container/container_routes.go postContainersWait, container/state.go Wait
 */
import type { Container, Engine } from "@bottleship/core/engine";
import { encode } from "@bottleship/core/lib";
import { type ApiReply, stream } from "../../http/exchange.ts";
import { badRequest } from "../../http/problem.ts";
import type { Handler } from "../../http/router.ts";
import { watch } from "./watch.ts";

const CONDITIONS: ReadonlySet<string> = new Set(["not-running", "next-exit", "removed"]);

/** Waiting is what makes a world with virtual time go on; there is no limit to it. */
const FOR_EVER = { isPatient: true, timeoutUs: Number.POSITIVE_INFINITY };

export function waitHandler(engine: Engine): Handler {
  return ({ param, query }): ApiReply => {
    const condition = query.get("condition") ?? "";
    if (condition !== "" && !CONDITIONS.has(condition)) throw badRequest(`invalid condition: ${quote(condition)}`);
    const container = engine.containers.get(param("id"));
    const outcome = new Outcome(engine, container, condition === "" ? "not-running" : condition);
    return stream("application/json", async (output) => {
      try {
        const what = `container ${container.name} to end`;
        await engine.world.until(() => outcome.isOver, { ...FOR_EVER, signal: output.signal, what });
        await output.write(encode(`${JSON.stringify({ StatusCode: outcome.exitCode })}\n`));
      } catch (error) {
        if (!output.signal.aborted) throw error;
      } finally {
        outcome.forget();
      }
    });
  };
}

const quote = (text: string): string => JSON.stringify(text);

/** It listens from the moment it is made: what happens before the reply is read counts. */
class Outcome {
  isOver: boolean;
  exitCode: number;
  readonly forget: () => void;

  constructor(engine: Engine, container: Container, condition: string) {
    this.isOver = condition === "not-running" && !container.isActive;
    this.exitCode = container.exitCode;
    this.forget = watch(engine, container, (action) => {
      if (this.isOver) return;
      const hasEnded = action === "die" && condition !== "removed" && !container.isActive;
      if (!hasEnded && action !== "destroy") return;
      this.isOver = true;
      this.exitCode = container.exitCode;
    });
  }
}
