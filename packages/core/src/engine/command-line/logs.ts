/** `docker logs`. @see docker/cli cli/command/container/logs.go, moby daemon/logs.go */
import { encode } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { LogsRequest } from "../docker/requests/container.ts";
import { logTimeOf } from "../documents/time.ts";
import { logDetails } from "../log/log-details.ts";
import { checkReadable } from "../log/log-driver.ts";
import { type LogLine, tailOf } from "../log/log-lines.ts";
import { LogReader } from "../log/log-reader.ts";
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
  const show = (line: LogLine): void => {
    const write = (part: Uint8Array): void => (line.stream === "stdout" ? session.out(part) : session.err(part));
    const prefix = (request.timestamps ? `${logTimeOf(line.timeUs)} ` : "") + details;
    if (prefix !== "") write(encode(prefix));
    write(line.bytes);
  };
  const reader = new LogReader(container, { sinceUs, untilUs });
  for (const line of reader.past(tailOf(request.tail))) show(line);
  if (!request.follow || !container.isActive || reader.isOver) return 0;
  const stop = container.logs.follow((entry) => {
    for (const line of reader.push(entry)) show(line);
  });
  const isOver = (): boolean => !container.isActive || reader.isOver;
  try {
    await life.until(isOver, { what: `container ${container.name} to end`, ...session.interruptible });
  } finally {
    stop();
  }
  for (const line of reader.end()) show(line);
  return 0;
}
