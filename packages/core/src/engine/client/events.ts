/** The stream of events, as a client reads it. */
import type { eventDocument } from "../select/events.ts";
import { DockerError, type EngineDoor } from "./door.ts";

/** A message of `docker events --format json`. */
export type EventMessage = ReturnType<typeof eventDocument>;

const nobody = (): void => {};

/** Runs `docker events` from now on, for as long as somebody reads. */
export function followEvents(
  door: EngineDoor,
  command: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<EventMessage, void> {
  const stopped = new AbortController();
  const stop = (): void => stopped.abort(signal?.reason);
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop, { once: true });
  const inbox = new Inbox();
  const words = [...command, "--format", "{{json .}}"];
  const onOutput = (stream: "stdout" | "stderr", text: string): void => {
    if (stream === "stdout") inbox.put(text);
  };
  const over = door.docker(words, { signal: stopped.signal, onOutput }).finally(() => {
    signal?.removeEventListener("abort", stop);
    inbox.close();
  });
  // A reader that has left the loop does not hear how the stream ends.
  over.catch(() => {});
  return read(inbox, async () => {
    if (inbox.isOpen) stopped.abort();
    const result = await over;
    if (result.exitCode !== 0 && !stopped.signal.aborted) throw new DockerError(words, result);
  });
}

/** What has come and has not been read. */
class Inbox {
  readonly #messages: EventMessage[] = [];
  #partial = "";
  #wake: () => void = nobody;
  isOpen = true;

  /** Text with whole and partial lines. */
  put(text: string): void {
    const lines = (this.#partial + text).split("\n");
    this.#partial = lines.pop() ?? "";
    for (const line of lines) if (line !== "") this.#messages.push(JSON.parse(line) as EventMessage);
    this.#wake();
  }

  close(): void {
    this.isOpen = false;
    this.#wake();
  }

  /** `undefined` when it is closed and empty. */
  async next(): Promise<EventMessage | undefined> {
    while (this.#messages.length === 0 && this.isOpen) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#messages.shift();
  }
}

/** @throws DockerError if the stream breaks */
async function* read(inbox: Inbox, end: () => Promise<void>): AsyncGenerator<EventMessage, void> {
  try {
    for (let message = await inbox.next(); message !== undefined; message = await inbox.next()) yield message;
  } finally {
    await end();
  }
}
