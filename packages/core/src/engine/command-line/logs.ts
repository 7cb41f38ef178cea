/** `docker logs`. @see docker/cli cli/command/container/logs.go, moby daemon/logs.go */
import { encode } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { LogsRequest } from "../docker/requests/container.ts";
import { logTimeOf } from "../documents/time.ts";
import { logDetails } from "../log/log-details.ts";
import { checkReadable } from "../log/log-driver.ts";
import { type LogLine, LogLines, tailOf } from "../log/log-lines.ts";
import type { Session } from "./session.ts";
import { timeUs } from "./times.ts";

export async function printLogs(session: Session, request: LogsRequest): Promise<number> {
  const { containers } = session.engine;
  const container = await session.call("ContainerInspect", request.container, () => containers.get(request.container));
  return session.call("ContainerLogs", request.container, () => print(session, request, container));
}

async function print(session: Session, request: LogsRequest, container: Container): Promise<number> {
  const { kernel, life } = session.engine;
  const sinceUs = timeUs(request.since, kernel.nowUs, 'invalid value for "since": ') ?? Number.NEGATIVE_INFINITY;
  const untilUs = timeUs(request.until, kernel.nowUs, 'invalid value for "until": ') ?? Number.POSITIVE_INFINITY;
  checkReadable(container);
  const details = request.details ? `${logDetails(container)} ` : "";
  const isWanted = (line: LogLine): boolean => line.timeUs >= sinceUs && line.timeUs <= untilUs;
  const show = (line: LogLine): void => {
    const write = (part: Uint8Array): void => (line.stream === "stdout" ? session.out(part) : session.err(part));
    if (!isWanted(line)) return;
    const prefix = (request.timestamps ? `${logTimeOf(line.timeUs)} ` : "") + details;
    if (prefix !== "") write(encode(prefix));
    write(line.bytes);
  };
  const lines = LogLines.of(container);
  const past = container.logs.entries.flatMap((entry) => lines.push(entry));
  const kept = (container.isRunning ? past : [...past, ...lines.end()]).filter(isWanted);
  const tail = tailOf(request.tail);
  for (const line of tail === 0 ? [] : kept.slice(-tail)) show(line);
  // A line that is too late ends it, and not the time.
  let isLate = past.some((line) => line.timeUs > untilUs);
  if (!request.follow || !container.isActive || isLate) return 0;
  const stop = container.logs.follow((entry) => {
    const added = lines.push(entry);
    for (const line of added) show(line);
    isLate ||= added.some((line) => line.timeUs > untilUs);
  });
  const isOver = (): boolean => !container.isActive || isLate;
  try {
    await life.until(isOver, { what: `container ${container.name} to end`, ...session.interruptible });
  } finally {
    stop();
  }
  for (const line of lines.end()) show(line);
  return 0;
}
