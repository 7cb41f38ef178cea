/** Replays one recorded case: `docker run` as the recorder called it, on a machine of its own. */
import { createEngine, type Engine } from "@bottleship/core/engine";
import type { Outcome } from "./compare.ts";
import type { RunCase } from "./recording.ts";

const IMAGE = "busybox";
const CONTAINER = "run-gold-1";
/** The recorder gave up after 20 s; a replay that takes much longer in virtual time hangs. */
const LIMIT_US = 60 * 1_000_000;
/** Turns of the event loop that a command has before the machine is made to go on. */
const BREATHS = 4;

/** A problem that ended the replay before there was an outcome. */
export class ReplayError extends Error {
  override readonly name = "ReplayError";
}

/** The case asks for something that is not part of the simulator; the reason is the message. */
export class CaseSkipped extends Error {
  override readonly name = "CaseSkipped";
}

/**
 * Runs a recorded script as the recorder did, on a machine of its own.
 *
 * @throws ReplayError if the setup fails or nothing can end the case
 */
export async function replayCase(recorded: RunCase): Promise<Outcome> {
  const engine = createEngine({ profile: "recorded" });
  // The recorded host had the image.
  await engine.docker(["pull", "--quiet", IMAGE]);
  for (const argv of recorded.teardown ?? []) await engine.docker(argv);
  for (const argv of recorded.setup ?? []) {
    const { exitCode, stderr } = await engine.docker(argv);
    if (exitCode !== 0) throw new ReplayError(`setup ${argv.join(" ")} failed: ${stderr}`);
  }
  const stdin = recorded.stdin === null ? {} : { stdin: recorded.stdin };
  return within(engine, engine.docker(runWords(recorded), stdin));
}

/** What the recorder said after `docker`. */
export function runWords({ options, cmd, stdin }: RunCase): readonly string[] {
  return ["run", "--rm", "--name", CONTAINER, ...(stdin === null ? [] : ["-i"]), ...options, IMAGE, ...cmd];
}

/** Waits for what happens on the machine, but not for ever. @throws ReplayError */
export async function within<T>(engine: Engine, work: Promise<T>): Promise<T> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  work.then(settle, settle);
  // What fails at once has failed before time passes for others.
  for (let breath = 0; breath < BREATHS && !settled; breath++) await engine.world.breathe();
  try {
    await engine.world.until(() => settled, { timeoutUs: LIMIT_US, what: "the end of the container" });
  } catch (error) {
    throw new ReplayError(error instanceof Error ? error.message : String(error));
  }
  return work;
}
