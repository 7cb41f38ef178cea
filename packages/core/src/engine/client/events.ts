/** The stream of events, as a client reads it. */
import type { eventDocument } from "../select/events.ts";
import { DockerError, type EngineDoor } from "./door.ts";

/** A message of `docker events --format json`. */
export type EventMessage = ReturnType<typeof eventDocument>;

/** Runs `docker events` for as long as somebody reads. @throws DockerError if the stream breaks */
export async function* followEvents(
  door: EngineDoor,
  command: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<EventMessage, void> {
  const words = [...command, "--format", "{{json .}}"];
  const stopped = new AbortController();
  const stop = (): void => stopped.abort(signal?.reason);
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop, { once: true });
  const messages: EventMessage[] = [];
  let partial = "";
  let wake = (): void => {};
  const onOutput = (stream: "stdout" | "stderr", text: string): void => {
    if (stream === "stderr") return;
    const lines = (partial + text).split("\n");
    partial = lines.pop() ?? "";
    for (const line of lines) if (line !== "") messages.push(JSON.parse(line) as EventMessage);
    wake();
  };
  let isOver = false;
  const over = door.docker(words, { signal: stopped.signal, onOutput }).finally(() => {
    isOver = true;
    wake();
  });
  // Whoever has read enough does not look at how it ends.
  over.catch(() => {});
  try {
    for (;;) {
      const message = messages.shift();
      if (message !== undefined) yield message;
      else if (isOver) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    const result = await over;
    if (result.exitCode !== 0 && !stopped.signal.aborted) throw new DockerError(words, result);
  } finally {
    signal?.removeEventListener("abort", stop);
    stopped.abort();
  }
}
